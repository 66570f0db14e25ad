using OpenCvSharp;

namespace Argus.Data.Forging;

/// <summary>Per-pixel arithmetic on 8-bit BGR frames that OpenCV has no single call for.</summary>
internal static unsafe class Blending
{
    private const double SharpSigma = 6; // up to here a blur is made at full size

    /// <summary>
    /// A Gaussian blur in place; a wide one is made on a smaller picture, whose cost does not grow with its width.
    /// </summary>
    public static void Blur(Mat image, double sigma)
    {
        var factor = (int)(sigma / SharpSigma) + 1;
        if (factor == 1)
        {
            Cv2.GaussianBlur(image, image, new Size(0, 0), sigma);
            return;
        }
        var size = image.Size();
        using var small = new Mat();
        Cv2.Resize(
            image,
            small,
            new Size(Math.Max(1, size.Width / factor), Math.Max(1, size.Height / factor)),
            0,
            0,
            InterpolationFlags.Area
        );
        Cv2.GaussianBlur(small, small, new Size(0, 0), sigma / factor);
        Cv2.Resize(small, image, size, 0, 0, InterpolationFlags.Linear);
    }

    /// <summary>under = under + weight * (over - under), in place.</summary>
    /// <param name="weight">One channel, 8 bits: 255 shows <paramref name="over"/> alone.</param>
    public static void Over(Mat under, Mat over, Mat weight)
    {
        int rows = under.Rows;
        int columns = under.Cols;
        for (var y = 0; y < rows; y++)
        {
            byte* u = (byte*)under.Ptr(y);
            byte* o = (byte*)over.Ptr(y);
            byte* w = (byte*)weight.Ptr(y);
            for (var x = 0; x < columns; x++, u += 3, o += 3)
            {
                int share = w[x];
                if (share == 0)
                    continue;
                for (var c = 0; c < 3; c++)
                    u[c] = (byte)((u[c] * (255 - share) + o[c] * share + 127) / 255);
            }
        }
    }

    /// <summary>
    /// image = clip(image + texture), the same value on the three channels, in place; texture is CV_32F.
    /// </summary>
    public static void AddTexture(Mat image, Mat texture)
    {
        int rows = image.Rows;
        int columns = image.Cols;
        for (var y = 0; y < rows; y++)
        {
            var p = (byte*)image.Ptr(y);
            var t = (float*)texture.Ptr(y);
            for (var x = 0; x < columns; x++, p += 3)
            {
                var add = (int)MathF.Round(t[x]);
                for (var c = 0; c < 3; c++)
                    p[c] = (byte)Math.Clamp(p[c] + add, 0, 255);
            }
        }
    }

    /// <summary>image = clip(image * gain), one gain per pixel (CV_32F) and one per channel, in place.</summary>
    public static void Multiply(Mat image, Mat gain, ReadOnlySpan<float> channelGains)
    {
        int rows = image.Rows;
        int columns = image.Cols;
        for (var y = 0; y < rows; y++)
        {
            var p = (byte*)image.Ptr(y);
            var g = (float*)gain.Ptr(y);
            for (var x = 0; x < columns; x++, p += 3)
            for (var c = 0; c < 3; c++)
                p[c] = (byte)Math.Clamp(p[c] * g[x] * channelGains[c] + .5f, 0, 255);
        }
    }
}
