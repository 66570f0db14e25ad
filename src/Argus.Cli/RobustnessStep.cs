using Argus.Datasets;
using Argus.Evaluations;
using Argus.Imaging;
using Argus.Pretrained;
using Argus.Randomness;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Stores;
using Argus.Training.Models;
using Argus.Training.Runs;
using Argus.Video;
using static TorchSharp.torch;

namespace Argus.Cli;

/// <summary>Sends some test videos through the ladder of re-encodings and scores them at every step.</summary>
internal sealed class RobustnessStep(SpecialistModel model, CheckpointReference checkpoint, Device device, Judge judge)
{
    public const int DefaultVideos = 40;

    /// <param name="videosADataset">So many of each dataset go through, half of them real.</param>
    /// <param name="groups">Names of kinds; empty for all.</param>
    public async Task<RobustnessResult> RunAsync(
        IReadOnlyList<(Recipe Recipe, DatasetListing Listing)> datasets,
        IReadOnlyList<VideoPrediction> scored,
        int videosADataset,
        IReadOnlyList<string> groups,
        CancellationToken cancel
    )
    {
        var chosen = datasets
            .Select(dataset =>
                (
                    dataset.Recipe,
                    dataset.Listing,
                    Videos: Choose(
                        [.. scored.Where(video => video.Item.Dataset == dataset.Recipe.Data.Layout)],
                        videosADataset,
                        checkpoint.Recipe.Seed
                    )
                )
            )
            .ToList();
        var original = chosen.SelectMany(dataset => dataset.Videos).ToList();
        var ladder = Condition
            .Ladder.Where(condition => groups.Count == 0 || groups.Contains(condition.Group))
            .ToList();
        var folder = Path.Combine(Path.GetTempPath(), $"argus-ladder-{Guid.NewGuid():n}");
        try
        {
            var conditions = await Terminal.ProgressAsync(
                $"robustness: {ladder.Count} re-encodings of {original.Count} videos",
                ladder.Count * original.Count,
                async progress =>
                {
                    var found = new List<(string, string, IReadOnlyList<VideoPrediction?>)>();
                    var done = 0;
                    foreach (var condition in ladder)
                    {
                        var predictions = new Dictionary<string, VideoPrediction>();
                        foreach (var (recipe, listing, videos) in chosen)
                        {
                            var step = Path.Combine(folder, "step");
                            foreach (
                                var video in await StepAsync(
                                    step,
                                    recipe,
                                    listing,
                                    [.. videos.Select(video => video.Item)],
                                    condition,
                                    () => progress.Report(Interlocked.Increment(ref done)),
                                    cancel
                                )
                            )
                                predictions[video.Item.Key] = video;
                            Directory.Delete(step, recursive: true);
                        }
                        found.Add(
                            (
                                condition.Group,
                                condition.Label,
                                [.. original.Select(video => predictions.GetValueOrDefault(video.Item.Key))]
                            )
                        );
                    }
                    return found;
                }
            );
            return RobustnessResult.Measure(original, conditions, judge);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <exception cref="RequestException">There is no such kind.</exception>
    public static void CheckGroups(IReadOnlyList<string> groups)
    {
        var known = Condition.Ladder.Select(condition => condition.Group).Distinct().ToList();
        if (groups.FirstOrDefault(group => !known.Contains(group)) is { } unknown)
            throw new RequestException(
                $"There is no kind of re-encoding '{unknown}'. Choose {Nearest.Suggest(unknown, known)}."
            );
    }

    // The same ones for the same seed; methods by turns, so that each is there.
    private static List<VideoPrediction> Choose(IReadOnlyList<VideoPrediction> videos, int count, int seed) =>
        [
            .. new[] { 0, 1 }.SelectMany(label =>
                videos
                    .Where(video => video.Item.Label == label)
                    .GroupBy(video => video.Item.Kind ?? video.Item.Method)
                    .SelectMany(method =>
                        method
                            .OrderBy(video => KeyedRandom.Key("ladder", seed, video.Item.Key))
                            .Select((video, turn) => (video, turn))
                    )
                    .OrderBy(entry => entry.turn)
                    .ThenBy(entry => KeyedRandom.Key("ladder", seed, entry.video.Item.Key))
                    .Take((count + 1 - label) / 2)
                    .Select(entry => entry.video)
            ),
        ];

    private async Task<IReadOnlyList<VideoPrediction>> StepAsync(
        string folder,
        Recipe recipe,
        DatasetListing listing,
        IReadOnlyList<VideoItem> items,
        Condition condition,
        Action done,
        CancellationToken cancel
    )
    {
        var data = Path.Combine(folder, "data");
        Directory.CreateDirectory(data);
        await Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel },
            async (item, token) =>
            {
                try
                {
                    await Reencoding.RunAsync(listing.FullPath(item), Path.Combine(data, item.Path), condition, token);
                }
                catch (UnreadableVideoException)
                {
                    // It then has no score under this condition, which is counted.
                }
                done();
            }
        );
        // Masks stay where they are; an absolute path is not taken from the new root.
        var there = items
            .Where(item => File.Exists(Path.Combine(data, item.Path)))
            .Select(item =>
                item.Mask is null ? item : item with { Mask = Path.GetFullPath(Path.Combine(listing.Root, item.Mask)) }
            )
            .ToList();
        if (there.Count == 0)
            return [];
        var preparation = new Preparation(RecipeInput.From(recipe), ModelCatalog.FaceDetector);
        var plan = await preparation.PlanAsync(
            listing with
            {
                Root = data,
                Items = there,
            },
            StoreOptions.Of(recipe),
            Path.Combine(folder, "store"),
            Share.Whole,
            [Split.Test]
        );
        await preparation.RunAsync(plan, Environment.ProcessorCount, null, cancel);
        using var store = await Store.OpenAsync(plan.Folder);
        var (suitable, _) = Suitability.Split(recipe, store.Videos);
        return suitable.Count == 0
            ? []
            : await Scoring.RunAsync(
                model,
                recipe,
                store,
                [.. suitable.Select(video => new JudgedVideo(video))],
                device,
                null,
                cancel
            );
    }
}
