using System.Text.Json;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Faces;
using Argus.Recipes;
using Argus.Sound;
using Argus.Video;
using OpenCvSharp;
using OpenCvSharp.ImgHash;

namespace Argus.Data.Stores;

/// <summary>A picture ready to be written, and its line in the index.</summary>
internal sealed record PreparedPicture(StoreFrame Frame, byte[] Bytes);

/// <summary>A video decoded into pictures and sound, ready to be written.</summary>
internal sealed record PreparedVideo(
    StoreRow Row,
    byte[] Json,
    byte[]? Wave,
    string Extension,
    IReadOnlyList<PreparedPicture> Pictures
)
{
    public long Bytes =>
        Pictures.Sum(picture => picture.Bytes.Length + ShardWriter.MemberBytes)
        + (Wave?.Length ?? 0)
        + Json.Length
        + 2 * ShardWriter.MemberBytes;
}

/// <summary>A video to prepare, and what else tells which of its faces the label is about.</summary>
internal sealed record PreparationTask(VideoItem Item, string Path, string? Mask, string? Original);

/// <summary>Reads one video into what the options ask for, in one pass. Not safe for parallel use.</summary>
/// <param name="options">What the store holds.</param>
/// <param name="input">What is done to whole pictures before they are stored.</param>
/// <param name="detector">Finds faces; null for a store of whole pictures.</param>
/// <param name="scratch">A folder for what exists only while it is read; its names end with <c>.partial</c>.</param>
internal sealed class VideoPreparation(StoreOptions options, ModelInput input, FaceDetector? detector, string scratch)
    : IDisposable
{
    private const int PictureHashes = 3;

    // Rows of camera pictures resemble the row above; with run lengths this takes half the time of zlib's lowest level,
    // and less space.
    private static readonly ImageEncodingParam[] Png =
    [
        new(ImwriteFlags.PngCompression, 1),
        new(ImwriteFlags.PngStrategy, (int)ImwritePNGFlags.StrategyRLE),
        new((ImwriteFlags)PngFilter, PngFilterUp),
    ];
    private static readonly ImageEncodingParam[] Jpeg =
    [
        new(ImwriteFlags.JpegQuality, 100),
        new((ImwriteFlags)JpegSampling, JpegSampling444),
    ];

    // OpenCV's numbers that the wrapper has no names for.
    private const int PngFilter = 19;
    private const int PngFilterUp = 32;
    private const int JpegSampling = 7;
    private const int JpegSampling444 = 0x111111;

    private readonly PHash pictureHash = PHash.Create();

    /// <summary>The video's pictures, sound and row.</summary>
    /// <exception cref="UnreadableVideoException">
    /// The video gives no usable picture; the reason is for the report.
    /// </exception>
    public async Task<PreparedVideo> RunAsync(PreparationTask task, CancellationToken cancel)
    {
        // The frames that are hashed do not depend on how many are stored, so that two sides' hashes are comparable.
        var reader = new ClipReader(detector, scratch)
        {
            WithSound = options.Sound,
            // What is named as a video and holds a picture is damaged, or was never meant.
            AcceptPictures = !VideoFolder.HasVideoName(task.Path),
            Watch = new FrameWatch(count => FrameReader.Choose(count, PictureHashes, options.From, options.To), Hash),
        };
        var request = options.CreateRequest(task.Item.Split ?? Split.Train, input);
        using var reading = await reader.ReadAsync(task.Path, [request], cancel);
        var row = await DescribeAsync(task, reading, cancel);
        row.PictureHashes = string.Join(' ', reading.Watched);
        var clips = detector is null ? reading.PictureClips(0) : await ChooseFaceAsync(task, reading, row, cancel);
        var pictures = Encode(clips);
        row.Frames = [.. pictures.Select(picture => picture.Frame)];
        return new PreparedVideo(
            row,
            JsonSerializer.SerializeToUtf8Bytes(row, StoreFolder.MemberJson),
            reading.Sound is { } sound ? Wave.Write(sound.Samples, FrameReader.SampleRateHz) : null,
            Extension,
            pictures
        );
    }

    // The clips of the face that the label is about.
    private static async Task<IReadOnlyList<ReadClip>> ChooseFaceAsync(
        PreparationTask task,
        ClipReading reading,
        StoreRow row,
        CancellationToken cancel
    )
    {
        if (reading.Tracks.Count == 0)
            throw new UnreadableVideoException($"no face was found in {reading.FaceFrames} frames");
        var (subject, evidence) = await SubjectTrack.ChooseAsync(reading.Tracks, task.Mask, task.Original, cancel);
        row.Tracks = reading.Tracks.Count;
        row.Track = subject.Track.Number;
        row.ChosenBy = $"{evidence}";
        return reading.FaceClips(0, subject) is { Count: > 0 } clips
            ? clips
            : throw new UnreadableVideoException($"no face stays for a clip of {reading.ClipFrames(0)} frames");
    }

    // A frame of several clips is encoded once.
    private List<PreparedPicture> Encode(IReadOnlyList<ReadClip> clips)
    {
        var encoded = new Dictionary<Mat, byte[]>(ReferenceEqualityComparer.Instance);
        var pictures = new List<PreparedPicture>();
        foreach (var clip in clips)
        {
            for (var place = 0; place < clip.Frames.Count; place++)
            {
                var frame = clip.Frames[place];
                if (!encoded.TryGetValue(frame.Picture, out var bytes))
                    encoded[frame.Picture] = bytes = Encode(frame.Picture);
                pictures.Add(new PreparedPicture(StoreFrame.Create(clip.Number, place, frame), bytes));
            }
        }
        return pictures;
    }

    private byte[] Encode(Mat picture)
    {
        Cv2.ImEncode($".{Extension}", picture, out var bytes, IsJpeg ? Jpeg : Png);
        return bytes;
    }

    private bool IsJpeg => options.Format == RecipeSchema.Word(PictureFormat.Jpeg);
    private string Extension => IsJpeg ? "jpg" : "png";

    private string Hash(Mat frame)
    {
        using var small = new Mat();
        Cv2.Resize(frame, small, new Size(64, 64), 0, 0, InterpolationFlags.Area);
        using var hash = new Mat();
        pictureHash.Compute(small, hash);
        hash.GetArray(out byte[] bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static async Task<StoreRow> DescribeAsync(
        PreparationTask task,
        ClipReading reading,
        CancellationToken cancel
    )
    {
        var stamp = FileStamp.Read(task.Path) ?? throw new UnreadableVideoException("it is gone");
        var row = StoreRow.Create(task.Item, stamp);
        try
        {
            row.SourceHash = await FileHash.XxHash128Async(task.Path, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableVideoException(error.Message);
        }
        var info = reading.Info;
        row.Container = info.Container;
        row.Encoder = info.Encoder;
        row.Codec = info.Codec;
        row.PixelFormat = info.PixelFormat;
        row.CodedWidth = info.Width;
        row.CodedHeight = info.Height;
        row.RotationDegrees = info.RotationDegrees;
        row.FramesPerSecond = info.FramesPerSecond;
        row.FrameCount = info.FrameCount;
        row.DurationSeconds = info.DurationSeconds;
        row.BitsPerSecond = info.BitsPerSecond;
        row.Quantizer = reading.Quantizer;
        row.Remarks = string.Join("; ", info.Remarks);
        if (reading.Sound is { } sound)
        {
            row.SoundCodec = info.Sound!.Codec;
            row.SoundSampleRateHz = info.Sound.SampleRateHz;
            row.SoundChannels = info.Sound.Channels;
            row.LeadingSilenceSeconds = VoiceActivity.LeadingSilence(sound.Samples, FrameReader.SampleRateHz);
            row.Speech = [.. sound.Speech];
        }
        return row;
    }

    /// <summary>Frees the face detector.</summary>
    public void Dispose()
    {
        detector?.Dispose();
        pictureHash.Dispose();
    }
}
