using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// One or several folders of real videos and pictures, at any depth. Training forges them on the way, so nothing else
/// is needed; what is held out for validation is of other people. <see cref="KnownFakes"/> may come beside them.
/// </summary>
internal static class RealsOnly
{
    public const string Layout = "reals";
    private const string Method = "real";

    public static DatasetListing Read(string text, DatasetOptions options)
    {
        var folders = FolderList.Split(text);
        var fakes = options.Fakes ?? [];
        if (fakes.FirstOrDefault(folder => !Directory.Exists(folder)) is { } absent)
            throw new RequestException($"The folder of fakes {absent} does not exist.");
        var root = FolderList.FindRoot([.. folders, .. fakes]);
        var problems = new List<DatasetProblem>();
        var items = new List<VideoItem>();
        var rules = new List<string>();
        foreach (var folder in folders)
            ReadFolder(root, Path.GetFullPath(folder), options.Together ?? [], items, rules, problems);
        if (items.Count == 0)
            return new DatasetListing(Layout, root, "none", [], problems);

        var people = items.SelectMany(item => item.Identities).Distinct().Count();
        var told = string.Join(", ", rules.CountBy(rule => rule).Select(rule => $"{rule.Key} ({rule.Value} files)"));
        var sides = options.TestShare > 0 ? 3 : 2;
        if (people < sides)
            throw new RequestException(
                $"{text}: {(people == 1 ? "all files are of one person" : $"there are {people} people")} as told by "
                    + $"{told}, but {sides} are needed so that nobody is on two sides of the split. Say who is who "
                    + $"in a {People.SourcesFile} beside the files (columns file and person, a tab between), or give "
                    + "each person a folder."
            );
        var reals = HashedSplit.Divide(options.Draw("reals-split"), items, options.ValidationShare, options.TestShare);
        return new DatasetListing(
            Layout,
            root,
            $"hash of person: {people} people in {items.Count} files, told by {told}",
            [.. reals, .. fakes.SelectMany(folder => KnownFakes.Read(root, folder, reals, options, problems))],
            problems
        );
    }

    private static void ReadFolder(
        string root,
        string folder,
        IReadOnlyList<string> together,
        List<VideoItem> items,
        List<string> rules,
        List<DatasetProblem> problems
    )
    {
        var sources = People.ReadSources(folder);
        var files = VideoFolder.Below(folder).Where(VideoFolder.HasMediaName).ToList();
        var fakes = files.RemoveAll(file => sources.TryGetValue(file, out var source) && source.IsFake);
        var unlicensed = files.RemoveAll(file => sources.TryGetValue(file, out var source) && source.HasNoLicence);
        if (unlicensed > 0)
            problems.Add(
                new(
                    Severity.Warning,
                    folder,
                    $"{unlicensed} files left out: {People.SourcesFile} says that no licence is stated for them"
                )
            );
        if (fakes > 0)
            problems.Add(
                new(Severity.Warning, folder, $"{fakes} files left out: {People.SourcesFile} calls them fake")
            );
        var unlisted = sources.Count == 0 ? 0 : files.Count(file => !sources.ContainsKey(file));
        if (unlisted > 0)
            problems.Add(
                new(
                    Severity.Warning,
                    folder,
                    $"{unlisted} of {files.Count} files are not in {People.SourcesFile}; their person is guessed from "
                        + "their sub-folder or name"
                )
            );
        var missing = sources.Keys.Count(file => !File.Exists(file));
        if (missing > 0)
            problems.Add(
                new(Severity.Warning, folder, $"{missing} files that {People.SourcesFile} lists are not on disk")
            );
        foreach (var (file, (person, rule)) in People.Find(folder, files, sources))
        {
            rules.Add(rule);
            var path = VideoFolder.Relative(Path.GetFullPath(root), file);
            var group = together.FirstOrDefault(start => person.StartsWith(start, StringComparison.Ordinal)) ?? person;
            items.Add(new VideoItem(Layout, Method, path, path, 0, group, [person]));
        }
    }
}
