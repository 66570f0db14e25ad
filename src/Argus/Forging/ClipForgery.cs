using Argus.Randomness;
using Argus.Views;
using OpenCvSharp;

namespace Argus.Forging;

/// <summary>
/// What is done to a real clip: an operation of one kind on one region. Its parameters follow from the seed.
/// <see cref="ForgedRegion.Neither"/> and <see cref="ForgedRegion.Both"/> leave a real clip real (the twin); for
/// <see cref="ForgeryKind.Audio"/>, which leaves the picture alone, the other two are forgeries of equal kind.
/// </summary>
public sealed record ClipForgery(ForgeryKind Kind, ForgedRegion Region, ulong Seed)
{
    /// <summary>0 real, 1 fake.</summary>
    public int Label => Region is ForgedRegion.Face or ForgedRegion.Background ? 1 : 0;

    /// <summary>A twin and its forgery with the same parameters; of the 2x2 design's four combinations one at random.</summary>
    public static (ClipForgery Twin, ClipForgery Fake) Pair(ForgeryKind kind, KeyedRandom random)
    {
        var seed = random.NextUInt64();
        return (new(kind, random.Chance(0.5) ? ForgedRegion.Neither : ForgedRegion.Both, seed), new(kind, random.Chance(0.5) ? ForgedRegion.Face : ForgedRegion.Background, seed));
    }

    /// <summary>All four combinations with the same parameters: what they have in common cannot tell them apart.</summary>
    public static IReadOnlyList<ClipForgery> Quad(ForgeryKind kind, KeyedRandom random)
    {
        var seed = random.NextUInt64();
        return [.. new[] { ForgedRegion.Neither, ForgedRegion.Face, ForgedRegion.Both, ForgedRegion.Background }.Select(region => new ClipForgery(kind, region, seed))];
    }

    /// <exception cref="ArgusException">The clip has no landmarks to know the face by.</exception>
    public ClipInput Apply(ClipInput clip)
    {
        if (Kind == ForgeryKind.Audio) return clip with { Native = [.. clip.Native.Select(picture => picture.Clone())], Sound = SoundForgery.Apply(clip.Sound, Region, KeyedRandom.For("sound", Seed, Region)).Sound };
        if (clip.Landmarks.Any(points => points.Length != 5)) throw new ArgusException("Forging needs face crops with landmarks: prepare with data.crop=face.");
        using var forgery = new PictureForgery(Kind, Region, clip.Native[0].Size(), KeyedRandom.For("picture", Seed), recorded: true);
        var last = LastQuality();
        return clip with { Native = [.. Enumerable.Range(0, clip.Native.Count).Select(i => Finished(forgery.Apply(clip.Native[i], Face(clip.Landmarks[i])), clip.Grid[i]))] };

        // All four of a quad go through one more codec, on the frame's own grid, as a file does that is written anew.
        Mat Finished(Mat picture, Point grid)
        {
            if (last is not { } quality) return picture;
            using (picture) return FrameOperations.Jpeg(picture, quality, grid.X % 8, grid.Y % 8);
        }
    }

    private int? LastQuality() => Kind == ForgeryKind.Compression ? 80 + KeyedRandom.For("last", Seed).Next(16) : null;

    /// <summary>The face's outline, from eyes, nose and mouth: brows to below the lower lip, temples at the sides.</summary>
    public static FaceEllipse Face(IReadOnlyList<Point2f> points)
    {
        var eyes = new Point2d((points[0].X + points[1].X) / 2.0, (points[0].Y + points[1].Y) / 2.0);
        var mouth = new Point2d((points[3].X + points[4].X) / 2.0, (points[3].Y + points[4].Y) / 2.0);
        double apart = Math.Max(points[0].DistanceTo(points[1]), points[3].DistanceTo(points[4])), height = Math.Max(1, eyes.DistanceTo(mouth));
        // In a face seen from the side the eyes move together and the height stays.
        var width = Math.Max(apart, 0.7 * height);
        return new FaceEllipse(eyes.X + (mouth.X - eyes.X) * 0.55, eyes.Y + (mouth.Y - eyes.Y) * 0.55, 1.05 * width, 1.25 * height, Math.Atan2(eyes.X - mouth.X, mouth.Y - eyes.Y) * 180 / Math.PI);
    }
}
