using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Scores;
using Argus.Training.Feeding;
using Argus.Training.Models;
using Argus.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>Runs a model over videos without training it. The same for validation and for evaluation.</summary>
public static class Scoring
{
    public static async Task<IReadOnlyList<VideoPrediction>> RunAsync(
        SpecialistModel model,
        Recipe recipe,
        Store store,
        IReadOnlyList<JudgedVideo> videos,
        Device device,
        IProgress<int>? progress,
        CancellationToken cancel
    )
    {
        model.eval();
        var feeder = new Feeder(
            store,
            new ClipPreprocessing(ModelInput.Create(recipe)),
            augment: null,
            recipe.Seed,
            recipe.Train.Workers
        );
        var samples = videos
            .SelectMany((video, index) => video.Samples.Select(sample => (Video: index, Sample: sample)))
            .ToList();
        var scores = videos.Select(_ => new List<ClipScore>()).ToList();
        var done = 0;
        await foreach (
            var batch in feeder.ReadAsync(
                [.. samples.Select(entry => entry.Sample)],
                0,
                recipe.Train.BatchSize,
                0,
                cancel
            )
        )
        {
            // Gradients are switched off for the thread, so never across an await.
            using (batch)
            using (no_grad())
            using (NewDisposeScope())
            {
                var logits = model
                    .Logits(BatchInputs.Create(batch, recipe, device), batch.FramesPerClip)
                    .cpu()
                    .data<float>()
                    .ToArray();
                for (var i = 0; i < batch.Samples.Count; i++)
                {
                    var clip = batch.Samples[i].Clip;
                    scores[samples[done + i].Video]
                        .Add(
                            ClipScore.FromLogit(
                                clip.Number,
                                clip.Frames[0].TimeSeconds,
                                (double)logits[2 * i + 1] - logits[2 * i]
                            )
                        );
                }
            }
            progress?.Report(done + batch.Samples.Count);
            done += batch.Samples.Count;
        }
        return [.. videos.Zip(scores, (video, clips) => new VideoPrediction(video.Item, clips))];
    }
}
