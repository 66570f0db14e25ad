using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// What a 3x3 median takes away, per channel, of native pixels: edges and noise as the camera, or a resampling, left
/// them. RGB, of full scale 1; cut like <see cref="GridView"/>, because resizing would average it away.
/// </summary>
internal static class ResidualView
{
    public static Mat Compute(ClipInput clip, int place)
    {
        using var median = new Mat();
        Cv2.MedianBlur(clip.Native[place], median, 3);
        using var residual = new Mat();
        Cv2.Subtract(clip.Native[place], median, residual, null, MatType.CV_32F);
        using var tiles = GridView.Tiles(residual, clip.Grid[place], clip.Size);
        var view = new Mat();
        Cv2.CvtColor(tiles, tiles, ColorConversionCodes.BGR2RGB);
        tiles.ConvertTo(view, MatType.CV_32FC3, 1 / 255.0);
        return view;
    }
}
