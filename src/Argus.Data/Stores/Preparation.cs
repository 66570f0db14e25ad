using System.Threading.Channels;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Faces;
using Argus.Imaging;
using Argus.Video;

namespace Argus.Data.Stores;

/// <summary>What a preparation will do: how many videos, and the space they will take.</summary>
/// <param name="Listing">The whole dataset; <paramref name="Shard"/> of it is this process's.</param>
public sealed record PreparationPlan(
    DatasetListing Listing,
    StoreOptions Options,
    string Folder,
    DatasetShard Shard,
    IReadOnlyList<VideoItem> Missing,
    int Kept,
    long EstimatedBytes,
    bool IndexIsStale
);

/// <summary>A video that gave no usable picture.</summary>
/// <param name="Path">Relative to the dataset's root.</param>
/// <param name="Reason">Why.</param>
public sealed record UnreadableVideo(string Path, string Reason);

/// <summary>What a preparation did.</summary>
public sealed record PreparationResult(int Prepared, int Kept, IReadOnlyList<UnreadableVideo> Unreadable);

/// <summary>
/// Turns a dataset into a store: each video decoded once, in parallel, written in the order of keys (the same videos
/// give the same bytes), shards whole or not at all, so that a kill loses at most the shard in work and the next run
/// does only what is missing or changed. At no time is more in memory than the videos in work and a few that wait to be
/// written.
/// </summary>
public sealed class Preparation(ModelInput input, string? faceModel)
{
    private const long LargestVideoBytes = 512L << 20;
    private const int WaitingVideos = 4;

    /// <summary>A shard ends before it would be larger; one that holds a single video may be, up to 512 MB.</summary>
    internal long ShardBytes { get; init; } = 256L << 20;

    /// <summary>Compares the dataset with what the store already holds; writes nothing.</summary>
    /// <param name="sides">
    /// Only videos of these sides of the split are prepared now; what the store has of others stays.
    /// </param>
    /// <exception cref="RequestException">
    /// The folder holds a store of another recipe or division, or faces are wanted without a face model.
    /// </exception>
    public async Task<PreparationPlan> PlanAsync(
        DatasetListing listing,
        StoreOptions options,
        string folder,
        DatasetShard shard,
        params IReadOnlyCollection<Split> sides
    )
    {
        if (options.OfFaces && faceModel is null)
            throw new RequestException(
                "Face crops need the face detector. Fetch it once: argus models pull yunet (or --from FILE)."
            );
        StoreFolder.CheckDivision(folder, shard);
        if (shard.Count > 1)
            folder = StoreFolder.Part(folder, shard);
        if (StoreFolder.ReadOptions(folder) is { } found)
        {
            StoreFolder.CheckServes(folder, found, options);
            options = found; // What is added has as many clips as what is there.
        }
        else if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new RequestException($"{folder} is not empty and holds no store. Give another --store.");
        var own = SelectOwn(listing, shard);
        var (known, current) = await StandingAsync(listing, own, folder);
        var wanted = own.Where(item => sides.Count == 0 || sides.Contains(item.Split!.Value)).ToList();
        var missing = wanted.Where(item => !current.ContainsKey(item.Key)).ToList();
        return new PreparationPlan(
            listing,
            options,
            folder,
            shard,
            missing,
            wanted.Count - missing.Count,
            missing.Sum(options.EstimatedBytes),
            IndexIsStale: known.Count > current.Count || StoreIndex.HasParts(folder)
        );
    }

    /// <exception cref="ArgusException">
    /// The disk has less room than the plan needs, or could not be written; what was good is kept.
    /// </exception>
    public async Task<PreparationResult> RunAsync(
        PreparationPlan plan,
        int workers,
        IProgress<int>? progress,
        CancellationToken cancel
    )
    {
        if (plan.Missing.Count > 0 && plan.EstimatedBytes > FreeBytes(plan))
            throw new ArgusException(
                $"Preparing {plan.Missing.Count} videos takes about {Gigabytes(plan.EstimatedBytes)}, but "
                    + $"{plan.Folder} has {Gigabytes(FreeBytes(plan))} left. Free some, give another --store, or "
                    + "take fewer frames (data.train_frames)."
            );
        // A complete store is only read: by several processes at a time, from a read-only disk.
        if (plan.Missing.Count == 0 && !plan.IndexIsStale && File.Exists(StoreIndex.File(plan.Folder)))
            return new PreparationResult(0, plan.Kept, []);
        try
        {
            Directory.CreateDirectory(plan.Folder);
            using var held = FolderLock.Acquire(plan.Folder, "is writing");
            foreach (var partial in Directory.EnumerateFiles(plan.Folder, "*.partial"))
                File.Delete(partial);
            StoreFolder.WriteOptions(plan.Folder, plan.Options);
            return await WriteAsync(plan, workers, progress, cancel);
        }
        // .NET reports a file that is too large for its file system as an argument out of range.
        catch (Exception error)
            when (error
                    is IOException
                        or UnauthorizedAccessException
                        or ArgumentOutOfRangeException { ParamName: "value" }
            )
        {
            throw new ArgusException(
                $"The store {plan.Folder} could not be written: {error.Message.TrimEnd('.')}. What was "
                    + "finished is kept; make room and run the same command again.",
                error
            );
        }
    }

    private async Task<PreparationResult> WriteAsync(
        PreparationPlan plan,
        int workers,
        IProgress<int>? progress,
        CancellationToken cancel
    )
    {
        var (known, current) = await StandingAsync(plan.Listing, SelectOwn(plan.Listing, plan.Shard), plan.Folder);
        // Another process may have finished some since the plan was made.
        plan = plan with
        {
            Missing = [.. plan.Missing.Where(item => !current.ContainsKey(item.Key))],
        };
        var unreadable = new List<UnreadableVideo>();
        // Never a number that the index on disk still refers to, also for videos that are about to leave it.
        var next =
            known.Select(video => int.Parse(Path.GetFileNameWithoutExtension(video.Shard))).DefaultIfEmpty(-1).Max()
            + 1;
        var open = new List<StoreRow>();
        var prepared = 0;
        using (var shards = new ShardWriter(plan.Folder, next, ShardBytes))
        {
            try
            {
                await foreach (var (item, video, reason) in PrepareAsync(plan, workers, cancel))
                {
                    if (video is null)
                    {
                        unreadable.Add(new UnreadableVideo(item.Path, reason!));
                    }
                    else
                    {
                        if (shards.IsFull(video.Bytes))
                            await CloseAsync();
                        Append(shards, video);
                        open.Add(video.Row);
                        prepared++;
                    }
                    progress?.Report(prepared + unreadable.Count);
                }
                await CloseAsync();
            }
            catch (OperationCanceledException)
            {
                await CloseAsync();
                throw;
            }

            async Task CloseAsync()
            {
                if (!shards.IsOpen)
                    return;
                var name = shards.Name;
                shards.Close();
                await StoreIndex.WritePartAsync(plan.Folder, name, open);
                foreach (var row in open)
                    current[row.Key] = KnownVideo.Create(row);
                open.Clear();
            }
        }
        await StoreIndex.MergeAsync(
            plan.Folder,
            row => current.TryGetValue(row.Key, out var video) && video.Shard == row.Shard
        );
        StoreFolder.DeleteUnreferenced(plan.Folder, current.Values.Select(video => video.Shard).ToHashSet());
        StoreFolder.WriteUnreadable(plan.Folder, plan.Missing, unreadable);
        return new PreparationResult(prepared, plan.Kept, unreadable);
    }

    /// <summary>
    /// Each missing video, in order, prepared or with the reason why not; so many at a time as there are workers.
    /// </summary>
    private async IAsyncEnumerable<(VideoItem Item, PreparedVideo? Video, string? Reason)> PrepareAsync(
        PreparationPlan plan,
        int workers,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        // A detector is not safe for parallel use: as many as there are workers, handed round. Who holds one works.
        var idle = Channel.CreateUnbounded<VideoPreparation>();
        for (var i = 0; i < workers; i++)
            idle.Writer.TryWrite(
                new VideoPreparation(
                    plan.Options,
                    input,
                    plan.Options.OfFaces ? new FaceDetector(faceModel!) : null,
                    plan.Folder
                )
            );
        var originals = plan
            .Listing.Items.Where(item => item.Label == 0)
            .SelectMany(item => new[] { item.Path, Path.GetFileName(item.Path) }.Distinct(), KeyValuePair.Create)
            .ToLookup(entry => entry.Value, entry => entry.Key, StringComparer.OrdinalIgnoreCase);
        try
        {
            await foreach (
                var one in OrderedPrefetch.RunAsync(plan.Missing, OneAsync, workers + WaitingVideos, _ => { }, cancel)
            )
                yield return one;
        }
        finally
        {
            while (idle.Reader.TryRead(out var preparation))
                preparation.Dispose();
        }

        async Task<(VideoItem, PreparedVideo?, string?)> OneAsync(VideoItem item, CancellationToken stop)
        {
            var preparation = await idle.Reader.ReadAsync(stop);
            try
            {
                var original = item.Original is null ? null : originals[item.Original].FirstOrDefault();
                var video = await preparation.RunAsync(
                    new PreparationTask(
                        item,
                        plan.Listing.FullPath(item),
                        item.Mask is null ? null : Path.Combine(plan.Listing.Root, item.Mask),
                        original is null ? null : plan.Listing.FullPath(original)
                    ),
                    stop
                );
                return video.Bytes <= LargestVideoBytes
                    ? (item, video, null)
                    : (
                        item,
                        null,
                        $"its pictures take {video.Bytes >> 20} MB, more than a shard's "
                            + $"{LargestVideoBytes >> 20}: take fewer (data.train_frames) or smaller ones "
                            + "(data.largest_crop)"
                    );
            }
            catch (UnreadableVideoException error)
            {
                return (item, null, error.Message);
            }
            finally
            {
                idle.Writer.TryWrite(preparation);
            }
        }
    }

    private static void Append(ShardWriter shards, PreparedVideo video)
    {
        var row = video.Row;
        shards.Add($"{row.Key}.json", video.Json);
        if (video.Wave is not null)
        {
            row.SoundOffset = shards.Add($"{row.Key}.wav", video.Wave);
            row.SoundBytes = video.Wave.Length;
        }
        foreach (var (frame, picture) in video.Pictures)
        {
            var name = $"{row.Key}.{frame.Clip:0000}-{frame.Place:00}.{video.Extension}";
            frame.Offset = shards.Add(name, picture);
            frame.Bytes = picture.Length;
        }
        row.Shard = shards.Name;
        row.EndOffset = shards.Position;
    }

    // This process's videos, in the order in which they are written.
    private static List<VideoItem> SelectOwn(DatasetListing listing, DatasetShard shard) =>
        [.. shard.Select(listing.Items.OrderBy(item => item.Key, StringComparer.Ordinal))];

    /// <summary>
    /// What the store's index lists, and of that by key what is still true: videos that are there, unchanged and on the
    /// same side, whose shard is there too. A split that moved needs other frames.
    /// </summary>
    private static async Task<(List<KnownVideo> Known, Dictionary<string, KnownVideo> Current)> StandingAsync(
        DatasetListing listing,
        IEnumerable<VideoItem> own,
        string folder
    )
    {
        var known = await StoreIndex.ReadAsync<KnownVideo>(folder).ToListAsync();
        var items = own.ToDictionary(item => item.Key);
        var broken = known
            .GroupBy(video => video.Shard)
            .Where(shard => !StoreFolder.Holds(folder, shard.Key, shard.Max(video => video.EndOffset)))
            .Select(shard => shard.Key)
            .ToHashSet();
        var current = new Dictionary<string, KnownVideo>();
        // A video that changed is in two shards until the index is merged; the later one counts.
        foreach (var video in known.OrderBy(video => video.Shard, StringComparer.Ordinal))
        {
            if (
                broken.Contains(video.Shard)
                || !items.TryGetValue(video.Key, out var item)
                || $"{item.Split}" != video.Split
            )
                continue;
            if (FileStamp.Read(listing.FullPath(item)) == new FileStamp(video.SourceBytes, video.SourceTicks))
                current[video.Key] = video;
        }
        return (known, current);
    }

    private static long FreeBytes(PreparationPlan plan)
    {
        var existing = Path.GetFullPath(plan.Folder);
        while (!Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        return new DriveInfo(existing).AvailableFreeSpace;
    }

    private static string Gigabytes(long bytes) => $"{bytes / 1e9:0.00} GB";
}
