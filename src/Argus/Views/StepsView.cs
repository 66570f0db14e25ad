using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// How much further a pixel is from the one before than its neighbours are from each other: |x(i) - x(i-1)| - (|x(i-1) - x(i-2)| + |x(i+1) - x(i)|) / 2
/// of the luminance, to the right and downwards, and the larger of the two; each difference counts up to 12 grey levels, of full scale 1.
/// Texture cancels, the edges of a codec's blocks add up (the blockiness measure of Wang, Sheikh and Bovik, 2002, before its sums). Native
/// pixels, cut like <see cref="GridView"/>, so that a block's edge stands at the same place in every cell of 8.
/// </summary>
public static class StepsView
{
    private const double Most = 12 / 255.0;

    public static Mat Compute(ClipInput clip, int place)
    {
        using var tiles = GridView.Tiles(clip.Native[place], clip.Grid[place], clip.Size);
        using Mat grey = new(), luminance = new();
        Cv2.CvtColor(tiles, grey, ColorConversionCodes.BGR2GRAY);
        grey.ConvertTo(luminance, MatType.CV_32FC1, 1 / 255.0);
        using Mat across = Steps(luminance), turned = new();
        Cv2.Transpose(luminance, turned);
        using Mat down = Steps(turned), larger = new();
        Cv2.Transpose(down, down);
        Cv2.Max(across, down, larger);
        var view = new Mat();
        Cv2.Merge([across, down, larger], view);
        return view;
    }

    private static Mat Steps(Mat luminance)
    {
        using Mat before = Difference(luminance, -1, 1, 0, 0), here = Difference(luminance, 0, -1, 1, 0), after = Difference(luminance, 0, 0, -1, 1);
        var steps = new Mat();
        Cv2.AddWeighted(before, -0.5, after, -0.5, 0, steps);
        Cv2.Add(steps, here, steps);
        return steps;
    }

    // The weights stand at x(i-2), x(i-1), x(i), x(i+1).
    private static Mat Difference(Mat luminance, params float[] weights)
    {
        using var kernel = Mat.FromPixelData(1, 4, MatType.CV_32FC1, weights);
        var difference = new Mat();
        Cv2.Filter2D(luminance, difference, MatType.CV_32FC1, kernel, new Point(2, 0), 0, BorderTypes.Replicate);
        using var magnitude = difference.Abs().ToMat();
        Cv2.Min(magnitude, Most, difference);
        return difference;
    }
}
