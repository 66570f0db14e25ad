using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// The test set of DFDC (Dolhansky et al., 2020): videos and <c>labels.csv</c> with <c>filename,label</c>, 1 being
/// fake. Who is in them is not said.
/// </summary>
internal static class DfdcTest
{
    public const string Layout = "dfdctest";
    private const string List = "labels.csv";

    public static DatasetListing Read(string root, DatasetOptions options)
    {
        var folder =
            new[] { root, VideoFolder.Find(root, "test") }
                .OfType<string>()
                .FirstOrDefault(place => File.Exists(Path.Combine(place, List)))
            ?? throw new RequestException(
                $"{root} has no {List} (filename,label), so nothing says what is real. It comes with the dataset."
            );
        var labels = ReadLabels(Path.Combine(folder, List));
        var files = VideoFolder
            .Videos(folder)
            .DistinctBy(file => Path.GetFileName(file))
            .ToDictionary(file => Path.GetFileName(file));
        var problems = MissingFiles.Report(Severity.Warning, List, labels.Keys, files.ContainsKey).ToList();
        problems.AddRange(
            files
                .Keys.Where(name => !labels.ContainsKey(name))
                .Select(name => new DatasetProblem(Severity.Warning, name, $"left out: {List} has no label for it"))
        );
        var items =
            from file in files
            where labels.ContainsKey(file.Key)
            let label = labels[file.Key]
            select new VideoItem(
                Layout,
                label == 0 ? "REAL" : "FAKE",
                Path.GetFileNameWithoutExtension(file.Key),
                VideoFolder.Relative(root, file.Value),
                label,
                file.Key,
                [$"dfdctest-{file.Key}"],
                Split.Test
            );
        return OwnVideos.List(Layout, root, [.. items], options, problems);
    }

    private static Dictionary<string, int> ReadLabels(string file)
    {
        var labels = new Dictionary<string, int>();
        foreach (var (line, cells) in Csv.ReadFile(file))
        {
            if (line == 1 && cells is ["filename", "label", ..])
                continue;
            if (cells is not [{ Length: > 0 } name, "0" or "1", ..])
                throw new RequestException(
                    $"{file}: line {line} is '{string.Join(',', cells)}'; each must be filename,label, and the label 0 "
                        + "(real) or 1 (fake)."
                );
            if (!labels.TryAdd(name, cells[1] == "1" ? 1 : 0))
                throw new RequestException($"{file}: line {line} names {name} a second time. Keep one of them.");
        }
        return labels;
    }
}
