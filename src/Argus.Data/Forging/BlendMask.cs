using Argus.Faces;
using OpenCvSharp;

namespace Argus.Data.Forging;

/// <summary>
/// The soft mask of a self-blended picture. Its outline is drawn once per video in the face's own coordinates, so that
/// it moves and turns with the face: one of several shapes, bent by a few slow waves, feathered, and of a strength of
/// its own.
/// </summary>
internal sealed class BlendMask
{
    private const int Points = 72;
    private const int Waves = 4;
    private const double LargestWave = .08; // of the radius, of each wave

    // Full strength is likelier than all others together.
    private static readonly double[] Strengths = [.5, .75, 1, 1, 1];

    private readonly Point2d[] outline; // 1 is the radius of the face
    private readonly double feather;
    private readonly double strength;

    public BlendMask(KeyedRandom random)
    {
        var shape = random.Pick(Enum.GetValues<BlendShape>());
        var width = random.Uniform(.8, 1.15);
        var height = random.Uniform(.8, 1.15);
        var shiftX = random.Uniform(-.06, .06);
        var shiftY = random.Uniform(-.06, .06);
        var edge = random.Uniform(-.35, .25);
        var waves = Enumerable
            .Range(2, Waves)
            .Select(times => (times, size: random.Normal() * LargestWave / 2, phase: random.Uniform(0, 2 * Math.PI)))
            .ToList();
        outline =
        [
            .. Enumerable
                .Range(0, Points)
                .Select(i =>
                {
                    var angle = 2 * Math.PI * i / Points;
                    var radius = 1 + waves.Sum(wave => wave.size * Math.Sin(wave.times * angle + wave.phase));
                    var (x, y) = Outline(shape, angle, edge);
                    return new Point2d(x * radius * width + shiftX, y * radius * height + shiftY);
                }),
        ];
        feather = random.Uniform(.02, .25);
        strength = random.Pick(Strengths);
        Parameters = new Dictionary<string, object>
        {
            [nameof(shape)] = $"{shape}",
            [nameof(feather)] = Math.Round(feather, 4),
            [nameof(strength)] = strength,
        };
    }

    /// <summary>What was drawn, for the record.</summary>
    public IReadOnlyDictionary<string, object> Parameters { get; }

    /// <summary>(height, width), 8 bits, 255 where the blended face shows alone.</summary>
    public Mat Draw(Size size, FaceEllipse face)
    {
        const int Sixteenths = 4;
        var turn = face.AngleDegrees * Math.PI / 180;
        var (sin, cos) = Math.SinCos(turn);
        var points = outline.Select(point =>
        {
            var (x, y) = (point.X * face.RadiusX, point.Y * face.RadiusY);
            return new Point(
                (int)Math.Round(16 * (face.CenterX + x * cos - y * sin)),
                (int)Math.Round(16 * (face.CenterY + x * sin + y * cos))
            );
        });
        var mask = new Mat(size, MatType.CV_8UC1, Scalar.Black);
        Cv2.FillPoly(mask, [points], Scalar.All(255 * strength), LineTypes.AntiAlias, Sixteenths);
        Blending.Blur(mask, Math.Max(.8, feather * face.RadiusX));
        return mask;
    }

    // A point of the outline without waves. y points down: the chin is at 1.
    private static (double X, double Y) Outline(BlendShape shape, double angle, double edge)
    {
        var (sin, cos) = Math.SinCos(angle);
        switch (shape)
        {
            case BlendShape.LowerHalf:
                return (cos, Math.Max(sin, edge));
            case BlendShape.Square:
                // A superellipse of exponent 6: the warped square of the early face swaps.
                var reach = .88 / Math.Pow(Math.Pow(Math.Abs(cos), 6) + Math.Pow(Math.Abs(sin), 6), 1.0 / 6);
                return (cos * reach, sin * reach);
            case BlendShape.WithForehead:
                return (cos, sin < 0 ? 1.5 * sin : sin);
            case BlendShape.Mouth:
                return (.55 * cos, .55 + .4 * sin);
            default:
                return (cos, sin);
        }
    }
}

/// <summary>What part of a face a self-blended picture takes.</summary>
internal enum BlendShape
{
    Whole,
    WithForehead,
    Square,
    LowerHalf,
    Mouth,
}
