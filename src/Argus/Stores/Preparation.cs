using System.Collections.Concurrent;
using System.Threading.Channels;
using Argus.Datasets;
using Argus.Imaging;
using Argus.Video;

namespace Argus.Stores;

/// <summary>What a preparation will do: how many videos, and the space they will take.</summary>
public sealed record PreparationPlan(DatasetListing Listing, StoreOptions Options, string Folder, IReadOnlyList<VideoItem> Missing, int Kept, long EstimatedBytes, bool IndexIsStale = false);

/// <summary>What a preparation did.</summary>
public sealed record PreparationResult(int Prepared, int Kept, IReadOnlyList<(string Path, string Reason)> Unreadable);

/// <summary>
/// Turns a dataset into a store: each video decoded once, in parallel, shards written whole, so that a kill loses at most the
/// shard in work and the next run does only what is missing or changed.
/// </summary>
public sealed class Preparation(RecipeInput input, string? faceModel)
{
    // PNG of camera pictures: about 1.9 bytes a pixel, and a native face is taken to be 300 pixels wide.
    private const double BytesPerPixel = 1.9;
    private const int TypicalFacePixels = 300;
    private const long LargestShardBytes = 256L << 20;

    /// <summary>Compares the dataset with what the store already holds; writes nothing.</summary>
    /// <param name="sides">Only videos of these sides of the split are prepared now; what the store has of others stays.</param>
    /// <exception cref="RequestException">The folder holds a store of another recipe, or faces are wanted without a face model.</exception>
    public async Task<PreparationPlan> PlanAsync(DatasetListing listing, StoreOptions options, string folder, params IReadOnlyCollection<Split> sides)
    {
        if (options.Crop == "face" && faceModel is null)
            throw new RequestException("Face crops need the face detector. Fetch it once: argus models pull yunet (or --from FILE).");
        if (StoreFolder.ReadOptions(folder) is { } found) StoreFolder.CheckSame(folder, found, options);
        else if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new RequestException($"{folder} is not empty and holds no store. Give another --store.");
        var known = await StoreFolder.ReadIndexAsync(folder);
        var current = Current(known, listing, folder);
        var wanted = listing.Items.Where(item => sides.Count == 0 || sides.Contains(item.Split!.Value)).ToList();
        var missing = wanted.Where(item => !current.ContainsKey(item.Key)).ToList();
        var side = options.ImageSize ?? TypicalFacePixels;
        var images = missing.Sum(item => (long)options.FramesFor(item.Split ?? Split.Train));
        return new PreparationPlan(listing, options, folder, missing, wanted.Count - missing.Count, (long)(images * side * side * BytesPerPixel),
            IndexIsStale: current.Values.Sum(video => video.Count) < known.Count);
    }

    /// <exception cref="ArgusException">The disk has less room than the plan needs, or could not be written; what was good is kept.</exception>
    public async Task<PreparationResult> RunAsync(PreparationPlan plan, int workers, IProgress<int>? progress, CancellationToken cancel)
    {
        if (plan.Missing.Count > 0 && plan.EstimatedBytes > FreeBytes(plan))
            throw new ArgusException($"Preparing {plan.Missing.Count} videos takes about {Gigabytes(plan.EstimatedBytes)}, but {plan.Folder} has {Gigabytes(FreeBytes(plan))} left. Free some, give another --store, or take fewer frames (data.train_frames).");
        // A complete store is only read: by several processes at a time, from a read-only disk.
        if (plan.Missing.Count == 0 && !plan.IndexIsStale && File.Exists(StoreFolder.Index(plan.Folder))) return new PreparationResult(0, plan.Kept, []);
        try
        {
            Directory.CreateDirectory(plan.Folder);
            using var held = FolderLock.Take(plan.Folder, "is writing");
            foreach (var partial in Directory.EnumerateFiles(plan.Folder, "*.partial")) File.Delete(partial);
            StoreFolder.WriteOptions(plan.Folder, plan.Options);
            return await WriteAsync(plan, workers, progress, cancel);
        }
        // .NET reports a file that is too large for its file system as an argument out of range.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            throw new ArgusException($"The store {plan.Folder} could not be written: {error.Message.TrimEnd('.')}. What was finished is kept; make room and run the same command again.", error);
        }
    }

    private async Task<PreparationResult> WriteAsync(PreparationPlan plan, int workers, IProgress<int>? progress, CancellationToken cancel)
    {
        var known = await StoreFolder.ReadIndexAsync(plan.Folder);
        var current = Current(known, plan.Listing, plan.Folder);
        var rows = current.Values.SelectMany(video => video).ToList();
        // Another process may have finished some since the plan was made.
        plan = plan with { Missing = [.. plan.Missing.Where(item => !current.ContainsKey(item.Key))] };
        var unreadable = new ConcurrentBag<(string Path, string Reason)>();
        // Never a number that the index on disk still refers to, also for videos that are about to leave it.
        var next = known.Select(row => int.Parse(Path.GetFileNameWithoutExtension(row.Shard))).DefaultIfEmpty(-1).Max() + 1;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var finished = Channel.CreateBounded<PreparedVideo>(workers * 2);
        var reading = ReadAllAsync(plan, workers, finished.Writer, unreadable, progress, stop.Token);
        var prepared = 0;
        try
        {
            using var shards = new ShardWriter(plan.Folder, next, LargestShardBytes);
            var open = new List<StoreRow>();
            await foreach (var video in finished.Reader.ReadAllAsync(stop.Token))
            {
                if (shards.IsFull(video.Bytes)) await CloseAsync();
                open.AddRange(Append(shards, video));
                prepared++;
            }
            await reading;
            await CloseAsync();

            async Task CloseAsync()
            {
                if (!shards.IsOpen) return;
                shards.Close();
                rows.AddRange(open);
                open.Clear();
                await StoreFolder.WriteIndexAsync(plan.Folder, rows);
            }
        }
        catch
        {
            await stop.CancelAsync();
            await reading.ContinueWith(_ => { }, TaskScheduler.Default);
            throw;
        }
        if (prepared == 0) await StoreFolder.WriteIndexAsync(plan.Folder, rows);
        StoreFolder.DeleteUnreferenced(plan.Folder, rows);
        var failures = unreadable.OrderBy(failure => failure.Path, StringComparer.Ordinal).ToList();
        StoreFolder.WriteUnreadable(plan.Folder, plan.Missing, failures);
        return new PreparationResult(prepared, plan.Kept, failures);
    }

    private async Task ReadAllAsync(PreparationPlan plan, int workers, ChannelWriter<PreparedVideo> finished,
        ConcurrentBag<(string, string)> unreadable, IProgress<int>? progress, CancellationToken cancel)
    {
        // A detector is not safe for parallel use: as many as there are workers, handed round.
        var idle = new ConcurrentBag<VideoPreparation>();
        var done = 0;
        try
        {
            var order = plan.Missing.OrderBy(item => item.Key, StringComparer.Ordinal);
            await Parallel.ForEachAsync(order, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, async (item, token) =>
            {
                if (!idle.TryTake(out var preparation))
                    preparation = new VideoPreparation(plan.Options, new Preprocessing(input), faceModel is null || plan.Options.Crop != "face" ? null : new FaceCropper(faceModel, plan.Options.FaceMargin!.Value));
                try
                {
                    await finished.WriteAsync(await preparation.RunAsync(item, plan.Listing.FullPath(item), token), token);
                }
                catch (UnreadableVideoException error)
                {
                    unreadable.Add((item.Path, error.Message));
                }
                idle.Add(preparation);
                progress?.Report(Interlocked.Increment(ref done));
            });
            finished.Complete();
        }
        catch (Exception error)
        {
            finished.Complete(error);
            throw;
        }
        finally
        {
            foreach (var preparation in idle) preparation.Dispose();
        }
    }

    private static IEnumerable<StoreRow> Append(ShardWriter shards, PreparedVideo video)
    {
        shards.Add($"{video.Item.Key}.json", System.Text.Encoding.UTF8.GetBytes(video.Json));
        foreach (var (row, png) in video.Frames)
        {
            row.Offset = shards.Add($"{row.Key}.{row.Clip:0000}-{row.Frame:00}.png", png);
            (row.Shard, row.Bytes) = (shards.Name, png.Length);
            yield return row;
        }
    }

    // Rows of videos that are still there, unchanged and on the same side, whose shard is there too. A split that moved needs other frames.
    private static Dictionary<string, List<StoreRow>> Current(List<StoreRow> rows, DatasetListing listing, string folder)
    {
        var items = listing.Items.ToDictionary(item => item.Key);
        var broken = rows.GroupBy(row => row.Shard).Where(shard => !StoreFolder.Holds(folder, shard.Key, shard)).Select(shard => shard.Key).ToHashSet();
        return rows.GroupBy(row => row.Key).Where(video =>
        {
            var row = video.First();
            if (broken.Contains(row.Shard) || !items.TryGetValue(row.Key, out var item) || $"{item.Split}" != row.Split) return false;
            var file = new FileInfo(listing.FullPath(item));
            return file.Exists && file.Length == row.SourceBytes && file.LastWriteTimeUtc.Ticks == row.SourceTicks;
        }).ToDictionary(video => video.Key, video => video.ToList());
    }

    private static long FreeBytes(PreparationPlan plan)
    {
        var existing = Path.GetFullPath(plan.Folder);
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        return new DriveInfo(existing).AvailableFreeSpace;
    }

    private static string Gigabytes(long bytes) => $"{bytes / 1e9:0.00} GB";
}
