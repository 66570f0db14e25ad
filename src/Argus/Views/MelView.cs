using OpenCvSharp;

namespace Argus.Views;

/// <summary>The sound around a frame: log-mel, its first and its second difference in time. Low bands at the bottom, time to the right.</summary>
public static class MelView
{
    private const int Columns = 64;

    /// <summary>0.64 s: a syllable or two, 10 ms a column.</summary>
    public static Mat Near(ClipInput clip, int place) => Compute(clip, place, 1);

    /// <summary>2.56 s: some words, 40 ms a column (their mean).</summary>
    public static Mat Wide(ClipInput clip, int place) => Compute(clip, place, 4);

    private static Mat Compute(ClipInput clip, int place, int step)
    {
        var mel = clip.Mel;
        var middle = (int)Math.Round(clip.Times[place] / LogMel.HopSeconds);
        // One column more on either side, for the differences.
        var values = new float[Columns + 4, LogMel.Bands];
        for (var column = 0; column < Columns + 4; column++)
        {
            var from = middle + (column - 2 - Columns / 2) * step;
            for (var band = 0; band < LogMel.Bands; band++)
            {
                for (var k = 0; k < step; k++) values[column, band] += mel[from + k, band] / step;
            }
        }
        float First(int column, int band) => (values[column + 1, band] - values[column - 1, band]) / 2;
        using var small = new Mat<Vec3f>(LogMel.Bands, Columns);
        var indexer = small.GetIndexer();
        for (var column = 0; column < Columns; column++)
        {
            for (var band = 0; band < LogMel.Bands; band++)
                indexer[LogMel.Bands - 1 - band, column] = new Vec3f(values[column + 2, band], First(column + 2, band), (First(column + 3, band) - First(column + 1, band)) / 2);
        }
        var view = new Mat();
        Cv2.Resize(small, view, new Size(clip.Size, clip.Size), 0, 0, InterpolationFlags.Linear);
        return view;
    }
}
