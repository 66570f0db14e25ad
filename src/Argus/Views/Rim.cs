using Argus.Faces;
using Argus.Metrics;
using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// Rings about the face, from 0.5 radii of its ellipse to 1.5, and how far a quantity changes from inside a ring to
/// outside of it. A face that was treated apart changes all around at one ring; hair, collar and shade do not go all
/// around.
/// </summary>
internal static class Rim
{
    public const int Rings = 48;
    private const int Angles = 64;
    private const double Nearest = 0.5;
    private const double Furthest = 1.5;

    /// <summary>Values at every ring (first index) and angle (second), of each channel.</summary>
    /// <param name="values">32-bit floats.</param>
    /// <param name="scale">Pixels of the crop to a value.</param>
    /// <param name="corner">Where in the crop the first value's corner is.</param>
    /// <param name="face">The ellipse of the face.</param>
    public static List<float[,]> Unrolled(Mat values, FaceEllipse face, double scale = 1, Point corner = default)
    {
        using Mat across = new(Rings, Angles, MatType.CV_32FC1);
        using Mat down = new(Rings, Angles, MatType.CV_32FC1);
        using Mat rings = new();
        var (sin, cos) = Math.SinCos(face.AngleDegrees * Math.PI / 180);
        for (var ring = 0; ring < Rings; ring++)
        {
            var radius = Nearest + (Furthest - Nearest) * (ring + 0.5) / Rings;
            for (var column = 0; column < Angles; column++)
            {
                var angle = 2 * Math.PI * (column + 0.5) / Angles;
                double x = radius * face.RadiusX * Math.Cos(angle);
                double y = radius * face.RadiusY * Math.Sin(angle);
                across.Set(ring, column, (float)((face.CenterX + x * cos - y * sin - corner.X + 0.5) / scale - 0.5));
                down.Set(ring, column, (float)((face.CenterY + x * sin + y * cos - corner.Y + 0.5) / scale - 0.5));
            }
        }
        Cv2.Remap(values, rings, across, down, InterpolationFlags.Linear, BorderTypes.Replicate);
        return
        [
            .. Cv2.Split(rings)
                .Select(channel =>
                {
                    using (channel)
                    {
                        channel.GetRectangularArray(out float[,] array);
                        return array;
                    }
                }),
        ];
    }

    /// <summary>
    /// For every ring the median over the angles of what is outside less what is inside; 0 at the first and the last.
    /// </summary>
    /// <param name="reach">Rings that each side is the mean of, where there are so many.</param>
    /// <param name="gap">Rings on each side that are left out: a blurred edge.</param>
    /// <param name="rings">One row a ring.</param>
    public static double[] Steps(float[,] rings, int reach, int gap = 0) =>
        [
            .. Enumerable
                .Range(0, Rings)
                .Select(ring =>
                {
                    int first = Math.Max(0, ring - gap - reach);
                    int inner = ring - gap;
                    int outer = ring + gap;
                    int last = Math.Min(Rings, ring + gap + reach);
                    return first >= inner || outer >= last
                        ? 0
                        : Median.Compute(
                            Enumerable
                                .Range(0, Angles)
                                .Select(angle => Mean(rings, angle, outer, last) - Mean(rings, angle, first, inner))
                        );
                }),
        ];

    /// <summary>A row for each ring, the same in all columns, resized to the input.</summary>
    /// <param name="channels">Three values for every ring.</param>
    /// <param name="size">Side of the picture in pixels.</param>
    public static Mat Drawn(IReadOnlyList<double[]> channels, int size)
    {
        using var rows = Mat.FromPixelData(
            Rings,
            1,
            MatType.CV_32FC3,
            Enumerable.Range(0, Rings).SelectMany(ring => channels.Select(channel => (float)channel[ring])).ToArray()
        );
        var view = new Mat();
        Cv2.Resize(rows, view, new Size(size, size), 0, 0, InterpolationFlags.Linear);
        return view;
    }

    private static double Mean(float[,] rings, int angle, int from, int to)
    {
        double sum = 0;
        for (var ring = from; ring < to; ring++)
            sum += rings[ring, angle];
        return sum / (to - from);
    }
}
