using Argus.Randomness;
using Argus.Stores;

namespace Argus.Training.Feeding;

/// <summary>
/// One epoch: each real clip once and as many fakes, drawn anew every epoch, mixed. A pure function of (seed, epoch), so
/// that a resumed run goes on where it stopped; a process of several takes every <c>count</c>-th clip of the same order.
/// </summary>
public static class BalancedSampler
{
    /// <exception cref="ArgusException">A class is empty.</exception>
    public static IReadOnlyList<StoredClip> Epoch(IEnumerable<StoredVideo> videos, int seed, int epoch, int rank = 0, int count = 1)
    {
        var clips = videos.SelectMany(video => video.Clips).ToLookup(clip => clip.Video.Item.Label);
        List<StoredClip> real = [.. clips[0]], fake = [.. clips[1]];
        if (real.Count == 0 || fake.Count == 0)
            throw new ArgusException($"Training needs both classes, but there are {real.Count} real and {fake.Count} fake images. 'argus data check' shows what is missing.");

        var random = KeyedRandom.For("epoch", seed, epoch);
        var order = new List<StoredClip>(real);
        // Every fake once before any comes again.
        while (order.Count < 2 * real.Count)
        {
            random.Shuffle(fake);
            order.AddRange(fake.Take(2 * real.Count - order.Count));
        }
        random.Shuffle(order);
        return count == 1 ? order : [.. order.Where((_, i) => i % count == rank)];
    }
}
