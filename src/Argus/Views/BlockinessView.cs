using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// Edges of a codec's blocks without the picture's texture. A step is how much further a pixel is from the one before
/// than its neighbours are from each other, |x(i) - x(i-1)| - (|x(i-1) - x(i-2)| + |x(i+1) - x(i)|) / 2 of the
/// luminance (after Wang, Sheikh and Bovik, 2002), each difference up to 12 grey levels of full scale 1. In every tile
/// of <see cref="GridView"/> steps are averaged over the pixels with one place in the cells of 8 (a block artifact
/// grid: Li, Yuan and Yu, 2009): to the right, downwards, and the larger of the two. A column of the first that stands
/// out is a grid of blocks, and where it stands is the grid's offset from the coded frame's.
/// </summary>
internal static class BlockinessView
{
    private const double Most = 12 / 255.0;

    public static Mat Compute(ClipInput clip, int place)
    {
        using var tiles = GridView.Tiles(clip.Native[place], clip.Grid[place], clip.Size);
        using Mat grey = new();
        using Mat luminance = new();
        Cv2.CvtColor(tiles, grey, ColorConversionCodes.BGR2GRAY);
        grey.ConvertTo(luminance, MatType.CV_32FC1, 1 / 255.0);
        using Mat across = Folded(luminance);
        using Mat turned = new();
        Cv2.Transpose(luminance, turned);
        using Mat down = Folded(turned);
        using Mat larger = new();
        Cv2.Transpose(down, down);
        Cv2.Max(across, down, larger);
        var view = new Mat();
        Cv2.Merge([across, down, larger], view);
        return view;
    }

    /// <summary>The step of every pixel from its left neighbour; luminance of full scale 1.</summary>
    internal static Mat Steps(Mat luminance)
    {
        using Mat before = Difference(luminance, -1, 1, 0, 0);
        using Mat here = Difference(luminance, 0, -1, 1, 0);
        using Mat after = Difference(luminance, 0, 0, -1, 1);
        var steps = new Mat();
        Cv2.AddWeighted(before, -0.5, after, -0.5, 0, steps);
        Cv2.Add(steps, here, steps);
        return steps;
    }

    // Each tile's columns become the mean of all its columns at the same place in a cell.
    private static Mat Folded(Mat luminance)
    {
        var steps = Steps(luminance);
        steps.GetArray(out float[] values);
        var size = steps.Width;
        var sums = new float[GridView.Block];
        for (var top = 0; top < size; top += GridView.TileSide)
        {
            for (var left = 0; left < size; left += GridView.TileSide)
            {
                int bottom = Math.Min(size, top + GridView.TileSide);
                int right = Math.Min(size, left + GridView.TileSide);
                Array.Clear(sums);
                for (var y = top; y < bottom; y++)
                {
                    for (var x = left; x < right; x++)
                        sums[x % GridView.Block] += values[y * size + x];
                }
                var count = (bottom - top) * (right - left) / GridView.Block;
                for (var y = top; y < bottom; y++)
                {
                    for (var x = left; x < right; x++)
                        values[y * size + x] = sums[x % GridView.Block] / count;
                }
            }
        }
        steps.SetArray(values);
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
