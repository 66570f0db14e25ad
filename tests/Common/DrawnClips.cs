using Argus.Views;
using OpenCvSharp;

namespace Argus.Tests;

/// <summary>Clips whose views are known.</summary>
internal static class DrawnClips
{
    public const int Side = 64;

    /// <summary>
    /// Frames that are native pictures and inputs at once, at 25 a second, in sound that begins with them.
    /// </summary>
    public static ClipInput Of(IReadOnlyList<Mat> frames, float[]? sound = null, Point corner = default) =>
        new(
            frames,
            [.. frames.Select(frame => frame.Clone())],
            [.. frames.Select(_ => Landmarks)],
            [.. frames.Select(_ => corner)],
            [.. frames.Select((_, i) => 2 + i / 25.0)],
            sound ?? []
        );

    /// <summary>Eyes level, 20 pixels apart; the middle of the mouth at (32, 44).</summary>
    public static Point2f[] Landmarks => [new(22, 24), new(42, 24), new(32, 34), new(26, 44), new(38, 44)];

    public static Mat Grey(double level, int side = Side) => new(side, side, MatType.CV_8UC3, Scalar.All(level));

    /// <summary>A textured square of 24 pixels with its corner at (x, y) on grey.</summary>
    public static Mat Square(int x, int y)
    {
        var frame = Grey(60);
        for (var row = 0; row < 24; row++)
        {
            for (var column = 0; column < 24; column++)
                frame.Set(
                    y + row,
                    x + column,
                    new Vec3b(
                        (byte)(100 + 7 * ((row * 5 + column * 3) % 17)),
                        (byte)(120 + 4 * (row % 7)),
                        (byte)(140 + 4 * (column % 9))
                    )
                );
        }
        return frame;
    }

    public static float[] Sine(double hertz, double seconds, double amplitude = 0.5) =>
        [
            .. Enumerable
                .Range(0, (int)(seconds * 16000))
                .Select(i => (float)(amplitude * Math.Sin(2 * Math.PI * hertz * i / 16000))),
        ];
}
