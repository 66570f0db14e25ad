using System.Text.Json;
using Argus.Datasets;
using Parquet.Serialization;

namespace Argus.Stores;

/// <summary>
/// The files of a store: <c>store.json</c> (its options), <c>000000.tar</c>… (WebDataset shards) with <c>.sha256</c> beside
/// them, <c>index.parquet</c> (a row a picture) and <c>unreadable.csv</c>. The index is the truth: what it does not list does not exist.
/// </summary>
internal static class StoreFolder
{
    private sealed record StoreFile(int Format, string Key, StoreOptions Options);

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public static string Index(string folder) => Path.Combine(folder, "index.parquet");
    public static string Unreadable(string folder) => Path.Combine(folder, "unreadable.csv");
    public static string Shard(string folder, string shard) => Path.Combine(folder, shard);

    /// <summary>Null for a folder that holds no store.</summary>
    /// <exception cref="ArgusException">The file is damaged or of another format version.</exception>
    public static StoreOptions? ReadOptions(string folder)
    {
        var file = Path.Combine(folder, "store.json");
        if (!File.Exists(file)) return null;
        try
        {
            var store = JsonSerializer.Deserialize<StoreFile>(File.ReadAllText(file), Json) ?? throw new JsonException("it is empty");
            if (store.Format == StoreOptions.FormatVersion) return store.Options;
            throw new ArgusException($"{folder} is a store of format {store.Format}; this Argus reads {StoreOptions.FormatVersion}. Prepare it anew in another folder.");
        }
        catch (JsonException error)
        {
            throw new ArgusException($"{file} is damaged ({error.Message}). Delete the folder and prepare again.", error);
        }
    }

    public static void WriteOptions(string folder, StoreOptions options) =>
        WholeFile.Write(Path.Combine(folder, "store.json"), JsonSerializer.Serialize(new StoreFile(StoreOptions.FormatVersion, options.Key, options), Json));

    /// <exception cref="RequestException">The folder holds a store made with other options; says which differ.</exception>
    public static void CheckSame(string folder, StoreOptions found, StoreOptions wanted)
    {
        if (found.Key == wanted.Key) return;
        var differences = typeof(StoreOptions).GetProperties().Where(property => property.Name != nameof(StoreOptions.Key))
            .Where(property => !Equals(property.GetValue(found), property.GetValue(wanted)))
            .Select(property => $"{property.Name} {property.GetValue(found) ?? "none"} there, {property.GetValue(wanted) ?? "none"} here");
        throw new RequestException($"The store {folder} was made for another recipe: {string.Join("; ", differences)}. Give another --store, or leave it out to have one chosen.");
    }

    public static async Task<List<StoreRow>> ReadIndexAsync(string folder)
    {
        if (!File.Exists(Index(folder))) return [];
        try
        {
            return [.. (await ParquetSerializer.DeserializeAsync<StoreRow>(Index(folder))).Data];
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new ArgusException($"{Index(folder)} is damaged ({error.Message}). Delete the store's folder and prepare again.", error);
        }
    }

    public static async Task WriteIndexAsync(string folder, IReadOnlyCollection<StoreRow> rows)
    {
        var content = new MemoryStream();
        await ParquetSerializer.SerializeAsync(rows, content);
        WholeFile.Write(Index(folder), content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    /// <summary>Whether the shard is there and as long as its rows say.</summary>
    public static bool Holds(string folder, string shard, IEnumerable<StoreRow> rows) =>
        new FileInfo(Shard(folder, shard)) is { Exists: true } file && file.Length >= rows.Max(row => row.Offset + row.Bytes);

    /// <summary>Shards that no row of the index needs any more, or that a killed process left.</summary>
    public static void DeleteUnreferenced(string folder, IEnumerable<StoreRow> rows)
    {
        var needed = rows.Select(row => row.Shard).ToHashSet();
        foreach (var shard in Directory.EnumerateFiles(folder, "*.tar").Where(shard => !needed.Contains(Path.GetFileName(shard))))
        {
            File.Delete(shard);
            File.Delete(shard + ".sha256");
        }
    }

    /// <summary>The report of what was left out; lines of videos that were not tried this time stay.</summary>
    public static void WriteUnreadable(string folder, IEnumerable<VideoItem> tried, IEnumerable<(string Path, string Reason)> failures)
    {
        const string header = "path,reason";
        var now = tried.Select(item => Csv.Cell(item.Path)).ToHashSet();
        var file = Unreadable(folder);
        var earlier = File.Exists(file) ? File.ReadLines(file).Skip(1).Where(line => !now.Any(path => line.StartsWith(path + ",", StringComparison.Ordinal))) : [];
        var lines = earlier.Concat(failures.Select(failure => $"{Csv.Cell(failure.Path)},{Csv.Cell(failure.Reason)}")).Order(StringComparer.Ordinal).Prepend(header);
        WholeFile.Write(file, string.Join('\n', lines) + "\n");
    }
}
