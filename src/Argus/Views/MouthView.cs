using OpenCvSharp;

namespace Argus.Views;

/// <summary>The mouth's region in the frame before, in this one and in the next: luminance, 0..1.</summary>
internal static class MouthView
{
    // A square about the middle between the corners of the mouth, as wide as this many distances between the eyes: chin
    // and upper lip are in it.
    private const double Width = 1.3;

    public static Mat Compute(ClipInput clip, int place)
    {
        var channels = new[] { place - 1, place, place + 1 }
            .Select(near => Region(clip, Math.Clamp(near, 0, clip.Native.Count - 1), clip.Size))
            .ToArray();
        var view = new Mat();
        Cv2.Merge(channels, view);
        foreach (var channel in channels)
            channel.Dispose();
        view.ConvertTo(view, MatType.CV_32FC3, 1 / 255.0);
        return view;
    }

    /// <summary>8-bit luminance of the mouth's region, turned so that the eyes are level.</summary>
    internal static Mat Region(ClipInput clip, int place, int side)
    {
        var points = clip.Landmarks[place];
        var mouth = new Point2f((points[3].X + points[4].X) / 2, (points[3].Y + points[4].Y) / 2);
        double x = points[1].X - points[0].X;
        double y = points[1].Y - points[0].Y;
        // A face seen from the side has its eyes close together; its height does not shrink.
        var height = Math.Abs(mouth.Y - (points[0].Y + points[1].Y) / 2);
        var width = Width * Math.Max(1, Math.Max(Math.Sqrt(x * x + y * y), height));
        using var turn = Cv2.GetRotationMatrix2D(mouth, Math.Atan2(y, x) * 180 / Math.PI, side / width);
        turn.Set(0, 2, turn.At<double>(0, 2) + side / 2.0 - mouth.X);
        turn.Set(1, 2, turn.At<double>(1, 2) + side / 2.0 - mouth.Y);
        using var grey = new Mat();
        Cv2.CvtColor(clip.Native[place], grey, ColorConversionCodes.BGR2GRAY);
        var region = new Mat();
        Cv2.WarpAffine(grey, region, turn, new Size(side, side), InterpolationFlags.Linear, BorderTypes.Replicate);
        return region;
    }
}
