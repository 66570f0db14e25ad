using OpenCvSharp;

namespace Argus.Detection;

/// <summary>Measures of a picture that scopes are made of.</summary>
public static class PictureMeasures
{
    private const int Side = 128;
    private const int Block = 8;

    /// <summary>
    /// How sharp a face is, whatever its size: the binary logarithm of the variance of the Laplacian of its grey
    /// picture at 128 x 128.
    /// </summary>
    /// <param name="bgr">8 bits.</param>
    public static double Sharpness(Mat bgr)
    {
        using var gray = new Mat();
        Cv2.CvtColor(bgr, gray, ColorConversionCodes.BGR2GRAY);
        var smaller = (long)bgr.Width * bgr.Height > Side * Side;
        using var small = new Mat();
        Cv2.Resize(
            gray,
            small,
            new Size(Side, Side),
            0,
            0,
            smaller ? InterpolationFlags.Area : InterpolationFlags.Linear
        );
        using var edges = new Mat();
        Cv2.Laplacian(small, edges, MatType.CV_32F);
        Cv2.MeanStdDev(edges, out _, out var deviation);
        return Math.Log2(1e-3 + deviation.Val0 * deviation.Val0);
    }

    /// <summary>
    /// How visible a codec's 8x8 blocks are: by which factor neighbours differ more across their borders than within.
    /// </summary>
    /// <param name="bgr">8 bits, never resampled.</param>
    /// <param name="grid">Its corner in the coded frame.</param>
    public static double Blockiness(Mat bgr, Point grid)
    {
        using var gray = new Mat();
        Cv2.CvtColor(bgr, gray, ColorConversionCodes.BGR2GRAY);
        var (border, within) = (Sum(), Sum());
        Add(gray, new Point(1, 0), grid.X);
        Add(gray, new Point(0, 1), grid.Y);
        return (border.Mean + 1) / (within.Mean + 1);

        static Running Sum() => new();

        void Add(Mat picture, Point step, int offset)
        {
            using var first = picture[new Rect(0, 0, picture.Width - step.X, picture.Height - step.Y)];
            using var second = picture[new Rect(step.X, step.Y, picture.Width - step.X, picture.Height - step.Y)];
            using var difference = new Mat();
            Cv2.Absdiff(first, second, difference);
            using var line = new Mat();
            Cv2.Reduce(
                difference,
                line,
                step.X == 1 ? ReduceDimension.Row : ReduceDimension.Column,
                ReduceTypes.Avg,
                (int)MatType.CV_32F
            );
            line.GetArray(out float[] means);
            for (var i = 0; i < means.Length; i++)
                ((offset + i + 1) % Block == 0 ? border : within).Add(means[i]);
        }
    }

    private sealed class Running
    {
        private double total;
        private int count;

        public double Mean => count == 0 ? 0 : total / count;

        public void Add(double value)
        {
            total += value;
            count++;
        }
    }
}
