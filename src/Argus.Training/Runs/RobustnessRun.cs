using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Stores;
using Argus.Pretrained;
using Argus.Recipes;
using Argus.Scores;
using Argus.Training.Models;
using Argus.Video;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>A dataset whose videos go through the ladder.</summary>
/// <param name="Recipe">How its videos are read.</param>
/// <param name="Listing">Where they are.</param>
/// <param name="Videos">Their scores as they are.</param>
public sealed record LadderDataset(Recipe Recipe, DatasetListing Listing, IReadOnlyList<VideoPrediction> Videos);

/// <summary>Sends some test videos through the ladder of re-encodings and scores them at every step.</summary>
public sealed class RobustnessRun(ClipScorer model, Judge judge, int seed, IWorkLog log)
{
    /// <summary>Videos of each dataset that go through unless the user says otherwise.</summary>
    public const int DefaultVideos = 40;

    /// <summary>How the model stands each kind of re-encoding.</summary>
    /// <param name="datasets">What is re-encoded.</param>
    /// <param name="videosPerDataset">So many of each dataset go through, half of them real.</param>
    /// <param name="groups">Names of kinds; empty for all.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<RobustnessResult> RunAsync(
        IReadOnlyList<LadderDataset> datasets,
        int videosPerDataset,
        IReadOnlyList<string> groups,
        CancellationToken cancel
    )
    {
        var chosen = datasets
            .Select(dataset => dataset with { Videos = Choose(dataset.Videos, videosPerDataset) })
            .ToList();
        var original = chosen.SelectMany(dataset => dataset.Videos).ToList();
        var ladder = Condition
            .Ladder.Where(condition => groups.Count == 0 || groups.Contains(condition.Group))
            .ToList();
        var folder = Path.Combine(Path.GetTempPath(), $"argus-ladder-{Guid.NewGuid():n}");
        try
        {
            var conditions = await log.TrackAsync(
                $"robustness: {ladder.Count} re-encodings of {original.Count} videos",
                ladder.Count * original.Count,
                progress => ClimbAsync(chosen, ladder, folder, progress, cancel)
            );
            return RobustnessResult.Measure(original, conditions, judge);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Checks names of kinds.</summary>
    /// <exception cref="RequestException">There is no such kind.</exception>
    public static void CheckGroups(IReadOnlyList<string> groups)
    {
        var known = Condition.Ladder.Select(condition => condition.Group).Distinct().ToList();
        if (groups.FirstOrDefault(group => !known.Contains(group)) is { } unknown)
            throw new RequestException(
                $"There is no kind of re-encoding '{unknown}'. Choose {Suggestions.OneOf(unknown, known)}."
            );
    }

    // A seed always gives the same videos; methods take turns, so that each is there.
    private List<VideoPrediction> Choose(IReadOnlyList<VideoPrediction> videos, int count)
    {
        ulong Order(VideoPrediction video) => KeyedRandom.Key("ladder", seed, video.Item.Key);
        IEnumerable<VideoPrediction> ChooseOfLabel(int label) =>
            videos
                .Where(video => video.Item.Label == label)
                .GroupBy(video => video.Item.Kind ?? video.Item.Method)
                .SelectMany(method => method.OrderBy(Order).Select((video, turn) => (Video: video, Turn: turn)))
                .OrderBy(entry => entry.Turn)
                .ThenBy(entry => Order(entry.Video))
                .Take((count + 1 - label) / 2)
                .Select(entry => entry.Video);
        return [.. ChooseOfLabel(0), .. ChooseOfLabel(1)];
    }

    private async Task<IReadOnlyList<ConditionScores>> ClimbAsync(
        IReadOnlyList<LadderDataset> datasets,
        IReadOnlyList<Condition> ladder,
        string folder,
        IProgress<int> progress,
        CancellationToken cancel
    )
    {
        var scores = new List<ConditionScores>();
        var done = 0;
        foreach (var condition in ladder)
        {
            var predictions = new Dictionary<string, VideoPrediction>();
            foreach (var dataset in datasets)
            {
                var step = Path.Combine(folder, "step");
                foreach (var video in await ScoreAsync(step, dataset, condition, Done, cancel))
                    predictions[video.Item.Key] = video;
                Directory.Delete(step, recursive: true);
            }
            var videos = datasets.SelectMany(dataset => dataset.Videos);
            scores.Add(
                new ConditionScores(
                    condition.Group,
                    condition.Label,
                    [.. videos.Select(video => predictions.GetValueOrDefault(video.Item.Key))]
                )
            );
        }
        return scores;

        void Done() => progress.Report(Interlocked.Increment(ref done));
    }

    private async Task<IReadOnlyList<VideoPrediction>> ScoreAsync(
        string folder,
        LadderDataset dataset,
        Condition condition,
        Action done,
        CancellationToken cancel
    )
    {
        var data = Path.Combine(folder, "data");
        var items = await ReencodeAsync(data, dataset, condition, done, cancel);
        if (items.Count == 0)
            return [];
        var preparation = new Preparation(ModelInput.Create(dataset.Recipe), ModelCatalog.FaceDetector);
        var plan = await preparation.PlanAsync(
            dataset.Listing with
            {
                Root = data,
                Items = items,
            },
            StoreOptions.Create(dataset.Recipe),
            Path.Combine(folder, "store"),
            DatasetShard.Whole,
            [Split.Test]
        );
        await preparation.RunAsync(plan, Environment.ProcessorCount, null, cancel);
        using var store = await Store.OpenAsync(plan.Folder);
        var suitable = new StoreSuitability(dataset.Recipe, store.Videos).Suitable;
        if (suitable.Count == 0)
            return [];
        List<JudgedVideo> videos = [.. suitable.Select(video => new JudgedVideo(video))];
        return await Scoring.RunAsync(model, dataset.Recipe, store, videos, null, cancel);
    }

    private static async Task<IReadOnlyList<VideoItem>> ReencodeAsync(
        string folder,
        LadderDataset dataset,
        Condition condition,
        Action done,
        CancellationToken cancel
    )
    {
        Directory.CreateDirectory(folder);
        var items = dataset.Videos.Select(video => video.Item).ToList();
        await Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel },
            async (item, token) =>
            {
                try
                {
                    var target = Path.Combine(folder, item.Path);
                    await Reencoding.RunAsync(dataset.Listing.FullPath(item), target, condition, token);
                }
                catch (UnreadableVideoException)
                {
                    // It then has no score under this condition, which is counted.
                }
                done();
            }
        );
        // Masks stay where they are; an absolute path is not taken from the new root.
        var root = dataset.Listing.Root;
        return
        [
            .. items
                .Where(item => File.Exists(Path.Combine(folder, item.Path)))
                .Select(item =>
                    item.Mask is null ? item : item with { Mask = Path.GetFullPath(Path.Combine(root, item.Mask)) }
                ),
        ];
    }
}
