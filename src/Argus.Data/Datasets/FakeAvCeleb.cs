namespace Argus.Data.Datasets;

/// <summary>
/// FakeAVCeleb (Khalid et al., 2021): four folders by what of picture and sound is fake, and <c>meta_data.csv</c>,
/// whose header names nine columns of ten: the ninth, called <c>path</c>, is the file's name, the last its folder. It
/// has no official split; people are kept apart by whose video it is.
/// </summary>
internal static class FakeAvCeleb
{
    public const string Layout = "fakeavceleb";
    private const string List = "meta_data.csv";
    private const string Real = "RealVideo-RealAudio";
    private const string OnlySound = "RealVideo-FakeAudio";

    private static readonly string[] Types = [Real, OnlySound, "FakeVideo-RealAudio", "FakeVideo-FakeAudio"];

    private sealed record Row(string Source, string Method, string Type, string Path);

    public static DatasetListing Read(string root, DatasetOptions options)
    {
        var file = Path.Combine(root, List);
        if (!File.Exists(file))
            throw new RequestException(
                $"{root} has no {List}, which says who is in each video. It comes with the dataset."
            );
        var rows = ReadRows(file).DistinctBy(row => row.Path).ToList();
        var items = rows.Where(row => IsThere(row.Path)).Select(Create).ToList();
        var problems = MissingFiles.Report(Severity.Warning, List, [.. rows.Select(row => row.Path)], IsThere).ToList();
        if (items.Count(item => item.Method == OnlySound) is > 0 and var silent)
            problems.Add(
                new(
                    Severity.Known,
                    OnlySound,
                    $"{silent} fakes whose picture nobody touched: only a specialist that hears can find them; "
                        + "data.methods chooses others"
                )
            );
        if (items.Any(item => item.Label == 1))
            problems.Add(
                new(
                    Severity.Known,
                    List,
                    "there is no official split; a fake's other person (target1) may be on another side"
                )
            );
        return OwnVideos.List(Layout, root, items, options, problems);

        bool IsThere(string path) => File.Exists(Path.Combine(root, path));
    }

    private static VideoItem Create(Row row) =>
        new(
            Layout,
            row.Type,
            row.Path[..^Path.GetExtension(row.Path).Length],
            row.Path,
            row.Type == Real ? 0 : 1,
            row.Source,
            [row.Source],
            Kind: row.Type == Real ? null : row.Method
        );

    private static IEnumerable<Row> ReadRows(string file)
    {
        foreach (var (line, cells) in Csv.ReadFile(file))
        {
            if (line == 1 && cells is ["source", ..])
                continue;
            // Published: source, target1, target2, method, category, type, race, gender, file, FakeAVCeleb/TYPE/….
            if (
                cells is not [var source, _, _, var method, _, var type, _, _, var name, var folder, ..]
                || !Types.Contains(type)
                || folder.Split('/', StringSplitOptions.RemoveEmptyEntries) is not [_, .. var parts]
            )
                throw new RequestException(
                    $"{file}: line {line} is not as published: ten cells, the sixth one of {string.Join(", ", Types)}, "
                        + "the ninth the file's name, the tenth its folder. Get the list anew."
                );
            yield return new Row(source, method, type, string.Join('/', [.. parts, name]));
        }
    }
}
