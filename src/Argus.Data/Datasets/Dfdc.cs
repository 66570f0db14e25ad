using System.Text.Json;
using System.Text.RegularExpressions;
using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// DFDC (Dolhansky et al., 2020): <c>dfdc_train_part_N</c> folders with a metadata.json each, any subset of them; or
/// without parts Kaggle's <c>train_sample_videos</c>, or any other folder of videos with its metadata.json.
/// </summary>
internal static partial class Dfdc
{
    private sealed record Entry(string? Label, string? Original);

    private const string SampleFolder = "train_sample_videos";

    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    public static DatasetListing Read(string root, DatasetOptions options)
    {
        var problems = new List<DatasetProblem>();
        var items = new List<VideoItem>();
        var chunks = Chunks(root).OrderBy(chunk => chunk.Number).ToList();
        foreach (var (chunk, folder) in chunks)
            ReadChunk(root, chunk, folder, options, items, problems);
        if (FindSample(root) is { } sample)
        {
            if (chunks.Count == 0)
                ReadChunk(root, null, sample, options, items, problems);
            else
                problems.Add(
                    new(Severity.Note, VideoFolder.Relative(root, sample), "left out: it is a sample of the parts")
                );
        }

        var names = items.Select(item => Path.GetFileName(item.Path)).ToHashSet();
        var orphans = items.Count(item => item.Original is { } original && !names.Contains(original));
        if (orphans > 0)
            problems.Add(
                new(
                    Severity.Note,
                    root,
                    $"{orphans} fakes whose original is not among the files (normal: originals are spread over "
                        + "the parts)"
                )
            );
        return new DatasetListing("dfdc", root, "hash of original", items, problems);
    }

    private static void ReadChunk(
        string root,
        int? chunk,
        string folder,
        DatasetOptions options,
        List<VideoItem> items,
        List<DatasetProblem> problems
    )
    {
        var place = VideoFolder.Relative(root, folder);
        var metadata = Path.Combine(folder, "metadata.json");
        if (!File.Exists(metadata))
        {
            problems.Add(
                new(
                    Severity.Warning,
                    place,
                    "left out: it has no metadata.json, so nothing says what is real; unpack the part again"
                )
            );
            return;
        }
        Dictionary<string, Entry?> entries;
        try
        {
            entries = JsonSerializer.Deserialize<Dictionary<string, Entry?>>(File.ReadAllText(metadata), Json) ?? [];
        }
        catch (JsonException error)
        {
            problems.Add(
                new(
                    Severity.Warning,
                    $"{place}/metadata.json",
                    $"left out: not valid JSON ({error.Message}); unpack the part again"
                )
            );
            return;
        }
        var files = VideoFolder
            .Videos(folder)
            .DistinctBy(file => Path.GetFileName(file))
            .ToDictionary(file => Path.GetFileName(file));
        foreach (var (name, file) in files)
        {
            if (!entries.TryGetValue(name, out var entry) || entry?.Label is not ("REAL" or "FAKE"))
            {
                problems.Add(new(Severity.Warning, $"{place}/{name}", "left out: metadata.json has no label for it"));
                continue;
            }
            // Twins of 'argus forge' are real and name the video they come from, too.
            var source = string.IsNullOrEmpty(entry.Original) ? null : entry.Original;
            var original = entry.Label == "FAKE" ? source : null;
            var group = source ?? name;
            items.Add(
                new VideoItem(
                    "dfdc",
                    entry.Label,
                    Path.GetFileNameWithoutExtension(name),
                    VideoFolder.Relative(root, file),
                    entry.Label == "FAKE" ? 1 : 0,
                    group,
                    [group],
                    OfficialSplits.Dfdc(group, options.SplitSeed),
                    Chunk: chunk,
                    Original: original
                )
            );
        }
        problems.AddRange(MissingFiles.Report(Severity.Warning, place, entries.Keys, files.ContainsKey));
    }

    // The root itself, or Kaggle's folder in it, also unpacked into another of that name.
    private static string? FindSample(string root) =>
        new[] { root, VideoFolder.Find(root, SampleFolder), VideoFolder.Find(root, SampleFolder, SampleFolder) }
            .OfType<string>()
            .FirstOrDefault(folder =>
                !Part().IsMatch(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)))
                && File.Exists(Path.Combine(folder, "metadata.json"))
            );

    // dfdc_train_part_7, dfdc_train_part_07, a folder of the same name nested in it, or one part alone.
    private static IEnumerable<(int Number, string Folder)> Chunks(string root)
    {
        foreach (var folder in Directory.EnumerateDirectories(root).Append(root).Order(StringComparer.Ordinal))
        {
            var name = Part().Match(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)));
            if (!name.Success)
                continue;
            var nested = Directory
                .EnumerateDirectories(folder)
                .FirstOrDefault(inner => Part().IsMatch(Path.GetFileName(inner)));
            yield return (int.Parse(name.Groups[1].Value), nested ?? folder);
        }
    }

    [GeneratedRegex(@"^dfdc_train_part_(\d{1,4})$", RegexOptions.IgnoreCase)]
    private static partial Regex Part();
}
