using Argus.Datasets;
using Argus.Evaluations;
using Argus.Forging;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Stores;
using Argus.Training.Feeding;
using Argus.Training.Models;
using Argus.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>A video that is judged: as it is, or forged on the way.</summary>
public sealed record JudgedVideo(StoredVideo Video, ClipForgery? Forgery = null)
{
    /// <summary>The video as what it then is.</summary>
    public VideoItem Item =>
        Forgery is null
            ? Video.Item
            : Video.Item with
            {
                Label = Forgery.Label,
                Kind = $"{Forgery.Kind}".ToLowerInvariant(),
                Method = Forgery.Label == 1 ? "forged" : "twin",
            };

    // What trembles does so anew in every clip; everything else stays the same all through a video.
    internal IEnumerable<Sample> Samples =>
        Video.Clips.Select(clip => new Sample(
            clip,
            Forgery is { Kind: ForgeryKind.Temporal }
                ? Forgery with
                {
                    Seed = Forgery.Seed + (ulong)clip.Number,
                }
                : Forgery
        ));

    /// <summary>
    /// The videos that a training is validated on: those that the specialist can judge. Where the dataset has real videos only,
    /// they are forged, always in the same way.
    /// </summary>
    public static IReadOnlyList<JudgedVideo> Validation(Recipe recipe, Store store)
    {
        var videos = Suitability.Split(recipe, store.Videos.Where(video => video.Split == Split.Validation)).Suitable;
        return recipe.Forge.Probability == 1 && videos.All(video => video.Item.Label == 0)
            ? Pairs(videos, ForgePlan.KindsOf(recipe), recipe.Seed)
            : [.. videos.Select(video => new JudgedVideo(video))];
    }

    /// <summary>Of each real video and each kind a forgery and its twin; the same ones for the same seed.</summary>
    public static IReadOnlyList<JudgedVideo> Pairs(
        IEnumerable<StoredVideo> videos,
        IReadOnlyList<ForgeryKind> kinds,
        int seed,
        int pairs = 1
    ) =>
        [
            .. from video in videos
            where video.Item.Label == 0
            from kind in kinds
            from pair in Enumerable.Range(0, pairs)
            let forged = ClipForgery.Pair(kind, Randomness.KeyedRandom.For("judged", seed, video.Item.Key, kind, pair))
            from forgery in new[] { forged.Twin, forged.Fake }
            select new JudgedVideo(video, forgery),
        ];
}

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
            new ClipPreprocessing(RecipeInput.From(recipe)),
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
                    .Logits(Precision.Inputs(batch, recipe, device), batch.FramesPerClip)
                    .cpu()
                    .data<float>()
                    .ToArray();
                for (var i = 0; i < batch.Samples.Count; i++)
                {
                    var clip = batch.Samples[i].Clip;
                    scores[samples[done + i].Video]
                        .Add(
                            ClipScore.OfLogit(
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

/// <summary>The type that activations have; weights stay fp32.</summary>
internal static class Precision
{
    /// <summary>A batch's inputs on the device, in the recipe's type.</summary>
    public static Dictionary<string, Tensor> Inputs(Batch batch, Recipe recipe, Device device) =>
        batch.Inputs.ToDictionary(
            input => input.Key,
            input =>
                recipe.Train.Precision == "bf16"
                    ? input.Value.On(device).to(ScalarType.BFloat16)
                    : input.Value.On(device)
        );
}
