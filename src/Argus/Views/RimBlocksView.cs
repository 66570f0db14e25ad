using Argus.Faces;
using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// Whether a codec's blocks begin or end along an outline about the face. A row is a ring of <see cref="Rim"/>. What
/// <see cref="BlockinessView"/> averages over tiles is here averaged over a few cells of 8x8 pixels. Channels: the
/// absolute steps of the strongest of the seven grids beside the coded frame's, of both directions together; of the
/// coded frame's own grid to the right; of that grid downwards. Each grid is taken against the mean of all eight.
/// </summary>
internal static class RimBlocksView
{
    private const int Reach = 10;
    private const int Gap = 2;
    private const int Cell = GridView.Block; // rings; rings; pixels
    private const double Area = 0.6; // cells

    public static Mat Compute(ClipInput clip, int place)
    {
        Mat native = clip.Native[place];
        var first = new Point(GridView.Offset(clip.Grid[place].X), GridView.Offset(clip.Grid[place].Y));
        using Mat cells =
                native[
                    new Rect(
                        first.X,
                        first.Y,
                        (native.Width - first.X) / Cell * Cell,
                        (native.Height - first.Y) / Cell * Cell
                    )
                ],
            blocks = Blocks(cells);
        return Rim.Drawn(
            [
                .. Rim.Unrolled(blocks, FaceEllipse.Fit(clip.Landmarks[place]), Cell, first)
                    .Select(channel => Rim.Steps(channel, Reach, Gap).Select(Math.Abs).ToArray()),
            ],
            clip.Size
        );
    }

    private static Mat Blocks(Mat native)
    {
        using Mat grey = new();
        using Mat luminance = new();
        using Mat turned = new();
        Cv2.CvtColor(native, grey, ColorConversionCodes.BGR2GRAY);
        grey.ConvertTo(luminance, MatType.CV_32FC1, 1 / 255.0);
        Cv2.Transpose(luminance, turned);
        var right = Grids(luminance);
        var down = Grids(turned);
        using Mat beside = new();
        using Mat transposed = new();
        Cv2.Transpose(down.Beside, transposed);
        Cv2.Transpose(down.Own, down.Own);
        Cv2.Add(right.Beside, transposed, beside);
        var blocks = new Mat();
        Cv2.Merge([beside, right.Own, down.Own], blocks);
        foreach (var mat in new[] { right.Own, right.Beside, down.Own, down.Beside })
            mat.Dispose();
        return blocks;
    }

    // Blockiness of vertical lines, a value a cell.
    private static (Mat Own, Mat Beside) Grids(Mat luminance)
    {
        using var steps = BlockinessView.Steps(luminance);
        // A cell's row of pixels becomes a pixel of eight channels: one for every place in the cell.
        using var places = steps.Reshape(Cell);
        using Mat cells = new();
        using Mat mean = new();
        Cv2.Resize(
            places,
            cells,
            new Size(luminance.Width / Cell, luminance.Height / Cell),
            0,
            0,
            InterpolationFlags.Area
        );
        Cv2.GaussianBlur(cells, cells, new Size(0, 0), Area);
        var grids = Cv2.Split(cells);
        Cv2.Transform(cells, mean, Eighths);
        var beside = grids[1].Clone();
        foreach (var grid in grids.Skip(2))
            Cv2.Max(beside, grid, beside);
        Cv2.Subtract(beside, mean, beside);
        Cv2.Subtract(grids[0], mean, grids[0]);
        foreach (var grid in grids.Skip(1))
            grid.Dispose();
        return (grids[0], beside);
    }

    private static Mat Eighths =>
        Mat.FromPixelData(1, Cell, MatType.CV_32FC1, Enumerable.Repeat(1f / Cell, Cell).ToArray());
}
