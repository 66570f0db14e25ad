using System.Collections.Concurrent;
using Argus.Data.Datasets;
using Argus.Data.Stores;

namespace Argus.Data.Audits;

/// <summary>What is wrong with a store, and what else than forgery tells its reals from its fakes.</summary>
public sealed record StoreAudit(
    string Layout,
    IReadOnlyList<DatasetCount> Counts,
    IReadOnlyList<Shortcut> Shortcuts,
    IReadOnlyList<DatasetProblem> Problems
)
{
    // So many problems of one kind are listed; the rest are counted.
    private const int MostOfAKind = 20;

    /// <summary>No leak beyond those the official split is known for, and no damage.</summary>
    public bool Passes => Problems.All(problem => problem.Severity < Severity.Error);

    /// <param name="verify">Whether the shards are read and compared with their SHA-256.</param>
    /// <param name="progress">Shards verified.</param>
    /// <exception cref="ArgusException">The store cannot be opened.</exception>
    public static async Task<StoreAudit> RunAsync(
        string folder,
        bool verify,
        int workers,
        IProgress<int>? progress,
        CancellationToken cancel
    )
    {
        using var store = await Store.OpenAsync(folder);
        return await RunAsync(store, verify, workers, progress, cancel);
    }

    /// <summary>Audits a store that is open.</summary>
    public static async Task<StoreAudit> RunAsync(
        Store store,
        bool verify,
        int workers,
        IProgress<int>? progress,
        CancellationToken cancel
    )
    {
        var videos = store.Videos;
        var items = store.Videos.Select(video => video.Item).ToList();
        var known = store.Options.TestSharesPeople;
        var problems = new List<DatasetProblem>();
        if (verify)
            problems.AddRange(await DamagedAsync(store, workers, progress, cancel));
        problems.AddRange(LimitExamples(DatasetCheck.IdentityLeaks(items, known)));
        if (
            known
            && DatasetCheck.KnownLeak("test", [.. items.Where(IsTest)], items.Where(item => !IsTest(item))) is { } leak
        )
            problems.Add(leak);
        problems.AddRange(
            LimitExamples(DatasetCheck.Duplicates(videos.Select(video => (video.Row.SourceHash, video.Item))))
        );
        problems.AddRange(LimitExamples(Similar(videos)));
        problems.AddRange(DatasetCheck.EmptyClasses(items, DatasetLayout.Find(store.Options.Layout)));
        problems.AddRange(WithoutSource(store));
        problems.AddRange(
            LimitExamples(
                store
                    .Folders.SelectMany(StoreFolder.ReadUnreadable)
                    .Select(failure => new DatasetProblem(
                        Severity.Warning,
                        failure.Path,
                        $"left out: {failure.Reason}"
                    ))
            )
        );
        var shortcuts = Shortcut.Measure(videos);
        problems.AddRange(
            shortcuts
                .Where(shortcut => shortcut.IsClear)
                .Select(shortcut => new DatasetProblem(
                    Severity.Warning,
                    shortcut.Property,
                    $"tells {(shortcut.Method is null ? "real from fake" : $"real from {shortcut.Method}")} "
                        + $"with AUC {shortcut.Auc:0.00} "
                        + $"({shortcut.Interval.Low:0.00}-{shortcut.Interval.High:0.00}): typical {shortcut.Real} of "
                        + $"reals, {shortcut.Fake} of fakes; a model could learn this instead"
                ))
        );
        return new StoreAudit(
            store.Options.Layout,
            DatasetCheck.Count(items),
            shortcuts,
            [.. problems.OrderByDescending(problem => problem.Severity)]
        );
    }

    private static IEnumerable<DatasetProblem> Similar(IReadOnlyList<StoredVideo> videos) =>
        SimilarVideos
            .Find(videos, (a, b) => a.Split != b.Split && a.Row.SourceHash != b.Row.SourceHash)
            .Select(pair => new DatasetProblem(
                Severity.Error,
                pair.A.Item.Path,
                $"leak: looks the same as a video on another side of the split ({pair.Bits} of 192 bits "
                    + $"differ): {pair.A.Item.Path} ({pair.A.Split}) = {pair.B.Item.Path} ({pair.B.Split})"
            ));

    private static bool IsTest(VideoItem item) => item.Split == Split.Test;

    private static IEnumerable<DatasetProblem> WithoutSource(Store store)
    {
        var reals = store
            .Videos.Where(video => video.Item.Label == 0)
            .Select(video => Path.GetFileNameWithoutExtension(video.Item.Path))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (
            var method in store
                .Videos.Where(video => video.Item.Label == 1)
                .GroupBy(video => video.Item.Method)
                .OrderBy(method => method.Key, StringComparer.Ordinal)
        )
        {
            var without = method
                .Where(video =>
                    video.Item.Original is not { } original
                    || !reals.Contains(Path.GetFileNameWithoutExtension(original))
                )
                .ToList();
            if (without.Count == 0)
                continue;
            var example = without[0].Item;
            var original = example.Original is { } name ? $" (from {name})" : "";
            yield return new(
                DatasetLayout.Find(store.Options.Layout).OriginalsMayBeMissing ? Severity.Note : Severity.Warning,
                method.Key,
                $"{without.Count} of {method.Count()} fakes without the real video they were made from, "
                    + $"e.g. {example.Path}{original}"
            );
        }
    }

    private static async Task<IEnumerable<DatasetProblem>> DamagedAsync(
        Store store,
        int workers,
        IProgress<int>? progress,
        CancellationToken cancel
    )
    {
        var problems = new ConcurrentBag<DatasetProblem>();
        var done = 0;
        await Parallel.ForEachAsync(
            Shards(store),
            new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel },
            async (shard, token) =>
            {
                var hash = await FileHash.Sha256Async(shard, token);
                var list = StoreFolder.Hash(shard);
                if (!File.Exists(list))
                    problems.Add(
                        new(Severity.Error, shard, $"its hash, {list}, is missing. Delete the shard and prepare again")
                    );
                else if (!(await File.ReadAllTextAsync(list, token)).StartsWith(hash, StringComparison.Ordinal))
                    problems.Add(
                        new(
                            Severity.Error,
                            shard,
                            "is damaged: its content does not fit its SHA-256. Delete it and prepare again"
                        )
                    );
                progress?.Report(Interlocked.Increment(ref done));
            }
        );
        return problems.OrderBy(problem => problem.Where, StringComparer.Ordinal);
    }

    /// <summary>The store's shards, full paths.</summary>
    public static IReadOnlyList<string> Shards(Store store) =>
        [.. store.Videos.Select(video => StoreFolder.Shard(video.Folder, video.Row.Shard)).Distinct()];

    private static IEnumerable<DatasetProblem> LimitExamples(IEnumerable<DatasetProblem> problems)
    {
        var all = problems.ToList();
        return all.Count <= MostOfAKind
            ? all
            : all.Take(MostOfAKind)
                .Append(
                    new DatasetProblem(all[MostOfAKind].Severity, "and", $"{all.Count - MostOfAKind} more of this kind")
                );
    }
}
