using System.Runtime.InteropServices;
using System.Text.Json;
using Argus.Datasets;
using Argus.Faces;
using Argus.Imaging;
using Argus.Sound;
using Argus.Video;
using OpenCvSharp;

namespace Argus.Stores;

/// <summary>A video decoded into pictures and sound, ready to be written.</summary>
internal sealed record PreparedVideo(
    StoreRow Row,
    byte[] Json,
    byte[]? Wave,
    string Extension,
    IReadOnlyList<(StoreFrame Frame, byte[] Bytes)> Pictures
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

/// <summary>Decodes one video into what the options ask for, in one pass. Not safe for parallel use.</summary>
/// <param name="scratch">A folder for what exists only while it is read; its names end with <c>.partial</c>.</param>
internal sealed class VideoPreparation(
    StoreOptions options,
    Preprocessing preprocessing,
    FaceDetector? detector,
    string scratch
) : IDisposable
{
    private const int PictureHashes = 3;

    // Rows of camera pictures resemble the row above; with run lengths this takes half the time of zlib's lowest level, and less space.
    private static readonly ImageEncodingParam[] Png =
    [
        new(ImwriteFlags.PngCompression, 1),
        new(ImwriteFlags.PngStrategy, (int)ImwritePNGFlags.StrategyRLE),
        new((ImwriteFlags)PngFilter, PngFilterUp),
    ];
    private const int PngFilter = 19,
        PngFilterUp = 32,
        JpegSampling = 7,
        JpegSampling444 = 0x111111; // not named by the wrapper
    private static readonly ImageEncodingParam[] Jpeg =
    [
        new(ImwriteFlags.JpegQuality, 100),
        new((ImwriteFlags)JpegSampling, JpegSampling444),
    ];

    private readonly OpenCvSharp.ImgHash.PHash pictureHash = OpenCvSharp.ImgHash.PHash.Create();
    private readonly string soundFile = System.IO.Path.Combine(scratch, $"sound-{Guid.NewGuid():n}.partial");

    /// <exception cref="UnreadableVideoException">The video gives no usable picture; the reason is for the report.</exception>
    public async Task<PreparedVideo> RunAsync(PreparationTask task, CancellationToken cancel)
    {
        var info = await VideoProbe.ReadAsync(task.Path, cancel);
        var row = await DescribeAsync(task, info, cancel);
        var plan = ClipPlan.Choose(
            info.FrameTimesSeconds,
            options.ClipsFor(task.Item.Split ?? Split.Train),
            options.ClipFrames,
            options.ClipRate ?? 1,
            options.From,
            options.To
        );
        try
        {
            var pictures = detector is null
                ? await WholeFramesAsync(task, info, plan, row, cancel)
                : await FacesAsync(task, info, plan, row, cancel);
            var wave = File.Exists(soundFile) ? AddSound(row, info) : null;
            row.Frames = [.. pictures.Select(picture => picture.Frame)];
            return new PreparedVideo(
                row,
                JsonSerializer.SerializeToUtf8Bytes(row, StoreFolder.MemberJson),
                wave,
                Extension,
                pictures
            );
        }
        catch (Exception error)
            when (error is EndOfStreamException or FormatException or ArgumentNullException or OpenCVException)
        {
            // ffmpeg ended within a picture, or the picture is none that can be worked on.
            throw new UnreadableVideoException($"its pictures could not be read: {error.Message}");
        }
        finally
        {
            File.Delete(soundFile);
        }
    }

    private async Task<List<(StoreFrame Frame, byte[] Bytes)>> WholeFramesAsync(
        PreparationTask task,
        VideoInfo info,
        ClipPlan plan,
        StoreRow row,
        CancellationToken cancel
    )
    {
        var pictures = new List<(StoreFrame Frame, byte[] Bytes)>();
        await DecodeAsync(
            task,
            info,
            plan.Frames,
            row,
            (index, frame) =>
            {
                using var owned = frame;
                if (plan.Uses(index).Count == 0)
                    return;
                using var picture = preprocessing.BeforeStoring(frame);
                var bytes = Encode(picture);
                pictures.AddRange(
                    plan.Uses(index)
                        .Select(use => (Frame(info, use, index, new Rect(0, 0, frame.Width, frame.Height)), bytes))
                );
            },
            cancel
        );
        return [.. pictures.OrderBy(picture => picture.Frame.Clip).ThenBy(picture => picture.Frame.Place)];
    }

    private async Task<List<(StoreFrame Frame, byte[] Bytes)>> FacesAsync(
        PreparationTask task,
        VideoInfo info,
        ClipPlan plan,
        StoreRow row,
        CancellationToken cancel
    )
    {
        using var cutter = new FaceCutter(detector!, options.FaceMargin!.Value, plan, info.FrameTimesSeconds);
        await DecodeAsync(task, info, FaceCutter.Looks(plan, info.FrameTimesSeconds), row, cutter.Add, cancel);
        var tracks = cutter.Finish();
        try
        {
            if (tracks.Count == 0)
                throw new UnreadableVideoException($"no face was found in {plan.Frames.Count} frames");
            var (subject, evidence) = await SubjectTrack.ChooseAsync(tracks, task.Mask, task.Original, cancel);
            (row.Tracks, row.Track, row.ChosenBy) = (tracks.Count, subject.Track.Number, $"{evidence}");
            // A clip whose face leaves the picture is none.
            var clips = subject
                .Crops.GroupBy(crop => crop.Clip)
                .Where(clip => clip.Count() == options.ClipFrames)
                .OrderBy(clip => clip.Key)
                .ToList();
            if (clips.Count == 0)
                throw new UnreadableVideoException($"no face stays for a clip of {options.ClipFrames} frames");
            return [.. clips.SelectMany(clip => clip.OrderBy(crop => crop.Place)).Select(crop => Picture(info, crop))];
        }
        finally
        {
            foreach (var crop in tracks.SelectMany(track => track.Crops))
                crop.Picture.Dispose();
        }
    }

    private async Task DecodeAsync(
        PreparationTask task,
        VideoInfo info,
        IReadOnlyList<int> frames,
        StoreRow row,
        Action<int, Mat> onFrame,
        CancellationToken cancel
    )
    {
        // The same ones however many frames are stored, so that two sides' hashes are comparable.
        var hashed = FrameReader.Choose(info.FrameCount, PictureHashes, options.From, options.To);
        var hashes = new List<string>();
        row.Quantizer = await FrameReader.ReadAsync(
            task.Path,
            options.Sound ? info : info with { Sound = null },
            [.. frames.Union(hashed).Order()],
            soundFile,
            (index, frame) =>
            {
                if (hashed.Contains(index))
                    hashes.Add(Hash(frame));
                onFrame(index, frame);
            },
            cancel
        );
        row.PictureHashes = string.Join(' ', hashes);
    }

    private (StoreFrame Frame, byte[] Bytes) Picture(VideoInfo info, FaceCrop crop)
    {
        var frame = Frame(info, (crop.Clip, crop.Place), crop.SourceFrame, crop.Square);
        using var picture = crop.Limited(options.LargestCrop, out var landmarks);
        (frame.Score, frame.Landmarks) = (Math.Round(crop.Face.Score, 3), landmarks);
        return (frame, Encode(picture));
    }

    private static StoreFrame Frame(VideoInfo info, (int Clip, int Place) use, int index, Rect rectangle)
    {
        var coded = info.Coded(rectangle);
        return new StoreFrame
        {
            Clip = use.Clip,
            Place = use.Place,
            SourceFrame = index,
            TimeSeconds = Math.Round(info.FrameTimesSeconds[index], 6),
            X = rectangle.X,
            Y = rectangle.Y,
            Width = rectangle.Width,
            Height = rectangle.Height,
            CodedX = coded.X,
            CodedY = coded.Y,
        };
    }

    private string Extension => options.Format == "jpeg" ? "jpg" : "png";

    private byte[] Encode(Mat picture)
    {
        Cv2.ImEncode($".{Extension}", picture, out var bytes, options.Format == "jpeg" ? Jpeg : Png);
        return bytes;
    }

    private string Hash(Mat frame)
    {
        using var small = new Mat();
        Cv2.Resize(frame, small, new Size(64, 64), 0, 0, InterpolationFlags.Area);
        using var hash = new Mat();
        pictureHash.Compute(small, hash);
        hash.GetArray(out byte[] bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private byte[]? AddSound(StoreRow row, VideoInfo info)
    {
        var samples = MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(soundFile));
        if (samples.Length == 0)
            return null;
        (row.SoundCodec, row.SoundSampleRateHz, row.SoundChannels) = (
            info.Sound!.Codec,
            info.Sound.SampleRateHz,
            info.Sound.Channels
        );
        row.LeadingSilenceSeconds = VoiceActivity.LeadingSilence(samples, FrameReader.SampleRateHz);
        row.Speech = [.. VoiceActivity.Speech(samples, FrameReader.SampleRateHz)];
        return Wave.Write(samples, FrameReader.SampleRateHz);
    }

    private static async Task<StoreRow> DescribeAsync(PreparationTask task, VideoInfo info, CancellationToken cancel)
    {
        var row = StoreRow.For(task.Item, new FileInfo(task.Path));
        try
        {
            row.SourceHash = await FileHash.XxHash128Async(task.Path, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableVideoException(error.Message);
        }
        (row.Container, row.Encoder, row.Codec, row.PixelFormat) = (
            info.Container,
            info.Encoder,
            info.Codec,
            info.PixelFormat
        );
        (row.CodedWidth, row.CodedHeight, row.RotationDegrees) = (info.Width, info.Height, info.RotationDegrees);
        (row.FramesPerSecond, row.FrameCount, row.DurationSeconds, row.BitsPerSecond) = (
            info.FramesPerSecond,
            info.FrameCount,
            info.DurationSeconds,
            info.BitsPerSecond
        );
        return row;
    }

    public void Dispose()
    {
        detector?.Dispose();
        pictureHash.Dispose();
    }
}
