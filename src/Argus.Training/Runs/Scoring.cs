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
    /// <summary>The scores of videos by a model that is being trained, or was.</summary>
    public static async Task<IReadOnlyList<VideoPrediction>> RunAsync(
        SpecialistModel model,
        Recipe recipe,
        Store store,
        IReadOnlyList<JudgedVideo> videos,
        Device device,
        IProgress<int>? progress,
        CancellationToken cancel
    ) => await RunAsync(new ModelScorer(model, recipe, device), recipe, store, videos, progress, cancel);

    /// <summary>The scores of videos by whatever gives clips their scores.</summary>
    public static async Task<IReadOnlyList<VideoPrediction>> RunAsync(
        ClipScorer scorer,
        Recipe recipe,
        Store store,
        IReadOnlyList<JudgedVideo> videos,
        IProgress<int>? progress,
        CancellationToken cancel
    )
    {
        var feeder = new Feeder(store, scorer.Preprocessing, augment: null, recipe.Seed, recipe.Train.Workers);
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
            using (batch)
            {
                var odds = scorer.Score(batch);
                for (var i = 0; i < batch.Samples.Count; i++)
                {
                    var clip = batch.Samples[i].Clip;
                    scores[samples[done + i].Video]
                        .Add(ClipScore.FromLogit(clip.Number, clip.Frames[0].TimeSeconds, odds[i]));
                }
            }
            progress?.Report(done + batch.Samples.Count);
            done += batch.Samples.Count;
        }
        return [.. videos.Zip(scores, (video, clips) => new VideoPrediction(video.Item, clips))];
    }
}
