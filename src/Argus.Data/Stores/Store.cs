using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Argus.Data.Datasets;
using Argus.Recipes;
using Argus.Sound;
using Argus.Video;
using Microsoft.Win32.SafeHandles;

namespace Argus.Data.Stores;

/// <summary>Frames of one track at consecutive times: what the model sees at once.</summary>
public sealed record StoredClip(StoredVideo Video, int Number, IReadOnlyList<StoreFrame> Frames);

/// <summary>A video with its clips, in order of time.</summary>
/// <param name="Folder">Where its shard is: the store's, or one of its parts'.</param>
public sealed record StoredVideo(VideoItem Item, StoreRow Row, string Folder)
{
    public IReadOnlyList<StoredClip> Clips { get; internal set; } = [];
    public Split Split => Item.Split!.Value;
}

/// <summary>
/// Reads a store, or one that several machines prepared in parts, at random by index. Safe for parallel use.
/// </summary>
public sealed class Store : IDisposable
{
    private readonly ConcurrentDictionary<string, SafeFileHandle> shards = new();

    private Store(IReadOnlyList<string> folders, StoreOptions options, IReadOnlyList<StoredVideo> videos)
    {
        Folders = folders;
        Options = options;
        Videos = videos;
    }

    /// <summary>The store's own, or those of its parts.</summary>
    public IReadOnlyList<string> Folders { get; }

    public StoreOptions Options { get; }

    /// <summary>Ordered by key.</summary>
    public IReadOnlyList<StoredVideo> Videos { get; }

    /// <summary>Videos that it holds and <c>data.where</c> leaves out.</summary>
    public IReadOnlyList<StoredVideo> LeftOut { get; private init; } = [];

    /// <param name="wanted">
    /// What the store must hold; of more clips a video, as many are served, evenly chosen. Null for whatever it holds.
    /// </param>
    /// <exception cref="RequestException">The folder holds no store, or one made with other options.</exception>
    /// <exception cref="ArgusException">The store is damaged, or lacks a part.</exception>
    public static async Task<Store> OpenAsync(string folder, StoreOptions? wanted = null)
    {
        var videos = new List<StoredVideo>();
        var folders = StoreFolder.Folders(folder);
        foreach (var part in folders)
        {
            var options =
                StoreFolder.ReadOptions(part)
                ?? throw new RequestException(
                    $"{part} holds no store. Make one: argus data prepare LAYOUT DIR --store {part}"
                );
            StoreFolder.CheckServes(part, options, wanted ??= options);
            videos.AddRange(await ReadAsync(part));
        }
        foreach (var video in videos)
            video.Clips = ChooseEvenly(video.Clips, wanted!.ClipsFor(video.Split));
        return new Store(folders, wanted!, [.. videos.OrderBy(video => video.Item.Key, StringComparer.Ordinal)]);
    }

    /// <summary>What a recipe wants of a store: its clips, and videos that fulfil <c>data.where</c>.</summary>
    /// <exception cref="RequestException">
    /// The folder holds no store, or one made with other options; or a condition is none.
    /// </exception>
    /// <exception cref="ArgusException">The store is damaged, or lacks a part.</exception>
    public static async Task<Store> OpenAsync(string folder, Recipe recipe)
    {
        var conditions = VideoCondition.Parse(recipe.Data.Where);
        var store = await OpenAsync(folder, StoreOptions.Create(recipe));
        if (conditions.Count == 0)
            return store;
        var sorted = store.Videos.ToLookup(video => conditions.All(condition => condition.Holds(video, store.Options)));
        return new Store(store.Folders, store.Options, [.. sorted[true]]) { LeftOut = [.. sorted[false]] };
    }

    private static IReadOnlyList<StoredClip> ChooseEvenly(IReadOnlyList<StoredClip> clips, int count) =>
        clips.Count <= count ? clips : [.. FrameReader.Choose(clips.Count, count, 0, 1).Select(i => clips[i])];

    private static async Task<List<StoredVideo>> ReadAsync(string folder)
    {
        var index = StoreIndex.File(folder);
        if (!File.Exists(index))
            throw new ArgusException(
                $"{index} is missing: its preparation did not finish. Run it again: argus data prepare."
            );
        var rows = await StoreIndex.ReadFileAsync<StoreRow>(index).ToListAsync();
        foreach (var row in rows)
        {
            if (row.Fault() is { } fault)
                throw new ArgusException(
                    $"{index} is damaged: of {row.Key} {fault}. Delete the store's folder and prepare again."
                );
        }
        foreach (var shard in rows.GroupBy(row => row.Shard))
        {
            if (!StoreFolder.Holds(folder, shard.Key, shard.Max(row => row.EndOffset)))
                throw new ArgusException(
                    $"{StoreFolder.Shard(folder, shard.Key)} is missing or shorter than its index says. Make "
                        + "it anew: run argus data prepare again for this store."
                );
        }
        return
        [
            .. rows.Select(row =>
            {
                var video = new StoredVideo(row.ToItem(), row, folder);
                video.Clips =
                [
                    .. row
                        .Frames.GroupBy(frame => frame.Clip)
                        .OrderBy(clip => clip.Key)
                        .Select(clip => new StoredClip(video, clip.Key, [.. clip.OrderBy(frame => frame.Place)])),
                ];
                return video;
            }),
        ];
    }

    /// <summary>How many are left out, for people.</summary>
    internal string SayLeftOut() =>
        $"{LeftOut.Count} of {LeftOut.Count + Videos.Count} videos in the store are left out by data.where";

    /// <summary>This store with its videos on other sides of the split.</summary>
    public Store Divided(Func<VideoItem, Split> side) =>
        new(
            Folders,
            Options,
            [.. Videos.Select(video => video with { Item = video.Item with { Split = side(video.Item) } })]
        );

    /// <summary>The picture's bytes, PNG or JPEG.</summary>
    /// <exception cref="ArgusException">The shard is shorter than it was.</exception>
    public byte[] Read(StoredVideo video, StoreFrame frame) => Read(video, frame.Offset, frame.Bytes);

    /// <summary>The sound, 16 kHz mono; its first sample belongs to time 0. Empty for a video without.</summary>
    public short[] ReadSound(StoredVideo video) => ReadSound(video, 0, double.MaxValue).Samples;

    /// <summary>A part of the sound, as far as there is some.</summary>
    /// <returns>The samples, and the second that the first one belongs to.</returns>
    internal (short[] Samples, double FromSeconds) ReadSound(StoredVideo video, double from, double to)
    {
        if (video.Row is not { SoundOffset: { } offset, SoundBytes: { } bytes })
            return ([], 0);
        var count = (bytes - Wave.HeaderBytes) / sizeof(short);
        int Sample(double seconds) => (int)Math.Clamp(seconds * FrameReader.SampleRateHz, 0, count);
        var first = Sample(from);
        var last = Sample(to);
        return (
            MemoryMarshal
                .Cast<byte, short>(
                    Read(video, offset + Wave.HeaderBytes + first * sizeof(short), (last - first) * sizeof(short))
                )
                .ToArray(),
            (double)first / FrameReader.SampleRateHz
        );
    }

    private byte[] Read(StoredVideo video, long offset, int length)
    {
        var shard = StoreFolder.Shard(video.Folder, video.Row.Shard);
        var handle = shards.GetOrAdd(shard, path => File.OpenHandle(path));
        var bytes = new byte[length];
        if (RandomAccess.Read(handle, bytes, offset) != length)
            throw new ArgusException(
                $"{shard} ends within {video.Item.Key}. Delete the store's folder and prepare again."
            );
        return bytes;
    }

    public void Dispose()
    {
        foreach (var handle in shards.Values)
            handle.Dispose();
    }
}
