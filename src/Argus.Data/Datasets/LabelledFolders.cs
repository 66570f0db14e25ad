using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// Videos and pictures in <c>real/</c> and <c>fake/</c> (or <c>0_real/</c> and <c>1_fake/</c>), at any depth; the
/// folder directly below <c>fake/</c> is the method. Folders above them may state the split (<c>train/real/</c>). What
/// lies elsewhere has no label and is left out.
/// </summary>
internal static class LabelledFolders
{
    public const string Layout = "folder";

    // Pictures of one folder are taken for frames of one video only where there are several such folders of a class.
    private const int FewestFolders = 3;

    private sealed record Found(string Path, int Label, Split? Side, string Method, string Folder, string Person)
    {
        public bool IsPicture => VideoFolder.HasPictureName(Path);
    }

    /// <summary>Whether a folder, or the folders in it, have both names.</summary>
    public static bool Recognises(string root) =>
        Directory.Exists(root)
        && VideoFolder
            .Folders(root)
            .Concat(VideoFolder.Folders(root).SelectMany(VideoFolder.Folders))
            .Select(folder => LabelWords.OfFolder(Path.GetFileName(folder)))
            .OfType<int>()
            .Distinct()
            .Count() == 2;

    public static DatasetListing Read(string root, DatasetOptions options)
    {
        var problems = new List<DatasetProblem>();
        var sources = People.ReadSources(root);
        var found = new List<Found>();
        var unlabelled = new List<string>();
        foreach (var file in VideoFolder.Below(root).Where(VideoFolder.HasMediaName))
        {
            var path = VideoFolder.Relative(root, file);
            if (Place(path, sources.GetValueOrDefault(Path.GetFullPath(file)), problems) is { } place)
                found.Add(place);
            else
                unlabelled.Add(path);
        }
        problems.AddRange(
            unlabelled
                .GroupBy(path => path.Contains('/') ? path[..path.LastIndexOf('/')] : ".")
                .Select(folder => new DatasetProblem(
                    Severity.Warning,
                    folder.Key,
                    $"{folder.Count()} files left out, e.g. {Path.GetFileName(folder.First())}: they lie in neither "
                        + "real/ nor fake/ (0_real/, 1_fake/), or in both, so nothing says what they are"
                ))
        );
        var stated = found.Count(entry => entry.Side is not null);
        if (stated > 0 && stated < found.Count)
            problems.Add(
                new(
                    Severity.Warning,
                    root,
                    $"{found.Count - stated} files left out: other folders state the split (train/, validation/, "
                        + "test/), theirs do not"
                )
            );
        var kept = found.Where(entry => stated == 0 || entry.Side is not null).ToList();
        return OwnVideos.List(Layout, root, [.. CreateItems(kept, stated > 0)], options, problems);
    }

    private static Found? Place(string path, People.Source? source, List<DatasetProblem> problems)
    {
        var parts = path.Split('/');
        var labels = parts[..^1].Select(LabelWords.OfFolder).ToList();
        if (labels.OfType<int>().Distinct().Count() != 1)
            return null;
        var at = labels.FindIndex(label => label is not null);
        if (labels[at] == 0 && source is { IsFake: true })
            problems.Add(new(Severity.Error, path, $"{People.SourcesFile} calls it fake, its folder real"));
        var sides = parts[..^1].Select(LabelWords.FindSide).OfType<Split>().ToList();
        var below = parts[(at + 1)..^1];
        return new Found(
            path,
            labels[at]!.Value,
            sides.Count > 0 ? sides[0] : null,
            labels[at] == 0 ? "real" : below.FirstOrDefault(part => LabelWords.FindSide(part) is null) ?? "fake",
            string.Join('/', labels[at] == 0 ? below : below.Skip(1)),
            source?.Person ?? ""
        );
    }

    // Where nobody states the split, a fake and a real of one name, and the pictures of one video, go to one side.
    private static IEnumerable<VideoItem> CreateItems(IReadOnlyList<Found> found, bool stated)
    {
        var hasFolders = found
            .Where(entry => entry.IsPicture && entry.Folder.Length > 0)
            .GroupBy(entry => entry.Label)
            .Where(label => label.Select(entry => entry.Folder).Distinct().Count() >= FewestFolders)
            .Select(label => label.Key)
            .ToHashSet();
        foreach (var entry in found)
        {
            var group =
                stated ? entry.Path
                : entry.IsPicture && entry.Folder.Length > 0 && hasFolders.Contains(entry.Label) ? entry.Folder
                : Path.GetFileNameWithoutExtension(entry.Path);
            yield return new VideoItem(
                Layout,
                entry.Method,
                entry.Path,
                entry.Path,
                entry.Label,
                group,
                [entry.Person.Length > 0 ? entry.Person : People.WithoutSpaces(group)],
                entry.Side
            );
        }
    }
}
