using System.Text.RegularExpressions;
using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// Celeb-DF++ (Li et al., 2025): Celeb-DF v2 with 22 methods in folders below <c>Celeb-synthesis</c>, such as
/// <c>FaceSwap/SimSwap</c>, of which <c>FaceSwap/Celeb-DF</c> is v2's own. The test list is by video and calls real 1.
/// </summary>
internal static partial class CelebDfPlusPlus
{
    public const string Layout = "celebdfpp";

    private const string Fakes = "Celeb-synthesis";

    public static DatasetListing Read(string root, DatasetOptions options)
    {
        var problems = new List<DatasetProblem>();
        var items = new List<VideoItem>();
        foreach (var folder in new[] { "Celeb-real", "YouTube-real" })
        {
            if (VideoFolder.Find(root, folder) is { } found)
                items.AddRange(VideoFolder.Videos(found).Select(file => Create(root, file, folder, 0)));
        }
        if (VideoFolder.Find(root, Fakes) is { } fakes)
            items.AddRange(
                VideoFolder
                    .Below(fakes)
                    .Where(VideoFolder.HasVideoName)
                    .Select(file => Create(root, file, Method(fakes, file), 1))
            );
        if (items.Any(item => item.Label == 1 && item.Method == Fakes))
            throw new RequestException(
                $"{root} has videos directly in {Fakes}: that is Celeb-DF v2 (celebdf). Celeb-DF++ has "
                    + "a folder for each method."
            );
        return CelebDf.Divide(Layout, root, [.. OwnVideos.Choose(items, options.Methods ?? [])], options, problems);
    }

    // The folder that the video lies in, of which FaceSwap/SimSwap is the method SimSwap.
    private static string Method(string fakes, string file) =>
        VideoFolder
            .Relative(fakes, file)
            .Split('/')[..^1]
            .LastOrDefault(folder => !folder.Equals("videos", StringComparison.OrdinalIgnoreCase))
        ?? Fakes;

    // Names begin like Celeb-DF's (id0_id1_0000, id0_0000); what follows is the method's own.
    private static VideoItem Create(string root, string file, string method, int label)
    {
        var id = Path.GetFileNameWithoutExtension(file);
        string[] people =
        [
            .. Person().Matches(id).Select(match => match.Groups[1].Value.ToLowerInvariant()).Distinct(),
        ];
        if (people.Length == 0)
            people = [$"{method}-{id}"];
        return new VideoItem(
            Layout,
            method,
            id,
            VideoFolder.Relative(root, file),
            label,
            people[0],
            people,
            Original: label == 1 && Take().Match(id) is { Success: true } take
                ? $"{people[0]}_{take.Groups[1].Value}{Path.GetExtension(file)}"
                : null
        );
    }

    [GeneratedRegex(@"(?<![a-z0-9])(id\d+)(?![0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex Person();

    [GeneratedRegex(@"^id\d+(?:_id\d+)?_(\d{4})(?![0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex Take();
}
