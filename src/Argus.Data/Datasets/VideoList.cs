using nietras.SeparatedValues;

namespace Argus.Data.Datasets;

/// <summary>
/// A list of videos and pictures as comma-separated values (or semicolons, or tabs): <c>path</c> and <c>label</c>, and
/// as many of the other columns as there are. Anything wrong is said with its line, and nothing is read of such a list.
/// </summary>
internal static class VideoList
{
    public const string Layout = "list";
    public const string FileName = "list.csv";

    private const int MostProblems = 10;
    private const char ByteOrderMark = '\uFEFF';
    private static readonly char[] Separators = [',', ';', '\t'];
    private static readonly string[] Extensions = [".csv", ".tsv"];
    private static readonly string[] Needed = ["path", "label"];
    private static readonly string[] Optional = ["split", "method", "person", "original", "group", "kind"];

    /// <summary>Whether it is called like such a file, or is a folder with one called <see cref="FileName"/>.</summary>
    public static bool Recognises(string path) =>
        FindFile(path) is not null || IsNamedLikeOne(path) && !Directory.Exists(path);

    public static DatasetListing Read(string path, DatasetOptions options)
    {
        var file =
            FindFile(path)
            ?? throw new RequestException(
                $"{path} is no list: give a file that ends with .csv or .tsv, or a folder with a {FileName}."
            );
        var problems = new List<DatasetProblem>();
        var lines = ReadLines(file, problems);
        var root = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var wrong = new List<string>();
        var items = new VideoListLines(root, lines, wrong, problems).CreateItems();
        Refuse(file, wrong);
        return OwnVideos.List(Layout, root, items, options, problems);
    }

    private static string? FindFile(string path) =>
        Directory.Exists(path) ? new[] { Path.Combine(path, FileName) }.FirstOrDefault(File.Exists)
        : File.Exists(path) && IsNamedLikeOne(path) ? path
        : null;

    private static bool IsNamedLikeOne(string path) => Extensions.Contains(Path.GetExtension(path).ToLowerInvariant());

    private static List<VideoListLine> ReadLines(string file, List<DatasetProblem> problems)
    {
        var text = File.ReadAllText(file).TrimStart(ByteOrderMark);
        var header = text.Split('\n', 2)[0].TrimEnd('\r');
        if (header.Trim().Length == 0)
            throw new RequestException(
                $"{file}: it is empty, or its first line is. The first line must name the columns, e.g. path,label."
            );
        var used = Separators.Where(header.Contains).ToList();
        if (used.Count != 1)
            throw new RequestException(
                used.Count == 0
                    ? $"{file}: line 1 has a single column, '{header.Trim()}'. It must name path and label, with "
                        + "commas, semicolons or tabs between."
                    : $"{file}: line 1 mixes {Words(used)}. Keep one of them throughout."
            );
        var separator = used[0];
        using var reader = Sep.New(separator)
            .Reader(options => options with { HasHeader = false, Unescape = true, DisableColCountCheck = true })
            .FromText(text);
        string[]? columns = null;
        var lines = new List<VideoListLine>();
        var wrong = new List<string>();
        var number = 0;
        foreach (var row in reader)
        {
            number = columns is null ? 1 : row.LineNumberFrom;
            var cells = new string[row.ColCount];
            for (var i = 0; i < cells.Length; i++)
                cells[i] = row[i].ToString().Trim();
            if (columns is null)
                columns = ReadHeader(file, cells, problems);
            else if (cells is [""])
                continue;
            else if (cells.Any(cell => cell.Contains('\n')))
                wrong.Add($"line {number}: a quote opens in it that is not closed on the same line; close it");
            else if (cells.Length != columns.Length)
                wrong.Add(
                    $"line {number}: it has {cells.Length} cells and the header {columns.Length}"
                        + (
                            cells.Length == 1 && Separators.FirstOrDefault(cells[0].Contains) is not '\0' and var other
                                ? $"; it separates by {Words([other])} and the header by {Words([separator])}"
                                : $"; a cell that holds {Words([separator])} must stand in quotes"
                        )
                );
            else
                lines.Add(
                    new VideoListLine(number, columns.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second))
                );
        }
        Refuse(file, wrong);
        return lines.Count > 0
            ? lines
            : throw new RequestException($"{file}: it has a header but no line. Add a line for each video.");
    }

    private static string[] ReadHeader(string file, string[] cells, List<DatasetProblem> problems)
    {
        var columns = cells.Select(cell => cell.ToLowerInvariant()).ToArray();
        var known = Needed.Concat(Optional).ToList();
        if (columns.GroupBy(column => column).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new RequestException($"{file}: two columns are named '{twice.Key}'. Keep one.");
        if (Needed.Except(columns).FirstOrDefault() is { } missing)
            throw new RequestException(
                $"{file}: the column {missing} is missing; line 1 names {string.Join(", ", columns)}. The columns are "
                    + $"{string.Join(", ", known)}; only path and label must be there."
            );
        problems.AddRange(
            columns
                .Except(known)
                .Select(column => new DatasetProblem(
                    Severity.Warning,
                    $"{Path.GetFileName(file)}, column '{column}'",
                    $"not read; the columns are {string.Join(", ", known)}" + Suggestions.Hint(column, known)
                ))
        );
        return columns;
    }

    private static void Refuse(string file, List<string> wrong)
    {
        if (wrong.Count > 0)
            throw new RequestException(
                $"{file} cannot be read:{Environment.NewLine}  "
                    + string.Join($"{Environment.NewLine}  ", wrong.Take(MostProblems))
                    + (
                        wrong.Count > MostProblems
                            ? $"{Environment.NewLine}  and {wrong.Count - MostProblems} more"
                            : ""
                    )
            );
    }

    private static string Words(IEnumerable<char> separators) =>
        string.Join(
            " and ",
            separators.Select(separator =>
                separator switch
                {
                    ',' => "commas",
                    ';' => "semicolons",
                    _ => "tabs",
                }
            )
        );
}
