using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// Native pixels on the codec's 8x8 grid, never resampled: tiles of 32 pixels from all over the crop, in their order,
/// so that face and surroundings are both in it whatever the face's size. RGB in 0..1.
/// </summary>
internal static class GridView
{
    internal const int Block = 8;
    internal const int TileSide = 32;

    public static Mat Compute(ClipInput clip, int place)
    {
        using var tiles = Tiles(clip.Native[place], clip.Grid[place], clip.Size);
        var view = new Mat();
        Cv2.CvtColor(tiles, tiles, ColorConversionCodes.BGR2RGB);
        tiles.ConvertTo(view, MatType.CV_32FC3, 1 / 255.0);
        return view;
    }

    /// <summary>
    /// A square of native pixels whose corners, and those of its tiles, lie on the coded frame's grid. A crop that is
    /// too small for tiles apart is taken as it is, and padded by reflection.
    /// </summary>
    /// <param name="corner">The crop's corner in the coded frame.</param>
    /// <param name="size">Side of the result; a multiple of 8.</param>
    /// <param name="native">A picture at native size.</param>
    internal static Mat Tiles(Mat native, Point corner, int size)
    {
        var first = new Point(Offset(corner.X), Offset(corner.Y));
        int width = native.Width - first.X;
        int height = native.Height - first.Y;
        if (width < size || height < size)
        {
            using var part = native.SubMat(new Rect(first.X, first.Y, Math.Min(width, size), Math.Min(height, size)));
            return Padded(part, size);
        }
        var view = new Mat(size, size, native.Type());
        foreach (var (toY, fromY) in Places(size, height))
        {
            foreach (var (toX, fromX) in Places(size, width))
            {
                var tileWidth = Math.Min(TileSide, size - toX);
                var tileHeight = Math.Min(TileSide, size - toY);
                using var from = native.SubMat(new Rect(first.X + fromX, first.Y + fromY, tileWidth, tileHeight));
                using var to = view.SubMat(new Rect(toX, toY, tileWidth, tileHeight));
                from.CopyTo(to);
            }
        }
        return view;
    }

    /// <summary>Pixels to the next line of the grid.</summary>
    internal static int Offset(int corner) => (Block - corner % Block) % Block;

    // Tiles stand side by side in the view, and evenly apart, on the grid, in the crop.
    private static IEnumerable<(int To, int From)> Places(int size, int length)
    {
        var count = (size + TileSide - 1) / TileSide;
        for (var i = 0; i < count; i++)
        {
            var last = length - Math.Min(TileSide, size - (count - 1) * TileSide);
            yield return (i * TileSide, count == 1 ? 0 : i * last / (count - 1) / Block * Block);
        }
    }

    // Reflection reaches once around at most; very small faces are reflected again and again.
    private static Mat Padded(Mat part, int size)
    {
        var padded = part.Clone();
        var width = padded.Width;
        var height = padded.Height;
        while (width < size || height < size)
        {
            var right = Math.Min(size - width, width);
            var bottom = Math.Min(size - height, height);
            width = width + right;
            height = height + bottom;
            var larger = new Mat();
            Cv2.CopyMakeBorder(padded, larger, 0, bottom, 0, right, BorderTypes.Reflect);
            padded.Dispose();
            padded = larger;
        }
        return padded;
    }
}
