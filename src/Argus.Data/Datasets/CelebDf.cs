using System.Text.RegularExpressions;
using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// Celeb-DF v2 (Li et al., 2020). Its test list says 1 for real and 0 for fake, the reverse of Argus, and splits by
/// video, not by person.
/// </summary>
internal static partial class CelebDf
{
    public const string TestList = "List_of_testing_videos.txt";
    private const double IdentityTestShare = 0.15;

    private static readonly (string Folder, int Label)[] Folders =
    [
        ("Celeb-real", 0),
        ("YouTube-real", 0),
        ("Celeb-synthesis", 1),
    ];

    public static DatasetListing Read(string root, DatasetOptions options)
    {
        var problems = new List<DatasetProblem>();
        var items = (
            from folder in Folders
            let found = VideoFolder.Find(root, folder.Folder)
            where found is not null
            from file in VideoFolder.Videos(found)
            select Item(root, file, folder.Folder, folder.Label, problems)
        )
            .OfType<VideoItem>()
            .ToList();
        return Divide("celebdf", root, items, options, problems);
    }

    /// <summary>The listing, its videos on the sides of the official test list or of people.</summary>
    /// <param name="layout">Celeb-DF v2's or Celeb-DF++'s, whose lists look alike.</param>
    /// <param name="root">The dataset's folder, with the list.</param>
    /// <param name="items">All videos.</param>
    /// <param name="options">By which of the two.</param>
    /// <param name="problems">Takes what is worth knowing.</param>
    public static DatasetListing Divide(
        string layout,
        string root,
        List<VideoItem> items,
        DatasetOptions options,
        List<DatasetProblem> problems
    )
    {
        if (items.Count == 0)
            return new DatasetListing(layout, root, "none", [], problems);
        return options.IdentitySplit
            ? ByIdentity(layout, root, items, options, problems)
            : Official(layout, root, items, options, problems);
    }

    private static DatasetListing Official(
        string layout,
        string root,
        List<VideoItem> items,
        DatasetOptions options,
        List<DatasetProblem> problems
    )
    {
        var test = ReadTestList(root, items, problems);
        var testItems = items
            .Where(item => test.Contains(NameInList(item)))
            .Select(item => item with { Split = Split.Test })
            .ToList();
        var rest = items.Where(item => !test.Contains(NameInList(item))).ToList();
        var carved = IdentitySplit.Carve(
            rest,
            options.ValidationShare,
            options.Draw($"{layout}-validation"),
            out var dropped
        );
        if (dropped > 0)
            problems.Add(
                new(
                    Severity.Note,
                    "Celeb-synthesis",
                    $"{dropped} training fakes left out: one of their people is in validation"
                )
            );
        var divided = rest.Select(item =>
                carved.TryGetValue(item.Key, out var inside)
                    ? item with
                    {
                        Split = inside ? Split.Validation : Split.Train,
                    }
                    : null
            )
            .OfType<VideoItem>();

        if (DatasetCheck.KnownLeak(TestList, testItems, rest) is { } leak)
            problems.Add(leak);
        return new DatasetListing(layout, root, "official test list", [.. divided.Concat(testItems)], problems);
    }

    private static DatasetListing ByIdentity(
        string layout,
        string root,
        List<VideoItem> items,
        DatasetOptions options,
        List<DatasetProblem> problems
    )
    {
        var test = IdentitySplit.Carve(items, IdentityTestShare, options.Draw($"{layout}-test"), out var droppedTest);
        var rest = items.Where(item => test.TryGetValue(item.Key, out var inside) && !inside).ToList();
        var validation = IdentitySplit.Carve(
            rest,
            options.ValidationShare / (1 - IdentityTestShare),
            options.Draw($"{layout}-validation"),
            out var droppedValidation
        );
        var divided = items
            .Select(item =>
                test.TryGetValue(item.Key, out var inTest) && inTest ? item with { Split = Split.Test }
                : validation.TryGetValue(item.Key, out var inside)
                    ? item with
                    {
                        Split = inside ? Split.Validation : Split.Train,
                    }
                : null
            )
            .OfType<VideoItem>()
            .ToList();
        problems.Add(
            new(
                Severity.Note,
                "Celeb-synthesis",
                $"{droppedTest + droppedValidation} fakes left out: their two people are on different sides of "
                    + "the split"
            )
        );
        return new DatasetListing(layout, root, DatasetListing.IdentityDisjoint, divided, problems);
    }

    private static HashSet<string> ReadTestList(string root, List<VideoItem> items, List<DatasetProblem> problems)
    {
        var file =
            Directory
                .EnumerateFiles(root, TestList, new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive })
                .FirstOrDefault()
            ?? throw new RequestException(
                $"{root} has no {TestList}. It comes with the dataset; without it test videos would be trained "
                    + "on. Or use data.split=identity."
            );
        var byName = items.GroupBy(NameInList).ToDictionary(same => same.Key, same => same.First());
        var listed = new HashSet<string>();
        var named = new List<string>();
        foreach (var line in File.ReadLines(file).Where(line => line.Trim().Length > 0))
        {
            if (line.Trim().Split(' ', 2) is not [("0" or "1") and var mark, var name])
                throw new ArgusException(
                    $"{file}: '{line}' is not a label and a path. Get the list anew from the dataset."
                );
            name = name.Trim();
            named.Add(name);
            name = WithoutVideosFolder(name);
            if (!byName.TryGetValue(name, out var item))
                continue;
            if (item.Label != (mark == "0" ? 1 : 0))
                problems.Add(
                    new(
                        Severity.Error,
                        item.Path,
                        $"{TestList} calls it {(mark == "1" ? "real" : "fake")}, its folder the opposite"
                    )
                );
            listed.Add(name);
        }
        problems.AddRange(
            MissingFiles.Report(
                Severity.Warning,
                TestList,
                named,
                name => byName.ContainsKey(WithoutVideosFolder(name))
            )
        );
        return listed;
    }

    private static string NameInList(VideoItem item) => WithoutVideosFolder(item.Path);

    private static string WithoutVideosFolder(string path) =>
        path.Replace("/videos/", "/", StringComparison.OrdinalIgnoreCase).ToLowerInvariant();

    private static VideoItem? Item(string root, string file, string folder, int label, List<DatasetProblem> problems)
    {
        var id = Path.GetFileNameWithoutExtension(file);
        var path = VideoFolder.Relative(root, file);
        string[]? people =
            folder == "YouTube-real" ? [$"youtube{id}"]
            : (label == 1 ? Swap() : Single()).Match(id) is { Success: true } match
                ? [.. match.Groups.Values.Skip(1).Select(group => group.Value.ToLowerInvariant())]
            : null;
        if (people is null)
        {
            problems.Add(
                new(
                    Severity.Warning,
                    path,
                    $"left out: {folder} names look like {(label == 1 ? "id0_id1_0000" : "id0_0000")}"
                )
            );
            return null;
        }
        return new VideoItem(
            "celebdf",
            folder,
            id,
            path,
            label,
            people[0],
            people,
            Original: label == 1 ? $"{people[0]}_{id.Split('_')[^1]}{Path.GetExtension(file)}" : null
        );
    }

    [GeneratedRegex(@"^(id\d+)_\d+$", RegexOptions.IgnoreCase)]
    private static partial Regex Single();

    [GeneratedRegex(@"^(id\d+)_(id\d+)_\d+$", RegexOptions.IgnoreCase)]
    private static partial Regex Swap();
}
