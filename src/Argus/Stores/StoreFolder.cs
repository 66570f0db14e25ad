using System.Text.Json;
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
            var store = JsonSerializer.Deserialize<StoreFile>(File.ReadAllText(file), Json)!;
            if (store.Format == StoreOptions.FormatVersion) return store.Options;
            throw new ArgusException($"{folder} is a store of format {store.Format}; this Argus reads {StoreOptions.FormatVersion}. Prepare it anew in another folder.");
        }
        catch (JsonException error)
        {
            throw new ArgusException($"{file} is damaged ({error.Message}). Delete the folder and prepare again.", error);
        }
    }

    public static void WriteOptions(string folder, StoreOptions options) =>
        WriteWhole(Path.Combine(folder, "store.json"), path => File.WriteAllText(path, JsonSerializer.Serialize(new StoreFile(StoreOptions.FormatVersion, options.Key, options), Json)));

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
        var partial = Index(folder) + ".partial";
        await ParquetSerializer.SerializeAsync(rows, partial);
        File.Move(partial, Index(folder), overwrite: true);
    }

    /// <summary>Writes a file so that it appears whole or not at all.</summary>
    public static void WriteWhole(string path, Action<string> write)
    {
        var partial = path + ".partial";
        write(partial);
        File.Move(partial, path, overwrite: true);
    }
}
