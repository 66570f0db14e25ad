using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// The sound around a frame, 0.64 s, a syllable or two: log-mel, its first and its second difference in time. Low bands
/// at the bottom, time to the right, 10 ms a column.
/// </summary>
internal static class MelView
{
    private const int Columns = 64;

    public static Mat Compute(ClipInput clip, int place)
    {
        var mel = clip.Mel;
        var first = (int)Math.Round(clip.Times[place] / LogMel.HopSeconds) - Columns / 2;
        float Change(int column, int band) => (mel[column + 1, band] - mel[column - 1, band]) / 2;
        using var small = new Mat<Vec3f>(LogMel.Bands, Columns);
        var indexer = small.GetIndexer();
        for (var column = 0; column < Columns; column++)
        {
            for (var band = 0; band < LogMel.Bands; band++)
            {
                var k = first + column;
                indexer[LogMel.Bands - 1 - band, column] = new Vec3f(
                    mel[k, band],
                    Change(k, band),
                    (Change(k + 1, band) - Change(k - 1, band)) / 2
                );
            }
        }
        var view = new Mat();
        Cv2.Resize(small, view, new Size(clip.Size, clip.Size), 0, 0, InterpolationFlags.Linear);
        return view;
    }
}
