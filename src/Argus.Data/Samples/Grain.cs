using Argus.Data.Forging;
using OpenCvSharp;

namespace Argus.Data.Samples;

/// <summary>
/// Gaussian grain from one table of standard normal numbers; a draw is a random stretch of it, so it costs almost
/// nothing.
/// </summary>
internal static unsafe class Grain
{
    private const int Count = 1 << 20;

    private static readonly Lazy<float[]> Table = new(() =>
    {
        var random = KeyedRandom.Create("grain");
        var table = new float[Count];
        for (var i = 0; i < Count; i++)
            table[i] = (float)random.Normal();
        return table;
    });

    /// <summary>Adds a camera's noise to a BGR frame, the same on the three channels.</summary>
    /// <param name="deviation">Grey levels.</param>
    public static void AddTo(Mat frame, double deviation, KeyedRandom random)
    {
        var table = Table.Value;
        var at = random.Next(Count);
        int rows = frame.Rows;
        int columns = frame.Cols;
        for (var y = 0; y < rows; y++)
        {
            var p = (byte*)frame.Ptr(y);
            for (var x = 0; x < columns; x++, p += 3)
            {
                var add = (int)MathF.Round(table[at++ & (Count - 1)] * (float)deviation);
                for (var c = 0; c < 3; c++)
                    p[c] = (byte)Math.Clamp(p[c] + add, 0, 255);
            }
        }
    }

    /// <summary>
    /// Noise smoothed by a Gaussian of the given widths (pixels) and brought to the given deviation: (side, side)
    /// CV_32F.
    /// </summary>
    public static Mat Texture(int side, double widthX, double widthY, double deviation, KeyedRandom random)
    {
        var table = Table.Value;
        var at = random.Next(Count);
        var texture = new Mat(side, side, MatType.CV_32FC1);
        for (var y = 0; y < side; y++)
        {
            var t = (float*)texture.Ptr(y);
            for (var x = 0; x < side; x++)
                t[x] = table[at++ & (Count - 1)];
        }
        Cv2.GaussianBlur(texture, texture, new Size(0, 0), widthX, widthY, BorderTypes.Reflect101);
        Cv2.MeanStdDev(texture, out _, out var spread);
        texture.ConvertTo(texture, MatType.CV_32FC1, deviation / spread.Val0);
        return texture;
    }
}
