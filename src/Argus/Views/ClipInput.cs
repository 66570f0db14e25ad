using OpenCvSharp;

namespace Argus.Views;

/// <summary>What views are computed from: one clip as it was stored, and as the model's input size has it.</summary>
/// <param name="Native">T crops, 8-bit BGR, never resampled, all of one size.</param>
/// <param name="Frames">
/// The pictures at the input's size, after the geometric augmentations, not enhanced; empty until
/// <c>ClipPreprocessing</c> made them.
/// </param>
/// <param name="Landmarks">
/// Points of each native crop: right eye, left eye, nose, right and left corner of the mouth, in its pixels.
/// </param>
/// <param name="Grid">The native crops' corner in the coded frame: where the codec's 8x8 grid lies.</param>
/// <param name="Times">When each frame is shown, in seconds of the sound.</param>
/// <param name="Sound">16 kHz mono in -1..1; empty for a video without.</param>
public sealed record ClipInput(
    IReadOnlyList<Mat> Native,
    IReadOnlyList<Mat> Frames,
    IReadOnlyList<Point2f[]> Landmarks,
    IReadOnlyList<Point> Grid,
    IReadOnlyList<double> Times,
    ReadOnlyMemory<float> Sound
) : IDisposable
{
    private readonly Dictionary<string, Mat> made = [];
    private LogMel? mel;

    // What was computed from a clip does not go along to a changed one.
    private ClipInput(ClipInput other)
    {
        made = [];
        Native = other.Native;
        Frames = other.Frames;
        Landmarks = other.Landmarks;
        Grid = other.Grid;
        Times = other.Times;
        Sound = other.Sound;
    }

    /// <summary>Side of the frames in pixels.</summary>
    public int Size => Frames[0].Width;

    /// <summary>Points of x, y, x, y, …</summary>
    public static Point2f[] ToPoints(IReadOnlyList<float> coordinates) =>
        [.. coordinates.Chunk(2).Select(point => new Point2f(point[0], point[1]))];

    /// <summary>The frame at a place; beyond the clip's ends the nearest one.</summary>
    public Mat Frame(int place) => Frames[Math.Clamp(place, 0, Frames.Count - 1)];

    /// <summary>Log-mel spectrogram of the sound around the clip; computed once.</summary>
    internal LogMel Mel =>
        mel ??= LogMel.Compute(Sound.Span, Times[0] - LogMel.MarginSeconds, Times[^1] + LogMel.MarginSeconds);

    /// <summary>What several frames or views need is made once, and is the clip's.</summary>
    internal Mat Once(string name, Func<Mat> make) =>
        made.TryGetValue(name, out var known) ? known : made[name] = make();

    /// <summary>Frees the frames and what was made of them, not the native pictures.</summary>
    internal void DisposeFrames()
    {
        foreach (var picture in Frames.Concat(made.Values))
            picture.Dispose();
        made.Clear();
    }

    /// <summary>Frees all pictures.</summary>
    public void Dispose()
    {
        foreach (var picture in Native)
            picture.Dispose();
        DisposeFrames();
    }
}
