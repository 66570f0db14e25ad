using System.Collections.Concurrent;
using Argus.Clips;
using Argus.Video;

namespace Argus.Data.Datasets;

/// <summary>Videos of one split, method and label.</summary>
public sealed record DatasetCount(string Split, string Method, string Label, int Videos);

/// <summary>Counts of a dataset and everything that is wrong with it.</summary>
public sealed record DatasetCheck(
    string Layout,
    string SplitName,
    IReadOnlyList<DatasetCount> Counts,
    IReadOnlyList<DatasetProblem> Problems
)
{
    /// <summary>No leak beyond those the official split is known for, and no error.</summary>
    public bool Passes => Problems.All(problem => problem.Severity < Severity.Error);

    /// <summary>What names, labels and splits tell, without opening a file.</summary>
    public static DatasetCheck Names(DatasetListing listing)
    {
        var counts = Count(listing.Items);
        var layout = DatasetLayout.Find(listing.Layout);
        return new DatasetCheck(
            listing.Layout,
            listing.SplitName,
            counts,
            [
                .. listing.Problems,
                .. EmptyClasses(listing.Items, layout),
                .. Pictures(listing),
                .. IdentityLeaks(
                    listing.Items,
                    layout.TestSharesPeople && listing.SplitName != DatasetListing.IdentityDisjoint
                ),
            ]
        );
    }

    /// <summary>
    /// Checks the names, and opens every file: unreadable ones, and equal files on two sides or with two labels.
    /// </summary>
    public static async Task<DatasetCheck> FilesAsync(
        DatasetListing listing,
        int workers,
        IProgress<int>? progress,
        CancellationToken cancel
    )
    {
        var check = Names(listing);
        var problems = new ConcurrentBag<DatasetProblem>();
        var hashes = new ConcurrentBag<(string Hash, VideoItem Item)>();
        var done = 0;
        await Parallel.ForEachAsync(
            listing.Items,
            new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel },
            async (item, token) =>
            {
                try
                {
                    await OpenAsync(listing.FullPath(item), token);
                    hashes.Add((await FileHash.XxHash128Async(listing.FullPath(item), token), item));
                }
                catch (UnreadableVideoException error)
                {
                    problems.Add(new(Severity.Warning, item.Path, $"unreadable, will be left out: {error.Message}"));
                }
                progress?.Report(Interlocked.Increment(ref done));
            }
        );
        return check with
        {
            Problems =
            [
                .. check.Problems,
                .. problems.OrderBy(p => p.Where, StringComparer.Ordinal),
                .. Duplicates(hashes),
            ],
        };
    }

    private static async Task OpenAsync(string file, CancellationToken cancel)
    {
        if (Directory.Exists(file))
        {
            PictureSequence.Check(file);
            return;
        }
        using var picture = VideoFolder.HasPictureName(file) ? StillPicture.Read(file) : null;
        if (picture is null)
            await VideoProbe.ReadAsync(file, cancel);
    }

    private static IEnumerable<DatasetProblem> Pictures(DatasetListing listing)
    {
        var pictures = DatasetLayout.Find(listing.Layout).HasPicturesOnly
            ? listing.Items.Count
            : listing.Items.Count(item => VideoFolder.HasPictureName(item.Path));
        if (pictures > 0)
            yield return new(
                Severity.Note,
                listing.Root,
                $"{pictures} of {listing.Items.Count} videos are pictures: specialists whose clips are several frames "
                    + $"(av, tm) abstain from them, {ClipRequest.PictureHasNoTime}"
            );
    }

    /// <summary>Videos by split, method and label.</summary>
    public static IReadOnlyList<DatasetCount> Count(IEnumerable<VideoItem> items) =>
        [
            .. items
                .GroupBy(item => (item.Split, item.Method, item.Label))
                .OrderBy(group => group.Key.Split)
                .ThenBy(group => group.Key.Label)
                .ThenBy(group => group.Key.Method, StringComparer.Ordinal)
                .Select(group => new DatasetCount(
                    $"{group.Key.Split}".ToLowerInvariant(),
                    group.Key.Method,
                    group.Key.Label == 0 ? "real" : "fake",
                    group.Count()
                )),
        ];

    /// <summary>Sides of the split without a real or without a fake.</summary>
    /// <param name="items">The videos.</param>
    /// <param name="layout">Of it depends what is wanted.</param>
    public static IEnumerable<DatasetProblem> EmptyClasses(IReadOnlyList<VideoItem> items, DatasetLayout layout) =>
        from split in Enum.GetValues<Split>()
        from label in layout.HasRealsOnly ? new[] { 0 } : [0, 1]
        where !(layout.HasRealsOnly && split == Split.Test) && !(layout.HasTestOnly && split != Split.Test)
        where !items.Any(item => item.Split == split && item.Label == label)
        select new DatasetProblem(
            Severity.Warning,
            $"{split}".ToLowerInvariant(),
            $"has no {(label == 0 ? "real" : "fake")} video"
        );

    /// <summary>People on several sides of the split.</summary>
    /// <param name="testIsKnownToShare">Test videos are left out: that they share people is known.</param>
    public static IEnumerable<DatasetProblem> IdentityLeaks(IEnumerable<VideoItem> items, bool testIsKnownToShare) =>
        items
            .Where(item => !testIsKnownToShare || item.Split != Split.Test)
            .SelectMany(item => item.Identities.Select(person => (Person: person, Item: item)))
            .GroupBy(entry => entry.Person, entry => entry.Item)
            .Select(videos => (Person: videos.Key, Sides: videos.DistinctBy(item => item.Split).ToList()))
            .Where(entry => entry.Sides.Count > 1)
            .Select(entry => new DatasetProblem(
                Severity.Error,
                entry.Person,
                $"leak: on {entry.Sides.Count} sides of the split: "
                    + $"{string.Join(", ", entry.Sides.Select(item => $"{item.Path} ({item.Split})"))}"
            ));

    /// <summary>How many test videos show somebody who is also among the others; null where none does.</summary>
    /// <param name="where">What the problem is reported of.</param>
    /// <param name="test">Videos for test.</param>
    /// <param name="others">All others.</param>
    /// <param name="remedy">What can be done; empty for nothing.</param>
    public static DatasetProblem? KnownLeak(
        string where,
        IReadOnlyCollection<VideoItem> test,
        IEnumerable<VideoItem> others,
        string remedy = ". data.split=identity separates people"
    )
    {
        var people = others.SelectMany(item => item.Identities).ToHashSet();
        var shared = test.Count(item => item.Identities.Any(people.Contains));
        return shared == 0
            ? null
            : new(
                Severity.Known,
                where,
                $"{shared} of {test.Count} test videos show a person who is also in training: the official "
                    + $"split is by video{remedy}"
            );
    }

    /// <summary>Files with equal hashes.</summary>
    internal static IEnumerable<DatasetProblem> Duplicates(IEnumerable<(string Hash, VideoItem Item)> hashes) =>
        hashes
            .GroupBy(entry => entry.Hash)
            .Where(same => same.Count() > 1)
            .Select(same =>
                same.Select(entry => entry.Item).OrderBy(item => item.Path, StringComparer.Ordinal).ToList()
            )
            .Select(same =>
                (Files: string.Join(" = ", same.Take(3).Select(item => $"{item.Path} ({item.Split})")), same)
            )
            .OrderBy(entry => entry.Files, StringComparer.Ordinal)
            .Select(entry =>
                entry.same.Select(item => item.Split).Distinct().Count() > 1
                    ? new DatasetProblem(
                        Severity.Error,
                        entry.same[0].Path,
                        $"leak: the same file is on two sides of the split: {entry.Files}"
                    )
                : entry.same.Select(item => item.Label).Distinct().Count() > 1
                    ? new DatasetProblem(
                        Severity.Error,
                        entry.same[0].Path,
                        $"the same file is called real and fake: {entry.Files}"
                    )
                : new DatasetProblem(
                    Severity.Warning,
                    entry.same[0].Path,
                    $"the same file more than once: {entry.Files}"
                )
            );
}
