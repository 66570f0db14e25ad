using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// Real fakes beside folders of reals (<c>data.fakes</c>): a published dataset, of which the training side is taken
/// with its own reals, or any folder, of which every file is a fake. All of it is for training: people who are kept out
/// among the reals are left out here.
/// </summary>
internal static class KnownFakes
{
    private const string Method = "fake";

    /// <summary>The videos of one folder.</summary>
    /// <param name="root">That their paths are relative to.</param>
    /// <param name="folder">Exists.</param>
    /// <param name="reals">With their sides.</param>
    /// <param name="options">How a published dataset is read.</param>
    /// <param name="problems">Is told what was left out.</param>
    public static IReadOnlyList<VideoItem> Read(
        string root,
        string folder,
        IReadOnlyList<VideoItem> reals,
        DatasetOptions options,
        List<DatasetProblem> problems
    )
    {
        var published = DatasetLayout
            .All.Where(layout => layout is { Stage: not null, HasPicturesOnly: false })
            .Select(layout => layout.Reader(folder, options))
            .FirstOrDefault(listing => listing.Items.Count > 0);
        var found = published is null
            ? ReadFiles(folder)
            : [.. published.Items.Where(item => item.Split == Split.Train).Select(item => Place(item, published))];
        var kept = reals.Where(item => item.Split != Split.Train).SelectMany(item => item.Identities).ToHashSet();
        var free = found.Where(item => !item.Identities.Any(kept.Contains)).ToList();
        if (published is not null)
            problems.Add(
                new(
                    Severity.Note,
                    folder,
                    $"read as {published.Layout}: {found.Count} of {published.Items.Count} videos are of its training "
                        + "side and are trained on"
                )
            );
        if (free.Count < found.Count)
            problems.Add(
                new(
                    Severity.Warning,
                    folder,
                    $"{found.Count - free.Count} fakes left out: they show people who are kept out of training"
                )
            );
        return free;

        VideoItem Place(VideoItem item, DatasetListing listing) =>
            item with
            {
                Dataset = RealsOnly.Layout,
                Path = VideoFolder.Relative(Path.GetFullPath(root), Path.GetFullPath(listing.FullPath(item))),
                Chunk = null,
                Mask = null,
            };

        List<VideoItem> ReadFiles(string folder)
        {
            var files = VideoFolder.Below(folder).Where(VideoFolder.HasMediaName).ToList();
            var people = People.Find(folder, files, People.ReadSources(folder));
            return
            [
                .. from file in files
                let path = VideoFolder.Relative(Path.GetFullPath(root), file)
                let person = people[file].Person
                select new VideoItem(RealsOnly.Layout, Method, path, path, 1, person, [person], Split.Train),
            ];
        }
    }
}
