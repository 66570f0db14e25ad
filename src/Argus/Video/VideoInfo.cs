using OpenCvSharp;

namespace Argus.Video;

/// <summary>What a video file says about itself, without decoding it.</summary>
/// <param name="Container">ffmpeg's name of the container's family, e.g. <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</param>
/// <param name="Encoder">What the file says wrote it; empty where it says nothing.</param>
/// <param name="Codec">ffmpeg's name of the codec.</param>
/// <param name="PixelFormat">ffmpeg's name of the pixel format.</param>
/// <param name="Width">Width of the coded picture, before <paramref name="RotationDegrees"/>.</param>
/// <param name="Height">Height of the coded picture.</param>
/// <param name="FrameTimesSeconds">When each frame is shown, ascending; the first is at 0.</param>
/// <param name="StartSeconds">The first frame's time in the file's own clock, which sound shares.</param>
/// <param name="BitsPerSecond">Bit rate of the video stream, from its packets' sizes.</param>
/// <param name="RotationDegrees">Display rotation; ffmpeg applies it when it decodes.</param>
/// <param name="Sound">Null for a video without sound.</param>
public sealed record VideoInfo(
    string Container,
    string Encoder,
    string Codec,
    string PixelFormat,
    int Width,
    int Height,
    double[] FrameTimesSeconds,
    double StartSeconds,
    double BitsPerSecond,
    int RotationDegrees,
    SoundInfo? Sound
)
{
    // A pixel that is less than half a percent from square is a rounding of one.
    private const double SquareTolerance = 0.005;

    /// <summary>The stream that is judged: its number in the file.</summary>
    public int Stream { get; init; }

    /// <summary>Width of a coded pixel over its height, as it is shown; 1 for square pixels.</summary>
    public double PixelAspect { get; init; } = 1;

    /// <summary>Whether a coded picture holds two moments, one in its odd and one in its even lines.</summary>
    public bool Interlaced { get; init; }

    /// <summary>ffmpeg's name of the transfer function; empty where the file says nothing.</summary>
    public string Transfer { get; init; } = "";

    /// <summary>When the file says it was made, as it stands there; empty where it says nothing.</summary>
    public string CreationTime { get; init; } = "";

    /// <summary>An MP4's or MOV's edit lists, as they stand there.</summary>
    public IReadOnlyList<EditListEntry> EditLists { get; init; } = [];

    /// <summary>
    /// When the file's clock starts again from another time, in <see cref="FrameTimesSeconds"/>, where it goes on.
    /// </summary>
    public IReadOnlyList<double> ClockRestartsSeconds { get; init; } = [];

    /// <summary>The first frame of each shot but the first, ascending; empty where nobody has looked yet.</summary>
    public IReadOnlyList<int> ShotStarts { get; init; } = [];

    /// <summary>What was done to its pictures and sound, or is missing of them, in words.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Frames of the video.</summary>
    public int FrameCount => FrameTimesSeconds.Length;

    /// <summary>From the first to the end of the last frame, which is taken to last as long as the average.</summary>
    public double DurationSeconds => FrameCount > 1 ? FrameTimesSeconds[^1] * FrameCount / (FrameCount - 1) : 0;

    /// <summary>Average; 0 for a single frame.</summary>
    public double FramesPerSecond =>
        FrameCount > 1 && FrameTimesSeconds[^1] > 0 ? (FrameCount - 1) / FrameTimesSeconds[^1] : 0;

    /// <summary>Whether it is in PQ or HLG (ITU-R BT.2100), which is mapped to a standard dynamic range.</summary>
    public bool HasHighDynamicRange => Transfer is "smpte2084" or "arib-std-b67";

    /// <summary>Whether its pixels are shown as they are coded.</summary>
    public bool HasSquarePixels => Math.Abs(PixelAspect - 1) < SquareTolerance;

    /// <summary>Width of the picture as it is shown.</summary>
    public int UprightWidth => RotationDegrees is 90 or 270 ? ShownHeight : ShownWidth;

    /// <summary>Height of the picture as it is shown.</summary>
    public int UprightHeight => RotationDegrees is 90 or 270 ? ShownWidth : ShownHeight;

    // With square pixels, before the rotation: the shorter side of a pixel is stretched, so that no detail is lost.
    private int ShownWidth => HasSquarePixels ? Width : (int)Math.Round(Width * Math.Max(1, PixelAspect));
    private int ShownHeight => HasSquarePixels ? Height : (int)Math.Round(Height / Math.Min(1, PixelAspect));

    /// <summary>
    /// Where a rectangle of the upright picture begins in the coded one, which ffmpeg turned counter-clockwise by the
    /// rotation. (Pixels that are not square are counted as they are shown; the codec's grid is lost with them.)
    /// </summary>
    public Point Coded(Rect upright) =>
        RotationDegrees switch
        {
            90 => new(ShownWidth - upright.Bottom, upright.X),
            180 => new(ShownWidth - upright.Right, ShownHeight - upright.Bottom),
            270 => new(upright.Y, ShownHeight - upright.Right),
            _ => upright.TopLeft,
        };
}

/// <summary>What a file says of its sound.</summary>
/// <param name="Codec">ffmpeg's name of the codec.</param>
/// <param name="SampleRateHz">As coded.</param>
/// <param name="Channels">As coded.</param>
public sealed record SoundInfo(string Codec, int SampleRateHz, int Channels)
{
    /// <summary>Samples of the encoder's own before the sound, of which the container says nothing.</summary>
    public int EncoderDelaySamples { get; init; }
}
