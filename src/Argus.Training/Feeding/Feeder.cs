using System.Runtime.InteropServices;
using Argus.Clips;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Training.Native;
using Argus.Views;
using static TorchSharp.torch;

namespace Argus.Training.Feeding;

/// <summary>
/// Clips with their normalised pictures, views (each <c>(N*T, 3, H, W)</c>) and labels <c>(N)</c>, on the CPU.
/// </summary>
public sealed record Batch(IReadOnlyList<Sample> Samples, IReadOnlyDictionary<string, Tensor> Inputs, Tensor Labels)
    : IDisposable
{
    /// <summary>T.</summary>
    public int FramesPerClip => Samples[0].Clip.Frames.Count;

    public void Dispose()
    {
        foreach (var input in Inputs.Values)
            input.Dispose();
        Labels.Dispose();
    }
}

/// <summary>
/// Decodes and augments ahead of the loop in worker threads. Batches come in the order of the clips, and each clip's
/// draw depends on (seed, epoch, clip) alone, so the number of workers changes nothing but the speed.
/// </summary>
public sealed class Feeder(Store store, ClipPreprocessing preprocessing, AugmentRecipe? augment, int seed, int workers)
{
    private readonly StoredClipReader reader = new(store);

    static Feeder() => LibTorch.Load();

    /// <summary>Time the loop spent waiting for data.</summary>
    public TimeSpan Waited { get; set; }

    /// <param name="clips">The whole epoch's, in order.</param>
    /// <param name="firstBatch">Where to begin, in batches.</param>
    public async IAsyncEnumerable<Batch> ReadAsync(
        IReadOnlyList<Sample> clips,
        int epoch,
        int batchSize,
        int firstBatch,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default
    )
    {
        await using var batches = OrderedPrefetch
            .RunAsync(
                Batches(clips, batchSize).Skip(firstBatch),
                (members, _) => Task.FromResult(Load(members, epoch)),
                workers,
                batch => batch.Dispose(),
                cancel
            )
            .GetAsyncEnumerator(cancel);
        while (true)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            if (!await batches.MoveNextAsync())
                break;
            Waited += System.Diagnostics.Stopwatch.GetElapsedTime(started);
            yield return batches.Current;
        }
    }

    /// <summary>
    /// An epoch cut into batches. A single clip at the end joins the batch before it: batch statistics need two.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<Sample>> Batches(IReadOnlyList<Sample> clips, int batchSize)
    {
        List<IReadOnlyList<Sample>> batches = [.. clips.Chunk(batchSize)];
        if (batches.Count > 1 && batches[^1].Count == 1)
        {
            batches[^2] = [.. batches[^2], .. batches[^1]];
            batches.RemoveAt(batches.Count - 1);
        }
        return batches;
    }

    private Batch Load(IReadOnlyList<Sample> samples, int epoch)
    {
        var side = preprocessing.ImageSize;
        var frames = samples.Sum(sample => sample.Clip.Frames.Count);
        string[] names = [View.Rgb, .. preprocessing.Views];
        var inputs = names.ToDictionary(name => name, _ => empty(frames, side, side, 3));
        try
        {
            var first = 0;
            foreach (var sample in samples)
            {
                var clip = sample.Clip;
                var draw = augment is null
                    ? null
                    : Augmentation.Draw(
                        augment,
                        side,
                        KeyedRandom.Create("augment", seed, epoch, clip.Video.Item.Key, clip.Number)
                    );
                using var stored = reader.Read(clip, preprocessing.NeedsSound);
                using var forged = sample.Forgery?.Apply(stored);
                preprocessing.ToInput(
                    forged ?? stored,
                    draw,
                    (view, place) =>
                        MemoryMarshal
                            .Cast<byte, float>(inputs[view].bytes)
                            .Slice((first + place) * preprocessing.Length, preprocessing.Length)
                );
                first += clip.Frames.Count;
            }
            return new Batch(
                samples,
                inputs.ToDictionary(input => input.Key, input => input.Value.permute(0, 3, 1, 2)),
                tensor(samples.Select(sample => (long)sample.Label).ToArray())
            );
        }
        finally
        {
            foreach (var input in inputs.Values)
                input.Dispose();
        }
    }
}
