using OpenCvSharp;

namespace Argus.Views;

/// <summary>What views are computed from: one clip as it was stored, and as the model's input size has it.</summary>
/// <param name="Native">T crops, 8-bit BGR, never resampled, all of one size.</param>
/// <param name="Frames">The same at the input's size, after the geometric augmentations, not enhanced; empty until <see cref="ClipPreprocessing"/> made them.</param>
/// <param name="Landmarks">Of each native crop: right eye, left eye, nose, right and left corner of the mouth, in its pixels.</param>
/// <param name="Grid">The native crops' corner in the coded frame: where the codec's 8x8 grid lies.</param>
/// <param name="Times">When each frame is shown, in seconds of the sound.</param>
/// <param name="Sound">16 kHz mono in -1..1; empty for a video without.</param>
public sealed record ClipInput(IReadOnlyList<Mat> Native, IReadOnlyList<Mat> Frames, IReadOnlyList<Point2f[]> Landmarks, IReadOnlyList<Point> Grid, IReadOnlyList<double> Times, ReadOnlyMemory<float> Sound) : IDisposable
{
    private LogMel? mel;

    public int Size => Frames[0].Width;

    /// <summary>The frame at a place; beyond the clip's ends the nearest one.</summary>
    public Mat Frame(int place) => Frames[Math.Clamp(place, 0, Frames.Count - 1)];

    /// <summary>Of the sound around the clip; computed once.</summary>
    internal LogMel Mel => mel ??= LogMel.Of(Sound.Span, Times[0] - LogMel.MarginSeconds, Times[^1] + LogMel.MarginSeconds);

    public void Dispose()
    {
        foreach (var picture in Native.Concat(Frames)) picture.Dispose();
    }
}
