using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Sound;

namespace Argus.Data.Stores;

/// <summary>
/// A row of the store's index: one video, what its file is like, and where its pictures and its sound are.
/// </summary>
public sealed class StoreRow
{
    private const int LandmarkNumbers = 10;

    public string Key { get; set; } = "";
    public string Dataset { get; set; } = "";
    public string Method { get; set; } = "";
    public string Id { get; set; } = "";

    /// <summary>The video file, relative to the dataset's root.</summary>
    public string Path { get; set; } = "";
    public int Label { get; set; }
    public string Group { get; set; } = "";

    /// <summary>Separated by spaces.</summary>
    public string Identities { get; set; } = "";
    public string Split { get; set; } = "";
    public string Compression { get; set; } = "";
    public int? Chunk { get; set; }
    public string? Original { get; set; }
    public string? Kind { get; set; }

    /// <summary>
    /// Size and change time (UTC ticks) of the video file: what tells a changed file from a known one.
    /// </summary>
    public long SourceBytes { get; set; }
    public long SourceTicks { get; set; }

    /// <summary>XxHash128 of the file: equal files have equal ones.</summary>
    public string SourceHash { get; set; } = "";

    /// <summary>
    /// 64-bit perceptual hashes (DCT of the luminance) of the first, middle and last picture decoded, hexadecimal,
    /// separated by spaces.
    /// </summary>
    public string PictureHashes { get; set; } = "";

    public string Container { get; set; } = "";
    public string Encoder { get; set; } = "";
    public string Codec { get; set; } = "";
    public string PixelFormat { get; set; } = "";

    /// <summary>Size of the coded picture, before the rotation.</summary>
    public int CodedWidth { get; set; }
    public int CodedHeight { get; set; }

    /// <summary>Counter-clockwise, as ffmpeg turns the coded picture for display: 0, 90, 180 or 270.</summary>
    public int RotationDegrees { get; set; }
    public double FramesPerSecond { get; set; }
    public int FrameCount { get; set; }
    public double DurationSeconds { get; set; }
    public double BitsPerSecond { get; set; }

    /// <summary>Mean luma quantizer at the start; H.264 and H.265 only.</summary>
    public double? Quantizer { get; set; }

    /// <summary>What was done to its pictures and sound, or is missing of them; null in earlier stores.</summary>
    public string? Remarks { get; set; }

    public string? SoundCodec { get; set; }
    public int? SoundSampleRateHz { get; set; }
    public int? SoundChannels { get; set; }

    /// <summary>Until the first 10 ms above -60 dBFS.</summary>
    public double? LeadingSilenceSeconds { get; set; }

    /// <summary>From, to, from, to, … in seconds, to 10 ms; null without sound.</summary>
    public List<double>? Speech { get; set; }

    /// <summary>
    /// Where the WAV's bytes (16 kHz mono, the first sample at the first frame's time) begin in the shard, and how many
    /// there are.
    /// </summary>
    public long? SoundOffset { get; set; }
    public int? SoundBytes { get; set; }

    /// <summary>Face tracks found; 0 for whole frames.</summary>
    public int Tracks { get; set; }

    /// <summary>The track whose crops are stored, and what it was chosen by.</summary>
    public int? Track { get; set; }
    public string? ChosenBy { get; set; }

    public string Shard { get; set; } = "";

    /// <summary>Where the shard goes on after this video.</summary>
    public long EndOffset { get; set; }
    public List<StoreFrame> Frames { get; set; } = [];

    public VideoItem ToItem() =>
        new(
            Dataset,
            Method,
            Id,
            Path,
            Label,
            Group,
            Identities.Split(' '),
            Enum.Parse<Split>(Split),
            Compression,
            Chunk,
            Original,
            Kind
        );

    /// <summary>What would lead a reader astray, in words; null for a row that Argus wrote.</summary>
    internal string? Fault()
    {
        string?[] texts = [Key, Dataset, Method, Id, Path, Group, Identities, Compression, Shard, Split];
        if (texts.Any(text => text is null) || Frames is null)
            return "a value is missing";
        if (!Enum.IsDefined(typeof(Split), Split))
            return $"the split is '{Split}'";
        if (Label is not (0 or 1))
            return $"the label is {Label}";
        // The shard lies in the store's own folder.
        if (System.IO.Path.GetFileName(Shard) != Shard || Shard.Contains('\0') || Shard.Length == 0)
            return $"the shard is called '{Shard}'";
        if (!IsInside(SoundOffset ?? 0, SoundBytes ?? 0) || SoundBytes < Wave.HeaderBytes)
            return "the sound lies outside the shard";
        if (!Frames.All(frame => frame.Bytes > 0 && IsInside(frame.Offset, frame.Bytes)))
            return "a picture lies outside the shard";
        return Frames.All(frame =>
            frame.Landmarks is { Count: 0 or LandmarkNumbers } && double.IsFinite(frame.TimeSeconds)
        )
            ? null
            : "a frame has no time or landmarks";
    }

    private bool IsInside(long offset, int bytes) => offset >= 0 && bytes >= 0 && offset <= EndOffset - bytes;

    internal static StoreRow Create(VideoItem item, FileStamp source) =>
        new()
        {
            Key = item.Key,
            Dataset = item.Dataset,
            Method = item.Method,
            Id = item.Id,
            Path = item.Path,
            Label = item.Label,
            Group = item.Group,
            Identities = string.Join(' ', item.Identities),
            Split = $"{item.Split ?? Datasets.Split.Train}",
            Compression = item.Compression,
            Chunk = item.Chunk,
            Original = item.Original,
            Kind = item.Kind,
            SourceBytes = source.Bytes,
            SourceTicks = source.Ticks,
        };
}

/// <summary>
/// One stored picture. A clip is the frames with one clip number; with one frame a clip it is the special case T = 1.
/// </summary>
public sealed class StoreFrame
{
    public int Clip { get; set; }

    /// <summary>Place within the clip, from 0.</summary>
    public int Place { get; set; }

    /// <summary>Number of the frame in the video, from 0, and when it is shown after the first.</summary>
    public int SourceFrame { get; set; }
    public double TimeSeconds { get; set; }

    /// <summary>The picture's rectangle in the decoded (upright) frame, in pixels.</summary>
    public int X { get; set; }
    public int Y { get; set; }
    public int Width { get; set; }
    public int Height { get; set; }

    /// <summary>
    /// The rectangle's corner with the lowest coordinates in the coded frame: modulo 8 it is the offset of the codec's
    /// grid.
    /// </summary>
    public int CodedX { get; set; }
    public int CodedY { get; set; }

    /// <summary>
    /// x, y of the right eye, left eye, nose, right and left corner of the mouth, in the stored picture's pixels; empty
    /// for whole frames.
    /// </summary>
    public List<float> Landmarks { get; set; } = [];

    /// <summary>The face detector's, 0 to 1; null for whole frames.</summary>
    public double? Score { get; set; }

    /// <summary>Where the picture's bytes begin in the shard, and how many there are.</summary>
    public long Offset { get; set; }
    public int Bytes { get; set; }

    /// <summary>The row of a picture that was read.</summary>
    internal static StoreFrame Create(int clip, int place, ReadFrame frame) =>
        new()
        {
            Clip = clip,
            Place = place,
            SourceFrame = frame.SourceFrame,
            TimeSeconds = frame.TimeSeconds,
            X = frame.Rectangle.X,
            Y = frame.Rectangle.Y,
            Width = frame.Rectangle.Width,
            Height = frame.Rectangle.Height,
            CodedX = frame.Coded.X,
            CodedY = frame.Coded.Y,
            Landmarks = [.. frame.Landmarks],
            Score = frame.Score,
        };
}

/// <summary>
/// What tells whether a video is in the store as it is now: some of <see cref="StoreRow"/>'s columns, which is faster
/// read.
/// </summary>
internal sealed class KnownVideo
{
    public string Key { get; set; } = "";
    public string Split { get; set; } = "";
    public long SourceBytes { get; set; }
    public long SourceTicks { get; set; }
    public string Shard { get; set; } = "";
    public long EndOffset { get; set; }

    public static KnownVideo Create(StoreRow row) =>
        new()
        {
            Key = row.Key,
            Split = row.Split,
            SourceBytes = row.SourceBytes,
            SourceTicks = row.SourceTicks,
            Shard = row.Shard,
            EndOffset = row.EndOffset,
        };
}
