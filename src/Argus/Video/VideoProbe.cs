using System.Globalization;
using System.Text.Json;
using CliWrap;
using OpenCvSharp;

namespace Argus.Video;

/// <summary>What a video file says about itself, without decoding it.</summary>
/// <param name="Container">ffmpeg's name of the container's family, e.g. <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</param>
/// <param name="Encoder">What the file says wrote it; empty where it says nothing.</param>
/// <param name="Width">Width of the coded picture, before <paramref name="RotationDegrees"/>.</param>
/// <param name="FrameTimesSeconds">When each frame is shown, ascending; the first is at 0.</param>
/// <param name="StartSeconds">The first frame's time in the file's own clock, which sound shares.</param>
/// <param name="BitsPerSecond">Bit rate of the video stream, from its packets' sizes.</param>
/// <param name="RotationDegrees">Display rotation; ffmpeg applies it when it decodes.</param>
/// <param name="Sound">Null for a video without sound.</param>
/// <param name="Height">Height of the coded picture.</param>
/// <param name="PixelFormat">ffmpeg's name of the pixel format.</param>
/// <param name="Codec">ffmpeg's name of the codec.</param>
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
    /// <summary>Frames of the video.</summary>
    public int FrameCount => FrameTimesSeconds.Length;

    /// <summary>From the first to the end of the last frame, which is taken to last as long as the average.</summary>
    public double DurationSeconds => FrameCount > 1 ? FrameTimesSeconds[^1] * FrameCount / (FrameCount - 1) : 0;

    /// <summary>Average; 0 for a single frame.</summary>
    public double FramesPerSecond =>
        FrameCount > 1 && FrameTimesSeconds[^1] > 0 ? (FrameCount - 1) / FrameTimesSeconds[^1] : 0;

    /// <summary>Width of the picture as it is shown.</summary>
    public int UprightWidth => RotationDegrees is 90 or 270 ? Height : Width;

    /// <summary>Height of the picture as it is shown.</summary>
    public int UprightHeight => RotationDegrees is 90 or 270 ? Width : Height;

    /// <summary>
    /// Where a rectangle of the upright picture begins in the coded one, which ffmpeg turned counter-clockwise by the
    /// rotation.
    /// </summary>
    public Point Coded(Rect upright) =>
        RotationDegrees switch
        {
            90 => new(Width - upright.Bottom, upright.X),
            180 => new(Width - upright.Right, Height - upright.Bottom),
            270 => new(upright.Y, Height - upright.Right),
            _ => upright.TopLeft,
        };
}

/// <summary>What a file says of its sound.</summary>
/// <param name="Codec">ffmpeg's name of the codec.</param>
/// <param name="SampleRateHz">As coded.</param>
/// <param name="Channels">As coded.</param>
public sealed record SoundInfo(string Codec, int SampleRateHz, int Channels);

/// <summary>Reads <see cref="VideoInfo"/> through ffprobe.</summary>
public static class VideoProbe
{
    // 8K and more. What claims to be larger is a mistake or an attack.
    private const long LargestPixels = 64L << 20;
    private const long LargestDescription = 128L << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <param name="longestSeconds">No more is looked at; null: all.</param>
    /// <param name="path">The video.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="UnreadableVideoException">
    /// The file is not a video that ffprobe understands, or longer than that.
    /// </exception>
    public static async Task<VideoInfo> ReadAsync(string path, CancellationToken cancel, double? longestSeconds = null)
    {
        if (new FileInfo(path) is not { Exists: true } file)
            throw new UnreadableVideoException(
                Directory.Exists(path) ? "it is a folder" : UnreadableVideoException.WhyMissing(path)
            );
        if (LeadsNowhere(file))
            throw new UnreadableVideoException("the link leads nowhere");
        if (file.Length == 0 && file.LinkTarget is null)
            throw new UnreadableVideoException("the file is empty");
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        using var output = new MemoryStream();
        var (exitCode, error) = await UnreadableVideoException.Limited(
            Ffmpeg.RunAsync(
                Ffmpeg.Probe,
                [
                    "-v",
                    "error",
                    "-protocol_whitelist",
                    "file",
                    "-format_whitelist",
                    Ffmpeg.Containers,
                    .. longestSeconds is { } longest
                        ? ["-read_intervals", string.Create(CultureInfo.InvariantCulture, $"%+{longest + 1}")]
                        : Array.Empty<string>(),
                    "-show_entries",
                    "stream=index,codec_type,codec_name,pix_fmt,width,height,avg_frame_rate,sample_rate,channels:"
                        + "stream_disposition=attached_pic:stream_tags=encoder,rotate:stream_side_data=rotation:"
                        + "format=format_name,duration:format_tags=encoder:"
                        + "packet=stream_index,pts_time,dts_time,size,flags",
                    "-of",
                    "json=compact=1",
                    "file:" + file.FullName,
                ],
                null,
                PipeTarget.Create((stream, token) => KeepAsync(stream, output, token)),
                limited.Token,
                limited: true
            ),
            "ffprobe",
            Limit,
            cancel
        );
        if (error.Contains("not on whitelist", StringComparison.Ordinal))
            throw new UnreadableVideoException("it is no video, or in a container that is not read");
        if (exitCode != 0)
            throw new UnreadableVideoException(FirstLine(error));
        try
        {
            using var json = JsonDocument.Parse(output.GetBuffer().AsMemory(0, (int)output.Length));
            var info = Read(json.RootElement);
            // What comes after a gap was not listed, but counts in what the container says.
            var said =
                Text(json.RootElement.GetProperty("format"), "duration") is { } text
                && double.TryParse(text, CultureInfo.InvariantCulture, out var seconds)
                    ? seconds
                    : 0;
            return Math.Max(said, info.DurationSeconds) <= (longestSeconds ?? double.MaxValue)
                ? info
                : throw new UnreadableVideoException(
                    $"it is longer than {TimeSpan.FromSeconds(longestSeconds!.Value):h\\:mm\\:ss}"
                );
        }
        catch (JsonException)
        {
            throw new UnreadableVideoException("ffprobe described it in a way that is not understood");
        }
    }

    // An hour of an ordinary video is described in 20 MB.
    private static async Task KeepAsync(Stream from, MemoryStream to, CancellationToken cancel)
    {
        var buffer = new byte[1 << 16];
        while (await from.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            if (to.Length + count > LargestDescription)
                throw new UnreadableVideoException("it has more frames than are looked at: over a million");
            to.Write(buffer, 0, count);
        }
    }

    private static bool LeadsNowhere(FileInfo file)
    {
        try
        {
            return file.ResolveLinkTarget(returnFinalTarget: true) is { Exists: false };
        }
        catch (IOException)
        {
            return true; // round in a circle
        }
    }

    private static VideoInfo Read(JsonElement root)
    {
        var streams = root.GetProperty("streams").EnumerateArray().ToList();
        var video = streams.FirstOrDefault(s =>
            Text(s, "codec_type") == "video" && Number(s, "disposition", "attached_pic") != 1
        );
        if (video.ValueKind == JsonValueKind.Undefined)
            throw new UnreadableVideoException("it has no video stream");
        var width = (int)Number(video, "width");
        var height = (int)Number(video, "height");
        if ((long)width * height > LargestPixels)
            throw new UnreadableVideoException(
                $"its pictures are said to be {width} x {height}; more than {LargestPixels >> 20} megapixels "
                    + "are not decoded"
            );

        var index = Number(video, "index");
        var times = new List<double?>();
        var decodeTimes = new List<double?>();
        long bytes = 0;
        foreach (var packet in root.TryGetProperty("packets", out var packets) ? packets.EnumerateArray() : default)
        {
            if (Number(packet, "stream_index") != index || (Text(packet, "flags") ?? "").Contains('D'))
                continue;
            times.Add(Time(packet, "pts_time"));
            decodeTimes.Add(Time(packet, "dts_time"));
            bytes += long.Parse(Text(packet, "size") ?? "0", CultureInfo.InvariantCulture);
        }
        if (times.Count == 0)
            throw new UnreadableVideoException("its video stream holds no frame");
        // AVI says when frames are decoded, and of some when they are shown; in that order both count the same frames.
        var shown = AllOrNull(times) ?? AllOrNull(decodeTimes) ?? [.. times.Select((_, i) => i / Rate(video))];
        Array.Sort(shown);
        var start = shown[0];
        var format = root.GetProperty("format");
        var info = new VideoInfo(
            Text(format, "format_name") ?? "unknown",
            Text(Tags(video), "encoder") ?? Text(Tags(format), "encoder") ?? "",
            Text(video, "codec_name") ?? "unknown",
            Text(video, "pix_fmt") ?? "unknown",
            width,
            height,
            [.. shown.Select(time => time - start)],
            start,
            0,
            Rotation(video),
            Sound(streams)
        );
        return info with { BitsPerSecond = info.DurationSeconds > 0 ? bytes * 8 / info.DurationSeconds : 0 };
    }

    private static double? Time(JsonElement packet, string name) =>
        Text(packet, name) is { } time ? double.Parse(time, CultureInfo.InvariantCulture) : null;

    private static double[]? AllOrNull(List<double?> times) =>
        times.All(time => time is not null) ? [.. times.Select(time => time!.Value)] : null;

    // "30000/1001"; 25 where the stream says nothing, as ffmpeg takes it.
    private static double Rate(JsonElement stream) =>
        Text(stream, "avg_frame_rate")?.Split('/') is [var frames, var seconds]
        && double.TryParse(frames, CultureInfo.InvariantCulture, out var f)
        && double.TryParse(seconds, CultureInfo.InvariantCulture, out var s)
        && f > 0
        && s > 0
            ? f / s
            : 25;

    private static SoundInfo? Sound(List<JsonElement> streams) =>
        streams
            .Where(stream => Text(stream, "codec_type") == "audio")
            .Select(stream => new SoundInfo(
                Text(stream, "codec_name") ?? "unknown",
                int.Parse(Text(stream, "sample_rate") ?? "0", CultureInfo.InvariantCulture),
                (int)Number(stream, "channels")
            ))
            .FirstOrDefault(sound => sound.SampleRateHz > 0 && sound.Channels > 0);

    private static int Rotation(JsonElement stream)
    {
        var said = stream.TryGetProperty("side_data_list", out var list)
            ? list.EnumerateArray()
                .Select(data => (int)Number(data, "rotation"))
                .FirstOrDefault(degrees => degrees != 0)
            : 0;
        return ((said % 360) + 360) % 360;
    }

    private static JsonElement Tags(JsonElement element) =>
        element.TryGetProperty("tags", out var tags) ? tags : default;

    private static long Number(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (!element.TryGetProperty(name, out element))
                return 0;
        }
        return element.TryGetInt64(out var value) ? value : 0;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value.GetString()
            : null;

    /// <summary>
    /// The first thing that ffmpeg complained of, without the part's name, memory address and level before it.
    /// </summary>
    internal static string FirstLine(string error) =>
        error
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => Ffmpeg.LinePrefix().Replace(line, "").Trim())
            .FirstOrDefault(line => line.Length > 0)
        ?? "ffmpeg gave no reason";
}
