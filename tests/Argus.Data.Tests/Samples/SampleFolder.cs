using System.Text.Json;
using Argus.Data.Forging;
using Argus.Data.Samples;

namespace Argus.Data.Tests.Samples;

/// <summary>A sample dataset as a newcomer would read it: by its files alone.</summary>
internal sealed record SampleFolder(string Root)
{
    public sealed record Video(
        string Layout,
        string Path,
        string Full,
        string Kind,
        string Identity,
        string Region,
        int Label
    );

    public static async Task<SampleFolder> WriteAsync(SampleOptions options, CancellationToken cancel)
    {
        var root = Directory.CreateTempSubdirectory("argus-sample-").FullName;
        await SampleDataset.WriteAsync(root, options, SilentLog.Instance, cancel);
        return new(root);
    }

    public static SampleOptions Tiny(QuadCounts counts, params ForgeryKind[] kinds) =>
        new()
        {
            SizePixels = 64,
            Seconds = .24,
            Quads = kinds.ToDictionary(kind => kind, _ => counts),
        };

    public string At(string path) => System.IO.Path.Combine(Root, path);

    public IReadOnlyList<Video> Videos() => [.. SampleDataset.LayoutNames.SelectMany(Videos)];

    public IEnumerable<Video> Videos(string layout) =>
        File.ReadLines(At($"{layout}/kinds.csv"))
            .Skip(1)
            .Select(line => line.Split(','))
            .Select(cells => new Video(
                layout,
                cells[0],
                At($"{layout}/{cells[0]}"),
                cells[1],
                cells[2],
                cells[3],
                Label(layout, cells[0])
            ));

    public IReadOnlyDictionary<string, (string Label, string Split, string? Original)> Metadata(string chunk)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(At($"dfdc/{chunk}/metadata.json")));
        return document
            .RootElement.EnumerateObject()
            .ToDictionary(
                entry => entry.Name,
                entry =>
                    (
                        entry.Value.GetProperty("label").GetString()!,
                        entry.Value.GetProperty("split").GetString()!,
                        entry.Value.GetProperty("original").GetString()
                    )
            );
    }

    private int Label(string layout, string path) =>
        layout switch
        {
            "ffpp" => path.StartsWith("manipulated_sequences/", StringComparison.Ordinal) ? 1 : 0,
            "celebdf" => path.StartsWith("Celeb-synthesis/", StringComparison.Ordinal) ? 1 : 0,
            _ => Metadata(path.Split('/')[0])[path.Split('/')[1]].Label == "FAKE" ? 1 : 0,
        };
}
