using Argus.Datasets;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Stores;
using Argus.Training.Feeding;
using Argus.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>A video's score: the mean of its clips' logits, then the sigmoid of their difference.</summary>
public sealed record VideoPrediction(VideoItem Item, int Clips, double RealLogit, double FakeLogit)
{
    public double Probability => 1 / (1 + Math.Exp(RealLogit - FakeLogit));
}

/// <summary>Runs a model over videos without training it. The same for validation and for evaluation.</summary>
public static class Scoring
{
    public static async Task<IReadOnlyList<VideoPrediction>> RunAsync(SpecialistModel model, Recipe recipe, Store store,
        IReadOnlyList<StoredVideo> videos, Device device, IProgress<int>? progress, CancellationToken cancel)
    {
        model.eval();
        var feeder = new Feeder(store, new Preprocessing(RecipeInput.From(recipe)), augment: null, recipe.Seed, recipe.Train.Workers);
        var sums = videos.ToDictionary(video => video.Item.Key, _ => (Clips: 0, Real: 0.0, Fake: 0.0));
        var done = 0;
        await foreach (var batch in feeder.ReadAsync([.. videos.SelectMany(video => video.Clips)], 0, recipe.Train.BatchSize, 0, cancel))
        {
            // Gradients are switched off for the thread, so never across an await.
            using (batch)
            using (no_grad())
            using (NewDisposeScope())
            {
                var logits = model.Logits(Precision.Cast(batch.Frames.to(device), recipe), batch.Clips[0].Frames.Count).cpu().data<float>().ToArray();
                for (var i = 0; i < batch.Clips.Count; i++)
                {
                    var sum = sums[batch.Clips[i].Video.Item.Key];
                    sums[batch.Clips[i].Video.Item.Key] = (sum.Clips + 1, sum.Real + logits[2 * i], sum.Fake + logits[2 * i + 1]);
                }
            }
            progress?.Report(done += batch.Clips.Count);
        }
        return [.. videos.Select(video => (video, sum: sums[video.Item.Key])).Select(entry =>
            new VideoPrediction(entry.video.Item, entry.sum.Clips, entry.sum.Real / entry.sum.Clips, entry.sum.Fake / entry.sum.Clips))];
    }
}

/// <summary>The type that activations have; weights stay fp32.</summary>
internal static class Precision
{
    public static Tensor Cast(Tensor frames, Recipe recipe) => recipe.Train.Precision == "bf16" ? frames.to(ScalarType.BFloat16) : frames;
}
