using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// How light falls: luminance without its detail, and the logarithms of red over green and of blue over green (colour
/// temperature), which shading alone does not change.
/// </summary>
internal static class ShadingView
{
    private const float Dark = 0.02f; // keeps the ratio of two black channels at 1

    public static Mat Compute(ClipInput clip, int place)
    {
        var size = clip.Size;
        using var bgr = new Mat();
        clip.Frames[place].ConvertTo(bgr, MatType.CV_32FC3, 1 / 255.0);
        using var luminance = new Mat();
        Cv2.CvtColor(bgr, luminance, ColorConversionCodes.BGR2GRAY);
        Cv2.GaussianBlur(luminance, luminance, new Size(0, 0), size / 24.0);
        // Single pixels' colours are noise; the light's are not.
        Cv2.GaussianBlur(bgr, bgr, new Size(0, 0), size / 48.0);
        Logarithm(bgr);
        var channels = Cv2.Split(bgr);
        try
        {
            Cv2.Subtract(channels[2], channels[1], channels[2]);
            Cv2.Subtract(channels[0], channels[1], channels[0]);
            var view = new Mat();
            Cv2.Merge([luminance, channels[2], channels[0]], view);
            return view;
        }
        finally
        {
            foreach (var channel in channels)
                channel.Dispose();
        }
    }

    /// <summary>In place, of floats of full scale 1.</summary>
    internal static void Logarithm(Mat picture)
    {
        Cv2.Add(picture, Scalar.All(Dark), picture);
        Cv2.Log(picture, picture);
    }
}
