using System.Globalization;
using System.Numerics;
using Argus.Data.Stores;

namespace Argus.Data.Audits;

/// <summary>Finds videos that look the same, whatever they were encoded with.</summary>
public static class SimilarVideos
{
    // Hashes have 64 bits. One video re-encoded or resized differs in 0 to 4 bits a picture, another one in some 20 to
    // 40.
    private const int MostBits = 6;
    private const int MostBitsTogether = 12;

    // A picture without detail (black, a fade) has next to no bits set and resembles every other such picture.
    private const int FewestBitsSet = 10;

    /// <summary>
    /// Pairs of videos whose first, middle and last pictures all have nearly the same perceptual hash.
    /// </summary>
    /// <param name="wanted">Which pairs are of interest.</param>
    internal static IReadOnlyList<(StoredVideo A, StoredVideo B, int Bits)> Find(
        IReadOnlyList<StoredVideo> videos,
        Func<StoredVideo, StoredVideo, bool> wanted
    )
    {
        var hashed = videos
            .Select(video => (Video: video, Hashes: Hashes(video.Row)))
            .Where(entry => entry.Hashes is not null)
            .Select(entry => (entry.Video, Hashes: entry.Hashes!))
            .ToArray();
        // Every pair: 35,000 videos are 600 million comparisons, some seconds.
        return
        [
            .. Enumerable
                .Range(0, hashed.Length)
                .AsParallel()
                .AsOrdered()
                .SelectMany(i => Matches(i))
                .OrderBy(pair => pair.Bits),
        ];

        IEnumerable<(StoredVideo, StoredVideo, int Bits)> Matches(int i)
        {
            var (video, a) = hashed[i];
            for (var j = i + 1; j < hashed.Length; j++)
            {
                var b = hashed[j].Hashes;
                if (Bits(a[0], b[0]) > MostBits || Bits(a[1], b[1]) > MostBits || Bits(a[2], b[2]) > MostBits)
                    continue;
                var together = Bits(a[0], b[0]) + Bits(a[1], b[1]) + Bits(a[2], b[2]);
                if (together <= MostBitsTogether && wanted(video, hashed[j].Video))
                    yield return (video, hashed[j].Video, together);
            }
        }
    }

    private static int Bits(ulong a, ulong b) => BitOperations.PopCount(a ^ b);

    private static ulong[]? Hashes(StoreRow row)
    {
        // Videos of one or two frames have fewer pictures: the last one stands for those that are missing.
        var hashes = row
            .PictureHashes.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(hash => ulong.Parse(hash, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .ToList();
        if (
            hashes.Count == 0
            || hashes.All(hash => BitOperations.PopCount(hash) is < FewestBitsSet or > 64 - FewestBitsSet)
        )
            return null;
        while (hashes.Count < 3)
            hashes.Add(hashes[^1]);
        return [.. hashes];
    }
}
