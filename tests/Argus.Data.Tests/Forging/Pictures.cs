using OpenCvSharp;

namespace Argus.Data.Tests.Forging;

internal static class Pictures
{
    /// <summary>A square of noise, 8-bit BGR.</summary>
    public static Mat Noise(int side)
    {
        var random = KeyedRandom.Create("noise");
        var bytes = Enumerable.Range(0, side * side * 3).Select(_ => (byte)(64 + random.Next(128))).ToArray();
        using var picture = Mat.FromPixelData(side, side, MatType.CV_8UC3, bytes);
        return picture.Clone();
    }

    /// <summary>Mean absolute difference in grey levels.</summary>
    public static double Difference(Mat a, Mat b, Rect area)
    {
        using Mat left = a[area];
        using Mat right = b[area];
        return Cv2.Norm(left, right, NormTypes.L1) / (area.Width * area.Height * 3);
    }
}
