using Argus.Faces;
using Argus.Views;
using OpenCvSharp;

namespace Argus.Data.Forging;

/// <summary>A real clip's twin and its forgery.</summary>
/// <param name="Twin">Altered nowhere or everywhere: real.</param>
/// <param name="Fake">Altered in one region: fake.</param>
public sealed record ForgeryPair(ClipForgery Twin, ClipForgery Fake);

/// <summary>
/// What is done to a real clip: an operation of one kind on one region. Its parameters follow from the seed.
/// <see cref="ForgedRegion.Neither"/> and <see cref="ForgedRegion.Both"/> leave a real clip real (the twin); for
/// <see cref="ForgeryKind.Audio"/>, which leaves the picture alone, the other two are forgeries of equal kind.
/// </summary>
public sealed record ClipForgery(ForgeryKind Kind, ForgedRegion Region, ulong Seed)
{
    /// <summary>0 real, 1 fake.</summary>
    public int Label => Region is ForgedRegion.Face or ForgedRegion.Background ? 1 : 0;

    /// <summary>
    /// A twin and its forgery with the same parameters; of the 2x2 design's four combinations one at random. Of a
    /// self-blended clip the face is altered: surroundings that are coarser than the face are what a lens makes.
    /// </summary>
    public static ForgeryPair Pair(ForgeryKind kind, KeyedRandom random)
    {
        var seed = random.NextUInt64();
        var twin = random.Chance(0.5) ? ForgedRegion.Neither : ForgedRegion.Both;
        var fake = kind == ForgeryKind.Blend || random.Chance(0.5) ? ForgedRegion.Face : ForgedRegion.Background;
        return new ForgeryPair(new(kind, twin, seed), new(kind, fake, seed));
    }

    /// <summary>
    /// All four combinations with the same parameters: what they have in common cannot tell them apart.
    /// </summary>
    public static IReadOnlyList<ClipForgery> Quad(ForgeryKind kind, KeyedRandom random)
    {
        var seed = random.NextUInt64();
        return
        [
            .. new[] { ForgedRegion.Neither, ForgedRegion.Face, ForgedRegion.Both, ForgedRegion.Background }.Select(
                region => new ClipForgery(kind, region, seed)
            ),
        ];
    }

    /// <exception cref="ArgusException">The clip has no landmarks to know the face by.</exception>
    public ClipInput Apply(ClipInput clip)
    {
        if (Kind == ForgeryKind.Audio)
            return clip with
            {
                Native = [.. clip.Native.Select(picture => picture.Clone())],
                Sound = SoundForgery.Apply(clip.Sound, Region, KeyedRandom.Create("sound", Seed, Region)).Sound,
            };
        if (clip.Landmarks.Any(points => points.Length != 5))
            throw new ArgusException("Forging needs face crops with landmarks: prepare with data.crop=face.");
        using var forgery = new PictureForgery(
            Kind,
            Region,
            clip.Native[0].Size(),
            KeyedRandom.Create("picture", Seed),
            recorded: true
        );
        var last = LastQuality();
        return clip with
        {
            Native =
            [
                .. Enumerable
                    .Range(0, clip.Native.Count)
                    .Select(i =>
                        Finished(forgery.Apply(clip.Native[i], FaceEllipse.Fit(clip.Landmarks[i])), clip.Grid[i])
                    ),
            ],
        };

        // All four of a quad go through one more codec, on the frame's own grid, as a file does that is written anew.
        Mat Finished(Mat picture, Point grid)
        {
            if (last is not { } quality)
                return picture;
            using (picture)
                return FrameOperations.Jpeg(picture, quality, grid.X % 8, grid.Y % 8);
        }
    }

    private int? LastQuality() =>
        Kind == ForgeryKind.Compression ? 80 + KeyedRandom.Create("last", Seed).Next(16) : null;
}
