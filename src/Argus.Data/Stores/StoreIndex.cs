using Parquet;
using Parquet.Serialization;

namespace Argus.Data.Stores;

/// <summary>
/// A store's index: <c>index.parquet</c>, a row a video. While a preparation runs, each finished shard has a part of
/// its own (<c>index-000000.parquet</c>), so that a kill loses nothing and the whole is written once, at the end.
/// </summary>
internal static class StoreIndex
{
    // So many rows are in memory at a time: with 32 frames each, some 20 MB.
    private const int RowsAGroup = 2000;

    // A group takes a fraction of a second; in some damaged files Parquet.Net searches for ever.
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(30);

    public static string File(string folder) => Path.Combine(folder, "index.parquet");

    private static string Part(string folder, string shard) =>
        Path.Combine(folder, $"index-{Path.GetFileNameWithoutExtension(shard)}.parquet");

    private static string[] Parts(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "index-*.parquet").Order(StringComparer.Ordinal)]
            : [];

    public static bool HasParts(string folder) => Parts(folder).Length > 0;

    /// <summary>
    /// Every row, also those of a preparation that was killed; with all of <see cref="StoreRow"/>'s columns or those
    /// that T has.
    /// </summary>
    /// <exception cref="ArgusException">A file is damaged.</exception>
    public static IAsyncEnumerable<T> ReadAsync<T>(string folder)
        where T : class, new() =>
        new[] { File(folder) }
            .Where(System.IO.File.Exists)
            .Concat(Parts(folder))
            .ToAsyncEnumerable()
            .SelectMany(ReadFileAsync<T>);

    /// <summary>The rows of <c>index.parquet</c> or of a part, not all at a time in memory.</summary>
    /// <exception cref="ArgusException">The file is damaged.</exception>
    public static async IAsyncEnumerable<T> ReadFileAsync<T>(string file)
        where T : class, new()
    {
        var groups = await GuardAsync(
            file,
            async () =>
            {
                await using var reader = await ParquetReader.CreateAsync(file);
                return reader.RowGroupCount;
            }
        );
        for (var group = 0; group < groups; group++)
        {
            var place = group;
            var rows = await GuardAsync(
                file,
                async () =>
                {
                    await using var stream = System.IO.File.OpenRead(file);
                    return (await ParquetSerializer.DeserializeAsync<T>(stream, rowGroupIndex: place)).Data;
                }
            );
            foreach (var row in rows)
                yield return row;
        }
    }

    /// <summary>What a finished shard holds.</summary>
    public static async Task WritePartAsync(string folder, string shard, IReadOnlyCollection<StoreRow> rows)
    {
        var content = new MemoryStream();
        await ParquetSerializer.SerializeAsync(rows, content);
        AtomicFile.Write(Part(folder, shard), content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    /// <summary>Makes one index of the index and the parts that are there, of the rows that are wanted.</summary>
    public static async Task MergeAsync(string folder, Func<StoreRow, bool> wanted)
    {
        var partial = File(folder) + ".partial";
        var group = new List<StoreRow>(RowsAGroup);
        // A kill between writing the whole and deleting its parts leaves rows that are in both.
        var written = new HashSet<string>();
        await using (var stream = new FileStream(partial, FileMode.Create, FileAccess.ReadWrite))
        {
            await foreach (var row in ReadAsync<StoreRow>(folder))
            {
                if (!wanted(row) || !written.Add(row.Key))
                    continue;
                group.Add(row);
                if (group.Count == RowsAGroup)
                    await WriteGroupAsync();
            }
            if (group.Count > 0 || stream.Length == 0)
                await WriteGroupAsync();
            stream.Flush(flushToDisk: true);

            async Task WriteGroupAsync()
            {
                stream.Position = 0;
                await ParquetSerializer.SerializeAsync(
                    group,
                    stream,
                    new ParquetOptions { Append = stream.Length > 0, RowGroupSize = RowsAGroup }
                );
                group.Clear();
            }
        }
        System.IO.File.Move(partial, File(folder), overwrite: true);
        foreach (var part in Parts(folder))
            System.IO.File.Delete(part);
    }

    private static async Task<T> GuardAsync<T>(string file, Func<Task<T>> read)
    {
        try
        {
            return await Task.Run(read).WaitAsync(LongestRead);
        }
        // Also where memory ran out: a damaged header may claim 2 GB, which the Parquet library takes at its word.
        catch (Exception error)
        {
            throw new ArgusException(
                $"{file} is damaged ({error.Message.Split('\n')[0]}). Delete the store's folder and prepare again.",
                error
            );
        }
    }
}
