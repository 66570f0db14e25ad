using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>A line of a list.</summary>
/// <param name="Number">From 1, the header's.</param>
/// <param name="Cells">By column.</param>
internal sealed record VideoListLine(int Number, IReadOnlyDictionary<string, string> Cells)
{
    /// <summary>A cell's text; empty where there is no such column.</summary>
    public string this[string column] => Cells.GetValueOrDefault(column, "");
}

/// <summary>What a list's lines say, checked against each other and against the files.</summary>
/// <param name="root">The list's folder.</param>
/// <param name="lines">In the order of the list.</param>
/// <param name="wrong">Takes what makes the list useless, each with its line.</param>
/// <param name="problems">Takes what is only worth knowing.</param>
internal sealed class VideoListLines(
    string root,
    IReadOnlyList<VideoListLine> lines,
    List<string> wrong,
    List<DatasetProblem> problems
)
{
    private readonly Dictionary<string, int> lineOf = [];
    private readonly Dictionary<string, int> labelOf = [];

    /// <summary>The videos that are on disk.</summary>
    public IReadOnlyList<VideoItem> CreateItems()
    {
        var told = lines.Select(line => (Line: line, Item: Create(line))).ToList();
        CheckSplits();
        var items = new List<VideoItem>();
        var missing = 0;
        foreach (var (line, item) in told.Where(entry => entry.Item is not null))
        {
            var whole = item! with { Original = FindOriginal(line, item) };
            if (File.Exists(Path.Combine(root, item.Path)))
                items.Add(whole);
            else if (missing++ == 0)
                problems.Add(new(Severity.Warning, $"line {line.Number}", $"left out: {item.Path} is not on disk"));
        }
        if (missing > 1)
            problems.Add(new(Severity.Warning, root, $"{missing} listed files are not on disk and are left out"));
        return items;
    }

    private VideoItem? Create(VideoListLine line)
    {
        if (ReadPath(line) is not { } path)
            return null;
        if (LabelWords.OfCell(line["label"]) is not { } label)
            return Wrong(line, $"the label is '{line["label"]}'; it must be real, fake, 0 (real) or 1 (fake)");
        if (!lineOf.TryAdd(path, line.Number))
            return Wrong(line, $"{path} stands on line {lineOf[path]} already; keep one of them");
        labelOf[path] = label;
        var folder = path.Split('/')[..^1].Select(LabelWords.OfFolder).LastOrDefault(word => word is not null);
        if (folder is not null && folder != label)
            return Wrong(
                line,
                $"{path} is called {Word(label)}, but it lies in a folder for {Word(folder.Value)} videos; correct the "
                    + "label, or move the file"
            );
        var side = LabelWords.FindSide(line["split"]);
        if (side is null && line["split"].Length > 0)
            return Wrong(line, $"the split is '{line["split"]}'; it must be one of {LabelWords.AllSides}");
        var group = line["group"].Length > 0 ? line["group"] : path;
        return new VideoItem(
            VideoList.Layout,
            line["method"].Length > 0 ? line["method"] : Word(label),
            path,
            path,
            label,
            group,
            [People.WithoutSpaces(line["person"].Length > 0 ? line["person"] : group)],
            side,
            Kind: line["kind"].Length > 0 ? line["kind"] : null
        );
    }

    private string? ReadPath(VideoListLine line)
    {
        var text = line["path"].Replace('\\', '/');
        if (text.Length == 0 || text.Contains('\0'))
            return Refuse(line, "the path is empty; name a file");
        var path = VideoFolder.Relative(root, Path.GetFullPath(Path.Combine(root, text)));
        if (path == ".." || path.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(path))
            return Refuse(line, $"{text} lies outside the list's folder; move the list above all files");
        return VideoFolder.HasMediaName(path)
            ? path
            : Refuse(line, $"{text} is neither a video nor a picture by its name (mp4, mov, mkv, jpg, png, …)");
    }

    // Half a split would leave the rest to guessing.
    private void CheckSplits()
    {
        var without = lines.Where(line => line["split"].Length == 0).ToList();
        if (without.Count > 0 && without.Count < lines.Count)
            wrong.Add(
                $"line {without[0].Number}: the split is empty, as on {without.Count} of {lines.Count} lines; fill it "
                    + "everywhere, or leave the column out"
            );
    }

    // The path of the real that the line names by its path or, where only one file has it, by its name.
    private string? FindOriginal(VideoListLine line, VideoItem item)
    {
        var text = line["original"].Replace('\\', '/');
        if (text.Length == 0)
            return null;
        var path = VideoFolder.Relative(root, Path.GetFullPath(Path.Combine(root, text)));
        List<string> named = labelOf.ContainsKey(path)
            ? [path]
            : [.. labelOf.Keys.Where(other => Path.GetFileName(other) == text)];
        if (named.Count > 1)
            wrong.Add($"line {line.Number}: {named.Count} listed files are called {text}; give the original's path");
        else if (named is [var original] && (labelOf[original] == 1 || original == item.Path))
            wrong.Add(
                $"line {line.Number}: {original} is named as an original, but it is "
                    + $"{(original == item.Path ? "the line's own file" : "fake")}; name the real that it was made from"
            );
        return named.Count == 1 ? named[0] : text;
    }

    private VideoItem? Wrong(VideoListLine line, string what)
    {
        Refuse(line, what);
        return null;
    }

    private string? Refuse(VideoListLine line, string what)
    {
        wrong.Add($"line {line.Number}: {what}");
        return null;
    }

    private static string Word(int label) => label == 0 ? "real" : "fake";
}
