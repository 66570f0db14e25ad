using System.Collections.Concurrent;
using Argus.Datasets;
using Microsoft.Win32.SafeHandles;

namespace Argus.Stores;

/// <summary>Frames of one track at consecutive times: what the model sees at once.</summary>
public sealed record StoredClip(StoredVideo Video, int Number, IReadOnlyList<StoreRow> Frames);

/// <summary>A video with its clips, in order of time.</summary>
public sealed record StoredVideo(VideoItem Item)
{
    public IReadOnlyList<StoredClip> Clips { get; internal set; } = [];
    public Split Split => Item.Split!.Value;
}

/// <summary>Reads a store at random by index. Safe for parallel use.</summary>
public sealed class Store : IDisposable
{
    private readonly string folder;
    private readonly ConcurrentDictionary<string, SafeFileHandle> shards = new();

    private Store(string folder, StoreOptions options, IReadOnlyList<StoredVideo> videos) => (this.folder, Options, Videos) = (folder, options, videos);

    public StoreOptions Options { get; }

    /// <summary>Ordered by key.</summary>
    public IReadOnlyList<StoredVideo> Videos { get; }

    /// <param name="wanted">What the store must have been made with; null for whatever it is.</param>
    /// <exception cref="RequestException">The folder holds no store, or one made with other options.</exception>
    /// <exception cref="ArgusException">The store is damaged.</exception>
    public static async Task<Store> OpenAsync(string folder, StoreOptions? wanted = null)
    {
        var options = StoreFolder.ReadOptions(folder) ?? throw new RequestException($"{folder} holds no store. Make one: argus data prepare LAYOUT DIR --store {folder}");
        if (wanted is not null) StoreFolder.CheckSame(folder, options, wanted);
        if (!File.Exists(StoreFolder.Index(folder))) throw new ArgusException($"{StoreFolder.Index(folder)} is missing: its preparation did not finish. Run it again: argus data prepare.");
        var rows = await StoreFolder.ReadIndexAsync(folder);
        foreach (var shard in rows.GroupBy(row => row.Shard))
        {
            if (!StoreFolder.Holds(folder, shard.Key, shard))
                throw new ArgusException($"{StoreFolder.Shard(folder, shard.Key)} is missing or shorter than its index says. Make it anew: run argus data prepare again for this store.");
        }
        var videos = rows.GroupBy(row => row.Key).OrderBy(video => video.Key, StringComparer.Ordinal).Select(video =>
        {
            var stored = new StoredVideo(video.First().ToItem());
            stored.Clips = [.. video.GroupBy(row => row.Clip).OrderBy(clip => clip.Key).Select(clip => new StoredClip(stored, clip.Key, [.. clip.OrderBy(row => row.Frame)]))];
            return stored;
        });
        return new Store(folder, options, [.. videos]);
    }

    /// <summary>The picture's PNG bytes.</summary>
    public byte[] Read(StoreRow frame)
    {
        var handle = shards.GetOrAdd(frame.Shard, name => File.OpenHandle(StoreFolder.Shard(folder, name)));
        var bytes = new byte[frame.Bytes];
        if (RandomAccess.Read(handle, bytes, frame.Offset) != bytes.Length)
            throw new ArgusException($"{StoreFolder.Shard(folder, frame.Shard)} ends within {frame.Key}. Delete the store's folder and prepare again.");
        return bytes;
    }

    public void Dispose()
    {
        foreach (var handle in shards.Values) handle.Dispose();
    }
}
