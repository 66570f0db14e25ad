using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Argus.Data.Datasets;

namespace Argus.Data.Stores;

/// <summary>
/// The files of a store: <c>store.json</c> (its options), <c>000000.tar</c>… (WebDataset shards) with <c>.sha256</c>
/// beside them, <c>index.parquet</c> and <c>unreadable.csv</c>. The index is the truth: what it does not list does not
/// exist. A store that several machines prepared is a folder of such folders, <c>part-0-of-4</c>….
/// </summary>
internal static partial class StoreFolder
{
    private sealed record StoreFile(int Format, string Key, StoreOptions Options);

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>The JSON member of a sample is its row of the index, without the places in the shard.</summary>
    public static readonly JsonSerializerOptions MemberJson = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WithoutPlaces } },
    };

    public const string UnreadableFile = "unreadable.csv";

    public static string Shard(string folder, string shard) => Path.Combine(folder, shard);

    public static string Hash(string shardPath) => shardPath + ".sha256";

    /// <summary>Where one of several machines writes its shard.</summary>
    public static string Part(string folder, DatasetShard shard) =>
        Path.Combine(folder, $"part-{shard.Index}-of-{shard.Count}");

    /// <exception cref="RequestException">The folder holds a store that is divided otherwise.</exception>
    public static void CheckDivision(string folder, DatasetShard shard)
    {
        if (shard.Count > 1 && File.Exists(Path.Combine(folder, "store.json")))
            throw new RequestException($"{folder} is a store that one machine prepared; --shard needs another folder.");
        if (Parts(folder).FirstOrDefault(part => part.Count != shard.Count) is { Folder: not null } other)
            throw new RequestException(
                $"{folder} is prepared in {other.Count} parts. Prepare with --shard i/{other.Count}, use it as "
                    + "it is (--store without --data), or give another folder."
            );
    }

    /// <summary>The folders that together are the store: itself, or its parts in order.</summary>
    /// <exception cref="ArgusException">A part is missing.</exception>
    public static IReadOnlyList<string> Folders(string folder)
    {
        if (!Directory.Exists(folder) || File.Exists(Path.Combine(folder, "store.json")))
            return [folder];
        var parts = Parts(folder);
        if (parts.Count == 0)
            return [folder];
        var count = parts[0].Count;
        if (parts.FirstOrDefault(part => part.Count != count) is { Folder: not null } other)
            throw new ArgusException(
                $"{folder} mixes parts of {count} and of {other.Count}: keep those of one division."
            );
        var missing = Enumerable.Range(0, count).Except(parts.Select(part => part.Index)).ToList();
        if (missing.Count > 0)
            throw new ArgusException(
                $"{folder} lacks {missing.Count} of its {count} parts, the first is "
                    + $"{Path.GetFileName(Part(folder, new DatasetShard(missing[0], count)))}: prepare it with "
                    + $"--shard {missing[0]}/{count}."
            );
        return [.. parts.Select(part => part.Folder)];
    }

    /// <summary>Null for a folder that holds no store.</summary>
    /// <exception cref="ArgusException">The file is damaged or of another format version.</exception>
    public static StoreOptions? ReadOptions(string folder)
    {
        var file = Path.Combine(folder, "store.json");
        if (!File.Exists(file))
            return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            var format = json.RootElement.TryGetProperty(nameof(StoreFile.Format), out var value)
                ? value.GetInt32()
                : 0;
            if (format != StoreOptions.FormatVersion)
                throw new ArgusException(
                    $"{folder} is a store of format {format}; this Argus reads {StoreOptions.FormatVersion}. "
                        + "Prepare it anew in another folder."
                );
            if (json.Deserialize<StoreFile>(Json)?.Options is not { } options)
                throw new JsonException("it holds no options");
            // The hash is of their JSON, which an infinite number has none of.
            _ = options.Key;
            return options;
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new ArgusException(
                $"{file} is damaged: it is not what 'argus data prepare' wrote. Delete the folder and prepare again.",
                error
            );
        }
    }

    public static void WriteOptions(string folder, StoreOptions options) =>
        AtomicFile.Write(
            Path.Combine(folder, "store.json"),
            JsonSerializer.Serialize(new StoreFile(StoreOptions.FormatVersion, options.Key, options), Json)
        );

    /// <exception cref="RequestException">
    /// The folder holds a store made with other options; says which differ.
    /// </exception>
    public static void CheckServes(string folder, StoreOptions found, StoreOptions wanted)
    {
        if (found.Serves(wanted))
            return;
        var differences = typeof(StoreOptions)
            .GetProperties()
            .Where(property => property.Name != nameof(StoreOptions.Key))
            .Where(property => !Equals(property.GetValue(found), property.GetValue(wanted)))
            .Select(property =>
                $"{property.Name} {property.GetValue(found) ?? "none"} there, "
                + $"{property.GetValue(wanted) ?? "none"} here"
            );
        throw new RequestException(
            $"The store {folder} was made for another recipe: {string.Join("; ", differences)}. Give another "
                + "--store, or leave it out to have one chosen. (Fewer clips a video than it holds are taken from it.)"
        );
    }

    /// <summary>Whether the shard is there and at least so long.</summary>
    public static bool Holds(string folder, string shard, long end) =>
        new FileInfo(Shard(folder, shard)) is { Exists: true } file && file.Length >= end;

    /// <summary>Shards that no row of the index needs any more, or that a killed process left.</summary>
    public static void DeleteUnreferenced(string folder, IReadOnlySet<string> needed)
    {
        foreach (
            var shard in Directory
                .EnumerateFiles(folder, "*.tar")
                .Where(shard => !needed.Contains(Path.GetFileName(shard)))
        )
        {
            File.Delete(shard);
            File.Delete(Hash(shard));
        }
    }

    /// <summary>The report of what was left out; lines of videos that were not tried this time stay.</summary>
    public static void WriteUnreadable(
        string folder,
        IEnumerable<VideoItem> tried,
        IEnumerable<UnreadableVideo> failures
    )
    {
        const string header = "path,reason";
        var now = tried.Select(item => Csv.Cell(item.Path)).ToHashSet();
        var file = Path.Combine(folder, UnreadableFile);
        var earlier = File.Exists(file)
            ? File.ReadLines(file).Skip(1).Where(line => !now.Contains(FirstCell().Match(line).Value))
            : [];
        var lines = earlier
            .Concat(failures.Select(failure => $"{Csv.Cell(failure.Path)},{Csv.Cell(failure.Reason)}"))
            .Order(StringComparer.Ordinal)
            .Prepend(header);
        AtomicFile.Write(file, string.Join('\n', lines) + "\n");
    }

    /// <summary>What the last preparation left out.</summary>
    public static IEnumerable<UnreadableVideo> ReadUnreadable(string folder) =>
        !File.Exists(Path.Combine(folder, UnreadableFile))
            ? []
            : File.ReadLines(Path.Combine(folder, UnreadableFile))
                .Skip(1)
                .Select(line => (Cell: FirstCell().Match(line).Value, Line: line))
                .Select(entry => new UnreadableVideo(
                    Csv.Text(entry.Cell),
                    Csv.Text(entry.Line[Math.Min(entry.Line.Length, entry.Cell.Length + 1)..])
                ));

    private static List<(string Folder, int Index, int Count)> Parts(string folder) =>
        !Directory.Exists(folder)
            ? []
            :
            [
                .. Directory
                    .EnumerateDirectories(folder)
                    .Select(part => (Folder: part, Name: PartName().Match(Path.GetFileName(part))))
                    .Where(part => part.Name.Success)
                    .Select(part =>
                        (
                            part.Folder,
                            Index: int.Parse(part.Name.Groups[1].Value),
                            Count: int.Parse(part.Name.Groups[2].Value)
                        )
                    )
                    .OrderBy(part => part.Index),
            ];

    private static void WithoutPlaces(JsonTypeInfo type)
    {
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (
                type.Properties[i].Name
                is nameof(StoreRow.Shard)
                    or nameof(StoreRow.EndOffset)
                    or nameof(StoreRow.SoundOffset)
                    or nameof(StoreRow.SoundBytes)
                    or nameof(StoreFrame.Offset)
                    or nameof(StoreFrame.Bytes)
            )
                type.Properties.RemoveAt(i);
        }
    }

    [GeneratedRegex(@"^(""([^""]|"""")*""|[^,]*)")]
    private static partial Regex FirstCell();

    [GeneratedRegex(@"^part-(\d{1,6})-of-(\d{1,6})$")]
    private static partial Regex PartName();
}
