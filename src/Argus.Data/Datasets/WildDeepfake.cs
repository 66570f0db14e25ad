using System.Text.RegularExpressions;
using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// WildDeepfake (Zi et al., 2020): faces that were cut out of videos from the internet, a folder of pictures a
/// sequence. Folders above it say side and label: <c>real_train</c>, <c>fake_test</c>, or <c>train/real</c>. Each is a
/// video of pictures; who is in it is not said.
/// </summary>
internal static partial class WildDeepfake
{
    public const string Layout = "wilddeepfake";

    public static DatasetListing Read(string root, DatasetOptions options)
    {
        var problems = new List<DatasetProblem>();
        var items = new List<VideoItem>();
        var unlabelled = new List<string>();
        foreach (var folder in VideoFolder.Below(root).Where(VideoFolder.HasPictureName).GroupBy(Path.GetDirectoryName))
        {
            var path = VideoFolder.Relative(root, folder.Key!);
            var words = path.Split('/').SelectMany(part => Word().Matches(part)).Select(word => word.Value).ToList();
            var labels = words.Select(LabelWords.OfFolder).OfType<int>().Distinct().ToList();
            var sides = words.Select(LabelWords.FindSide).OfType<Split>().Distinct().ToList();
            if (labels is not [var label] || sides is not [var side])
            {
                unlabelled.Add(path);
                continue;
            }
            items.Add(
                new VideoItem(
                    Layout,
                    label == 0 ? "real" : "fake",
                    path.Replace('/', '_'),
                    path,
                    label,
                    path,
                    [$"wild-{path}"],
                    side
                )
            );
        }
        if (unlabelled.Count > 0)
            problems.Add(
                new(
                    Severity.Warning,
                    root,
                    $"{unlabelled.Count} folders of pictures left out, {FirstNames.Join(unlabelled)}: the folders "
                        + "above them name no label or no side (real_train, fake_test, train/real, …), or two"
                )
            );
        if (items.Count > 0)
            problems.Add(
                new(
                    Severity.Known,
                    root,
                    "nothing says who is in a sequence, and several are of one video: people are on both sides of the "
                        + "official split"
                )
            );
        return OwnVideos.List(Layout, root, items, options, problems);
    }

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Word();
}
