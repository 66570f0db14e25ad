using System.Text.Json;
using System.Text.RegularExpressions;

namespace Argus.Data.Datasets;

/// <summary>
/// The JSON files of DeepfakeBench (Yan et al., 2023) and DF40 (Yan et al., 2024), one a dataset: dataset, label, side,
/// for FaceForensics++ compression, then videos with their <c>label</c> and <c>frames</c>, pictures of faces that were
/// cut out before. Paths are of the machine that wrote them; their ends are looked for below the file's folder and
/// those above it. A video is the folder of its frames.
/// </summary>
internal static partial class DeepfakeBench
{
    public const string Layout = "deepfakebench";

    private const int MostFoldersAbove = 4;
    private const int MostFoldersSkipped = 32; // no machine's root is deeper, and each is a look at the disk
    private const int MostProbed = 50; // the first videos may be among those that are missing

    // Labels that do not end with what they mean (label_dict in DeepfakeBench's training/config/train_config.yaml).
    private static readonly string[] OtherFakes = ["FF-DF", "FF-F2F", "FF-FS", "FF-NT", "FF-FH", "FF-SH"];
    private static readonly string[] Compressions = ["raw", "c23", "c40"];

    private sealed record Entry(string Key, string Name, string Label, Split Side, IReadOnlyList<string> Frames);

    public static DatasetListing Read(string path, DatasetOptions options)
    {
        var file = FindFile(path);
        var entries = ReadEntries(file, options.Compression);
        var root = FindRoot(file, entries);
        var problems = new List<DatasetProblem>();
        var items = new List<VideoItem>();
        var missing = new List<string>();
        foreach (var same in entries.GroupBy(entry => (entry.Label, entry.Name)))
        {
            // What is for test is for test alone, whatever else lists it.
            var entry = same.MaxBy(one => one.Side)!;
            if (FindFolder(root.Folder, root.Skipped, entry) is { } folder)
                items.Add(Create(entry, folder, options.Compression));
            else
                missing.Add(entry.Key);
        }
        if (missing.Count > 0)
            problems.Add(
                new(
                    Severity.Warning,
                    Path.GetFileName(file),
                    $"{missing.Count} of {missing.Count + items.Count} videos left out, {FirstNames.Join(missing)}: "
                        + "not all of their frames are on disk, in one folder"
                )
            );
        problems.AddRange(KnownLeaks(Path.GetFileName(file), entries));
        var sides = items.ToLookup(item => item.Split == Split.Test);
        if (DatasetCheck.KnownLeak(Path.GetFileName(file), [.. sides[true]], sides[false], remedy: "") is { } leak)
            problems.Add(leak);
        return OwnVideos.List(Layout, root.Folder, items, options, problems);
    }

    private static string FindFile(string path)
    {
        if (File.Exists(path))
            return Path.GetFullPath(path);
        var files = Directory.GetFiles(path, "*.json").Order(StringComparer.Ordinal).ToList();
        return files.Count == 1
            ? Path.GetFullPath(files[0])
            : throw new RequestException(
                files.Count == 0
                    ? $"{path} holds no JSON file; give the file of one dataset."
                    : $"{path} holds {files.Count} JSON files, each a dataset of its own; give one of "
                        + $"{FirstNames.Join([.. files.Select(file => Path.GetFileName(file))])}."
            );
    }

    private static List<Entry> ReadEntries(string file, string compression)
    {
        try
        {
            using var text = File.OpenRead(file);
            using var document = JsonDocument.Parse(text);
            return
            [
                .. from dataset in Members(document.RootElement, "the file")
                from label in Members(dataset.Value, dataset.Name)
                from side in Members(label.Value, $"{dataset.Name} > {label.Name}")
                let place = $"{dataset.Name} > {label.Name} > {side.Name}"
                let split = LabelWords.FindSide(side.Name)
                    ?? throw new FormatException($"{place}: a side is one of {LabelWords.AllSides}")
                from video in Videos(side.Value, place, compression)
                select CreateEntry(video, place, split),
            ];
        }
        // Half a surrogate pair is valid JSON but no string.
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            throw new RequestException(
                $"{file} is not as DeepfakeBench writes it: {error.Message}. Make it anew with its rearrange.py, "
                    + "or use the layout list."
            );
        }
    }

    // Of FaceForensics++ a level of compressions lies between; the options choose one.
    private static IEnumerable<JsonProperty> Videos(JsonElement side, string place, string compression)
    {
        var members = Members(side, place).ToList();
        if (!members.Exists(member => Compressions.Contains(member.Name)))
            return members;
        return members.Find(member => member.Name == compression) is { Value.ValueKind: JsonValueKind.Object } chosen
            ? Members(chosen.Value, $"{place} > {compression}")
            : throw new FormatException(
                $"{place}: it has {string.Join(", ", members.Select(member => member.Name))} and not {compression} "
                    + "(data.compression)"
            );
    }

    private static Entry CreateEntry(JsonProperty video, string place, Split side)
    {
        var key = $"{place} > {video.Name}";
        if (
            video.Value.ValueKind != JsonValueKind.Object
            || !video.Value.TryGetProperty("label", out var label)
            || label.ValueKind != JsonValueKind.String
            || !video.Value.TryGetProperty("frames", out var frames)
            || frames.ValueKind != JsonValueKind.Array
            || frames.EnumerateArray().Any(frame => frame.ValueKind != JsonValueKind.String)
        )
            throw new FormatException($"{key}: a video has a label and a list of frames");
        return new Entry(
            key,
            video.Name,
            label.GetString()!,
            side,
            [.. frames.EnumerateArray().Select(frame => frame.GetString()!.Replace('\\', '/'))]
        );
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement element, string place) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject()
            : throw new FormatException($"{place}: an object is wanted, and it is {element.ValueKind}");

    // A video's first frame, less the first folders of its path, lies below the file's folder or one above it.
    private static (string Folder, int Skipped) FindRoot(string file, List<Entry> entries)
    {
        var probed = entries
            .Where(entry => entry.Frames.Count > 0)
            .Take(MostProbed)
            .Select(entry => Parts(entry.Frames[0]))
            .ToList();
        var first = probed.FirstOrDefault() ?? throw new RequestException($"{file} lists no frame.");
        var folder = Path.GetDirectoryName(file);
        for (var above = 0; above <= MostFoldersAbove && folder is not null; above++)
        {
            foreach (var parts in probed)
            {
                for (var skipped = 0; skipped < Math.Min(parts.Length, MostFoldersSkipped) - 1; skipped++)
                {
                    if (File.Exists(Path.Combine([folder, .. parts[skipped..]])))
                        return (folder, skipped);
                }
            }
            folder = Path.GetDirectoryName(folder);
        }
        throw new RequestException(
            $"None of the frames that {file} lists is on disk; the first is {string.Join('/', first)}. Put the file "
                + "into the folder of the pictures, or one above it."
        );
    }

    private static string[] Parts(string frame) =>
        [.. frame.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")];

    // Where all frames of a video lie; null where one is missing, or they lie apart.
    private static string? FindFolder(string root, int skipped, Entry entry)
    {
        var paths = entry
            .Frames.Select(frame =>
                Parts(frame) is var parts && parts.Length > skipped ? string.Join('/', parts[skipped..]) : ""
            )
            .ToList();
        var folders = paths.Select(Path.GetDirectoryName).Distinct().ToList();
        return folders is [{ Length: > 0 } folder] && paths.TrueForAll(path => File.Exists(Path.Combine(root, path)))
            ? folder
            : null;
    }

    private static VideoItem Create(Entry entry, string folder, string compression)
    {
        var (group, people) = Who(entry);
        return new VideoItem(
            Layout,
            entry.Label,
            entry.Name,
            folder,
            Label(entry),
            group,
            people,
            entry.Side,
            OfficialSplits.FaceForensics(entry.Name.Split('_')[0]) is null ? "" : compression
        );
    }

    private static int Label(Entry entry) =>
        RealLabel().IsMatch(entry.Label) ? 0
        : FakeLabel().IsMatch(entry.Label) || OtherFakes.Contains(entry.Label) ? 1
        : throw new RequestException(
            $"{entry.Key}: nothing says whether '{entry.Label}' is real or fake. Labels end with real or fake, as in "
                + $"CelebDFv2_real, or are one of {string.Join(", ", OtherFakes)}."
        );

    // FaceForensics++ and Celeb-DF name their people in their videos' names; others do not.
    private static (string Group, IReadOnlyList<string> People) Who(Entry entry)
    {
        var ids = entry.Name.Split('_');
        if (ids.Length <= 2 && OfficialSplits.FaceForensics(ids[0]) is { } pair)
            return (pair.Group, ids);
        string[] people = [.. ids.TakeWhile(id => CelebPerson().IsMatch(id))];
        return people.Length > 0
            ? (people[0], people)
            : (entry.Name, [$"{entry.Label}-{entry.Name}".Replace(' ', '-')]);
    }

    private static IEnumerable<DatasetProblem> KnownLeaks(string file, List<Entry> entries)
    {
        var sides = entries.ToLookup(entry => entry.Side, entry => (entry.Label, entry.Name));
        var test = sides[Split.Test].ToHashSet();
        foreach (var side in new[] { Split.Validation, Split.Train })
        {
            var listed = sides[side].ToHashSet();
            var shared = listed.Count(test.Contains);
            if (shared > 0)
                yield return new(
                    Severity.Known,
                    file,
                    $"{shared} of {listed.Count} {(side == Split.Train ? "training" : "validation")} videos are also "
                        + "for test, and are used for that alone"
                );
        }
    }

    [GeneratedRegex("(^|[-_])real$", RegexOptions.IgnoreCase)]
    private static partial Regex RealLabel();

    [GeneratedRegex("(^|[-_])fake[A-Z]?$", RegexOptions.IgnoreCase)]
    private static partial Regex FakeLabel();

    [GeneratedRegex(@"^id\d+$", RegexOptions.IgnoreCase)]
    private static partial Regex CelebPerson();
}
