using System.IO.Hashing;
using Argus.Data.Stores;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Stores;

/// <summary>Stores of several shards, of several machines, and interrupted ones.</summary>
public class PartsTests
{
    private const long SmallShards = 20_000;
    private static readonly string[] Names = [.. Enumerable.Range(0, 9).Select(i => $"v{i}.mp4")];

    [Fact]
    public async Task Several_machines_make_the_same_store_as_one()
    {
        using var data = await MakeAsync();
        await data.PrepareAsync(shardBytes: SmallShards);
        using var whole = await Store.OpenAsync(data.Store);
        Assert.True(whole.Videos.Select(video => video.Row.Shard).Distinct().Count() > 2);
        var expected = await ContentAsync(data.Store);
        Directory.Delete(data.Store, recursive: true);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(3, (await data.PrepareAsync(new DatasetShard(i, 3))).Prepared);
            if (i == 1)
                Assert.Contains(
                    "part-2-of-3",
                    (await Assert.ThrowsAsync<ArgusException>(() => Store.OpenAsync(data.Store))).Message,
                    StringComparison.Ordinal
                );
        }
        Assert.Equal(expected, await ContentAsync(data.Store));
        Assert.Equal(
            (0, 3),
            (
                (await data.PrepareAsync(new DatasetShard(1, 3))).Prepared,
                (await data.PrepareAsync(new DatasetShard(1, 3))).Kept
            )
        );
        await Assert.ThrowsAsync<RequestException>(() => data.PrepareAsync());
        await Assert.ThrowsAsync<RequestException>(() => data.PrepareAsync(new DatasetShard(0, 2)));
    }

    [Fact]
    public async Task A_store_of_one_machine_is_not_divided_afterwards()
    {
        using var data = await MakeAsync();
        await data.PrepareAsync();
        await Assert.ThrowsAsync<RequestException>(() => data.PrepareAsync(new DatasetShard(0, 3)));
    }

    [Fact]
    public async Task Stopped_anywhere_the_next_run_does_the_rest_and_the_store_is_as_if_nothing_had_happened()
    {
        using var data = await MakeAsync();
        await data.PrepareAsync(shardBytes: SmallShards);
        var expected = await ContentAsync(data.Store);
        Directory.Delete(data.Store, recursive: true);
        var kept = new List<int>();
        for (var stopAfter = 1; stopAfter <= 5; stopAfter += 2)
        {
            using var stop = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                data.PrepareAsync(
                    shardBytes: SmallShards,
                    progress: new After(stopAfter, stop.Cancel),
                    cancel: stop.Token
                )
            );
            kept.Add(Directory.EnumerateFiles(data.Store, "*.tar").Count());
        }
        Assert.Equal(kept.Order().Distinct(), kept);
        var result = await data.PrepareAsync(shardBytes: SmallShards);
        Assert.Equal(Names.Length, result.Prepared + result.Kept);
        Assert.True(result.Kept > 0);
        Assert.Equal(expected, await ContentAsync(data.Store));
        Assert.Empty(Directory.EnumerateFiles(data.Store, "index-*.parquet"));
    }

    /// <summary>
    /// A part of the index that its killed process did not merge, and the whole index that was merged just before the
    /// kill.
    /// </summary>
    [Fact]
    public async Task Rows_that_stand_in_the_index_and_in_a_part_of_it_count_once()
    {
        using var data = await MakeAsync();
        await data.PrepareAsync(shardBytes: SmallShards);
        var expected = await ContentAsync(data.Store);
        File.Copy(Path.Combine(data.Store, "index.parquet"), Path.Combine(data.Store, "index-000000.parquet"));
        Assert.Equal((0, Names.Length), ((await data.PrepareAsync()).Prepared, (await data.PrepareAsync()).Kept));
        Assert.Equal(expected, await ContentAsync(data.Store));
    }

    [Fact]
    public async Task The_same_videos_give_the_same_bytes_however_many_work()
    {
        using var data = await MakeAsync();
        await data.PrepareAsync();
        var first = await File.ReadAllBytesAsync(Path.Combine(data.Store, "000000.tar"));
        Directory.Delete(data.Store, recursive: true);
        await data.PrepareAsync();
        Assert.Equal(first, await File.ReadAllBytesAsync(Path.Combine(data.Store, "000000.tar")));
    }

    [Fact]
    public async Task A_video_larger_than_a_shard_gets_one_of_its_own()
    {
        using var data = await MakeAsync();
        await data.PrepareAsync(shardBytes: 10);
        using var store = await Store.OpenAsync(data.Store);
        Assert.Equal(Names.Length, store.Videos.Select(video => video.Row.Shard).Distinct().Count());
    }

    private static async Task<SmallStore> MakeAsync()
    {
        var data = new SmallStore();
        foreach (var (name, i) in Names.Select((name, i) => (name, i)))
            await Videos.MakeAsync(data.Video(name), 8 + i, "32x32");
        return data.Describe();
    }

    // What a reader gets: pictures and sound by video, whatever shard they are in.
    private static async Task<List<string>> ContentAsync(string folder)
    {
        using var store = await Store.OpenAsync(folder);
        return
        [
            .. store.Videos.Select(video =>
                $"{video.Item.Key} {string.Join(' ', Pictures(video))} {store.ReadSound(video).Length}"
            ),
        ];

        IEnumerable<string> Pictures(StoredVideo video) =>
            video
                .Clips.SelectMany(clip => clip.Frames)
                .Select(frame => $"{frame.SourceFrame}:{XxHash64.HashToUInt64(store.Read(video, frame)):x}");
    }

    private sealed class After(int count, Action action) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value == count)
                action();
        }
    }
}
