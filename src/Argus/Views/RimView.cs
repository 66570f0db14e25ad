using Argus.Faces;
using Argus.Metrics;
using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// Whether the light changes along an outline about the face. A row is a distance from the face's middle, from 0.5 radii of its ellipse (top) to 1.5, the
/// same in all columns. Channels: the steps of the logarithms of luminance, of red over green and of blue over green from just inside to just
/// outside, as their median over all directions, against the mean of those a little further in and out; in absolute value. Skin goes on
/// across the ellipse, and hair, collar and shade do not go all around: only what was lit, or coloured, apart has an edge all around.
/// </summary>
public static class RimView
{
    private const int Rows = 48, Angles = 64, Reach = 3; // Reach in rows: 1/16 radius
    private const double Nearest = 0.5, Furthest = 1.5;

    public static Mat Compute(ClipInput clip, int place)
    {
        using var polar = Polar(clip.Native[place], FaceEllipse.Of(clip.Landmarks[place]));
        var channels = Logarithms(polar).Select(channel => Edges([.. Enumerable.Range(0, Rows).Select(row => Step(channel, row))])).ToArray();
        using var small = Mat.FromPixelData(Rows, 1, MatType.CV_32FC3, Enumerable.Range(0, Rows).SelectMany(row => channels.Select(channel => (float)channel[row])).ToArray());
        var view = new Mat();
        Cv2.Resize(small, view, new Size(clip.Size, clip.Size), 0, 0, InterpolationFlags.Linear);
        return view;
    }

    private static double[] Edges(double[] steps) =>
        [.. steps.Select((step, row) => Math.Abs(step - (steps[Math.Max(0, row - 2 * Reach)] + steps[Math.Min(Rows - 1, row + 2 * Reach)]) / 2))];

    // From the rows just inside to the rows just outside: the median over the angles.
    private static double Step(float[,] values, int row)
    {
        int first = Math.Max(0, row - Reach), last = Math.Min(Rows, row + Reach);
        if (first == row) return 0;
        double Mean(int angle, int from, int to)
        {
            double sum = 0;
            for (var r = from; r < to; r++) sum += values[r, angle];
            return sum / (to - from);
        }
        return Median.Of(Enumerable.Range(0, Angles).Select(angle => Mean(angle, row, last) - Mean(angle, first, row)));
    }

    // Of luminance, red over green and blue over green: a row a distance, a column an angle.
    private static List<float[,]> Logarithms(Mat polar)
    {
        using var ofBgr = Mat.FromPixelData(3, 3, MatType.CV_32FC1, new[] { 1 / 3f, 1 / 3f, 1 / 3f, 0, -1, 1, 1, -1, 0 });
        using Mat logarithms = new(), values = new();
        polar.ConvertTo(logarithms, MatType.CV_32FC3, 1 / 255.0);
        ShadingView.Logarithm(logarithms);
        Cv2.Transform(logarithms, values, ofBgr);
        return [.. Cv2.Split(values).Select(channel =>
        {
            using (channel)
            {
                channel.GetRectangularArray(out float[,] array);
                return array;
            }
        })];
    }

    private static Mat Polar(Mat native, FaceEllipse face)
    {
        using Mat smooth = new(), across = new(Rows, Angles, MatType.CV_32FC1), down = new(Rows, Angles, MatType.CV_32FC1);
        var (sin, cos) = Math.SinCos(face.AngleDegrees * Math.PI / 180);
        for (var row = 0; row < Rows; row++)
        {
            var radius = Nearest + (Furthest - Nearest) * (row + 0.5) / Rows;
            for (var column = 0; column < Angles; column++)
            {
                var angle = 2 * Math.PI * (column + 0.5) / Angles;
                double x = radius * face.RadiusX * Math.Cos(angle), y = radius * face.RadiusY * Math.Sin(angle);
                across.Set(row, column, (float)(face.CenterX + x * cos - y * sin));
                down.Set(row, column, (float)(face.CenterY + x * sin + y * cos));
            }
        }
        Cv2.GaussianBlur(native, smooth, new Size(0, 0), Math.Max(0.8, face.RadiusX / 40));
        var polar = new Mat();
        Cv2.Remap(smooth, polar, across, down, InterpolationFlags.Linear, BorderTypes.Replicate);
        return polar;
    }
}
