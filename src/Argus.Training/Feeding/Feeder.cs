using System.Runtime.InteropServices;
using Argus.Imaging;
using Argus.Randomness;
using Argus.Recipes;
using Argus.Stores;
using Argus.Training.Native;
using OpenCvSharp;
using static TorchSharp.torch;

namespace Argus.Training.Feeding;

/// <summary>Clips with their normalised pictures <c>(N*T, 3, H, W)</c> and labels <c>(N)</c>, on the CPU.</summary>
public sealed record Batch(IReadOnlyList<StoredClip> Clips, Tensor Frames, Tensor Labels) : IDisposable
{
    public void Dispose()
    {
        Frames.Dispose();
        Labels.Dispose();
    }
}

/// <summary>
/// Decodes and augments ahead of the loop in worker threads. Batches come in the order of the clips, and each clip's draw
/// depends on (seed, epoch, clip) alone, so the number of workers changes nothing but the speed.
/// </summary>
public sealed class Feeder(Store store, Preprocessing preprocessing, AugmentRecipe? augment, int seed, int workers)
{
    static Feeder() => LibTorch.Load();

    /// <summary>Time the loop spent waiting for data.</summary>
    public TimeSpan Waited { get; set; }

    /// <param name="clips">The whole epoch's clips, in order.</param>
    /// <param name="firstBatch">Where to begin, in batches.</param>
    public async IAsyncEnumerable<Batch> ReadAsync(IReadOnlyList<StoredClip> clips, int epoch, int batchSize, int firstBatch,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        await using var batches = Ahead.RunAsync(Batches(clips, batchSize).Skip(firstBatch), (members, _) => Task.FromResult(Load(members, epoch)), workers, batch => batch.Dispose(), cancel)
            .GetAsyncEnumerator(cancel);
        while (true)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            if (!await batches.MoveNextAsync()) break;
            Waited += System.Diagnostics.Stopwatch.GetElapsedTime(started);
            yield return batches.Current;
        }
    }

    /// <summary>An epoch cut into batches. A single clip at the end joins the batch before it: batch statistics need two.</summary>
    public static IReadOnlyList<IReadOnlyList<StoredClip>> Batches(IReadOnlyList<StoredClip> clips, int batchSize)
    {
        List<IReadOnlyList<StoredClip>> batches = [.. clips.Chunk(batchSize)];
        if (batches.Count > 1 && batches[^1].Count == 1)
        {
            batches[^2] = [.. batches[^2], .. batches[^1]];
            batches.RemoveAt(batches.Count - 1);
        }
        return batches;
    }

    private Batch Load(IReadOnlyList<StoredClip> clips, int epoch)
    {
        var side = preprocessing.ImageSize;
        using var nhwc = empty(clips.Sum(clip => clip.Frames.Count), side, side, 3);
        var floats = MemoryMarshal.Cast<byte, float>(nhwc.bytes);
        var place = 0;
        foreach (var clip in clips)
        {
            var draw = augment is null ? null : Augmentation.Draw(augment, side, KeyedRandom.For("augment", seed, epoch, clip.Video.Item.Key, clip.Number));
            foreach (var frame in clip.Frames)
            {
                using var picture = Cv2.ImDecode(store.Read(clip.Video, frame), ImreadModes.Color);
                if (picture.Empty()) throw new ArgusException($"{clip.Video.Row.Shard} holds a damaged picture of {clip.Video.Item.Key} (clip {clip.Number}). Delete the store's folder and prepare again.");
                preprocessing.ToInput(picture, draw, floats.Slice(place, preprocessing.Length));
                place += preprocessing.Length;
            }
        }
        return new Batch(clips, nhwc.permute(0, 3, 1, 2), tensor(clips.Select(clip => (long)clip.Video.Item.Label).ToArray()));
    }
}
