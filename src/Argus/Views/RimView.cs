using Argus.Faces;
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
    private static double Step(double[,] values, int row)
    {
        int first = Math.Max(0, row - Reach), last = Math.Min(Rows, row + Reach);
        if (first == row) return 0;
        double Mean(int angle, int from, int to)
        {
            double sum = 0;
            for (var r = from; r < to; r++) sum += values[r, angle];
            return sum / (to - from);
        }
        return Enumerable.Range(0, Angles).Select(angle => Mean(angle, row, last) - Mean(angle, first, row)).Order().ElementAt(Angles / 2);
    }

    // A row a distance, a column an angle: luminance, red over green, blue over green.
    private static double[][,] Logarithms(Mat polar)
    {
        const double Dark = 0.02; // keeps the ratio of two black channels at 1
        double[][,] values = [new double[Rows, Angles], new double[Rows, Angles], new double[Rows, Angles]];
        for (var row = 0; row < Rows; row++)
        {
            for (var angle = 0; angle < Angles; angle++)
            {
                var bgr = polar.At<Vec3b>(row, angle);
                double blue = Math.Log(bgr.Item0 / 255.0 + Dark), green = Math.Log(bgr.Item1 / 255.0 + Dark), red = Math.Log(bgr.Item2 / 255.0 + Dark);
                (values[0][row, angle], values[1][row, angle], values[2][row, angle]) = ((blue + green + red) / 3, red - green, blue - green);
            }
        }
        return values;
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
