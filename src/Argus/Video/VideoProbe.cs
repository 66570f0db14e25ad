using System.Globalization;
using System.Text.Json;
using CliWrap;

namespace Argus.Video;

/// <summary>Reads <see cref="VideoInfo"/> through ffprobe.</summary>
public static class VideoProbe
{
    // 8K and more. What claims to be larger is a mistake or an attack.
    internal const long LargestPixels = 64L << 20;

    // Of a video of which less is there nobody can say what it shows.
    internal const double LeastPresentShare = 0.5;
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
        var info = Parse(await DescribeAsync(path, longestSeconds, cancel), longestSeconds);
        if (!info.Container.StartsWith("mov", StringComparison.Ordinal))
            return info;
        info = info with { EditLists = MovieBoxes.ReadEditLists(path) };
        var movies = MovieBoxes.Count(path);
        return movies > 1
            ? info with
            {
                Remarks =
                [
                    .. info.Remarks,
                    $"{movies} videos were joined in it byte for byte; only the first was judged",
                ],
            }
            : info;
    }

    /// <summary>What ffprobe says of a file, as JSON.</summary>
    /// <exception cref="UnreadableVideoException">The file is not a video that ffprobe understands.</exception>
    internal static async Task<ReadOnlyMemory<byte>> DescribeAsync(
        string path,
        double? longestSeconds,
        CancellationToken cancel
    )
    {
        if (new FileInfo(path) is not { Exists: true } file)
            throw new UnreadableVideoException(
                Directory.Exists(path) ? "it is a folder" : UnreadableVideoException.WhyMissing(path)
            );
        if (LeadsNowhere(file))
            throw new UnreadableVideoException("the link leads nowhere");
        if (file.Length == 0 && file.LinkTarget is null)
            throw new UnreadableVideoException("the file is empty, or a pipe; save what comes from a pipe first");
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        using var output = new MemoryStream();
        var (exitCode, error) = await UnreadableVideoException.Limited(
            Ffmpeg.RunAsync(
                Ffmpeg.Probe,
                [
                    "-v",
                    "error",
                    .. longestSeconds is { } longest
                        ? ["-read_intervals", string.Create(CultureInfo.InvariantCulture, $"%+{longest + 1}")]
                        : Array.Empty<string>(),
                    "-show_entries",
                    "stream=index,codec_type,codec_name,pix_fmt,width,height,sample_aspect_ratio,field_order,"
                        + "color_transfer,avg_frame_rate,nb_frames,sample_rate,channels:"
                        + "stream_disposition=default,attached_pic,timed_thumbnails,still_image:"
                        + "stream_tags=encoder,rotate:stream_side_data=rotation:"
                        + "format=format_name,duration:format_tags=encoder,creation_time:"
                        + "packet=stream_index,pts_time,dts_time,size,flags",
                    "-of",
                    "json=compact=1",
                    .. Ffmpeg.Input(path),
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
        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <summary>What ffprobe's JSON says.</summary>
    /// <param name="description">In UTF-8.</param>
    /// <param name="longestSeconds">No longer video is accepted; null: any.</param>
    /// <exception cref="UnreadableVideoException">It describes nothing that can be judged.</exception>
    internal static VideoInfo Parse(ReadOnlyMemory<byte> description, double? longestSeconds)
    {
        try
        {
            using var json = JsonDocument.Parse(description);
            var info = Read(json.RootElement, mayBeCut: longestSeconds is null);
            // What comes after a gap was not listed, but counts in what the container says.
            var said =
                Text(json.RootElement.GetProperty("format"), "duration") is { } text
                && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                    ? seconds
                    : 0;
            return Math.Max(said, info.DurationSeconds) <= (longestSeconds ?? double.MaxValue)
                ? info
                : throw new UnreadableVideoException(
                    $"it is longer than {TimeSpan.FromSeconds(longestSeconds!.Value):h\\:mm\\:ss}"
                );
        }
        catch (Exception error)
            when (error
                    is JsonException
                        or FormatException
                        or OverflowException
                        or InvalidOperationException
                        or KeyNotFoundException
            )
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

    private static VideoInfo Read(JsonElement root, bool mayBeCut)
    {
        var streams = root.GetProperty("streams").EnumerateArray().ToList();
        var packets = (root.TryGetProperty("packets", out var list) ? list.EnumerateArray() : default).ToLookup(
            packet => Number(packet, "stream_index")
        );
        var video = ChooseStream(streams, packets);
        var width = checked((int)Number(video, "width"));
        var height = checked((int)Number(video, "height"));
        if (width <= 0 || height <= 0)
            throw new UnreadableVideoException("its pictures have no size");
        if ((long)width * height > LargestPixels)
            throw new UnreadableVideoException(
                $"its pictures are said to be {width} x {height}; more than {LargestPixels >> 20} megapixels "
                    + "are not decoded"
            );
        var frames = packets[Number(video, "index")].Where(packet => !IsDiscarded(packet)).ToList();
        if (frames.Count == 0)
            throw new UnreadableVideoException("its video stream holds no frame");
        var format = root.GetProperty("format");
        var container = Text(format, "format_name") ?? "unknown";
        var decodeTimes = frames.Select(packet => Time(packet, "dts_time")).ToList();
        // AVI says when frames are decoded, and of some when they are shown; in that order both count the same frames.
        var shown =
            AllOrNull(frames.Select(packet => Time(packet, "pts_time")).ToList())
            ?? AllOrNull(decodeTimes)
            ?? [.. frames.Select((_, i) => i / Rate(video))];
        if (!shown.All(double.IsFinite))
            throw new FormatException("a time is no number");
        var restarts = ClockRestarts.Join(shown, decodeTimes, ClockRestarts.MayJump(container));
        Array.Sort(shown);
        var start = shown[0];
        var info = new VideoInfo(
            container,
            Text(Tags(video), "encoder") ?? Text(Tags(format), "encoder") ?? "",
            Text(video, "codec_name") ?? "unknown",
            Text(video, "pix_fmt") ?? "unknown",
            width,
            height,
            [.. shown.Select(time => time - start)],
            start,
            0,
            Rotation(video),
            Sound(streams, packets, container, start)
        )
        {
            Stream = (int)Number(video, "index"),
            PixelAspect = PixelAspect(video),
            Interlaced = Text(video, "field_order") is "tt" or "bb" or "tb" or "bt",
            Transfer = Text(video, "color_transfer") ?? "",
            CreationTime = Text(Tags(format), "creation_time") ?? "",
            ClockRestartsSeconds = [.. restarts.Select(time => time - start)],
        };
        var bytes = frames.Sum(packet => long.Parse(Text(packet, "size") ?? "0", CultureInfo.InvariantCulture));
        return info with
        {
            BitsPerSecond = info.DurationSeconds > 0 ? bytes * 8 / info.DurationSeconds : 0,
            Remarks =
            [
                .. DisplayFilters.Describe(info),
                .. mayBeCut && container.StartsWith("mov", StringComparison.Ordinal)
                    ? CheckEnd(video, packets[Number(video, "index")].Count())
                    : [],
            ],
        };
    }

    // MP4 and MOV say how many frames they have. (AVI says so too, and twice as many where frames are out of order.)
    private static string[] CheckEnd(JsonElement video, int present)
    {
        if (!int.TryParse(Text(video, "nb_frames"), CultureInfo.InvariantCulture, out var announced))
            return [];
        if (present < LeastPresentShare * announced)
            throw new UnreadableVideoException(
                $"it is cut off: of {announced} frames that it announces {present} are there"
            );
        return present < announced
            ? [$"it is cut off: of {announced} frames that it announces {present} are there; those were judged"]
            : [];
    }

    // What a player would show: a moving picture before a still one, the one that is marked as the default, the first.
    private static JsonElement ChooseStream(List<JsonElement> streams, ILookup<long, JsonElement> packets)
    {
        var video = streams
            .Where(stream =>
                Text(stream, "codec_type") == "video"
                && Number(stream, "disposition", "attached_pic") != 1
                && Number(stream, "disposition", "timed_thumbnails") != 1
            )
            .OrderByDescending(stream => packets[Number(stream, "index")].Skip(1).Any())
            .ThenByDescending(stream => Number(stream, "disposition", "default"))
            .FirstOrDefault();
        return video.ValueKind == JsonValueKind.Undefined
            ? throw new UnreadableVideoException("it has no video stream")
            : video;
    }

    private static double? Time(JsonElement packet, string name) =>
        Text(packet, name) is { } text
        && double.TryParse(text, CultureInfo.InvariantCulture, out var time)
        && double.IsFinite(time)
            ? time
            : null;

    private static double[]? AllOrNull(List<double?> times) =>
        times.All(time => time is not null) ? [.. times.Select(time => time!.Value)] : null;

    // "64:45"; "0:1" and nothing mean square.
    private static double PixelAspect(JsonElement stream) =>
        Text(stream, "sample_aspect_ratio")?.Split(':') is [var width, var height]
        && double.TryParse(width, CultureInfo.InvariantCulture, out var w)
        && double.TryParse(height, CultureInfo.InvariantCulture, out var h)
        && w > 0
        && h > 0
            ? w / h
            : 1;

    // "30000/1001"; 25 where the stream says nothing, as ffmpeg takes it.
    private static double Rate(JsonElement stream) =>
        Text(stream, "avg_frame_rate")?.Split('/') is [var frames, var seconds]
        && double.TryParse(frames, NumberStyles.Float, CultureInfo.InvariantCulture, out var f)
        && double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var s)
        && f > 0
        && s > 0
            ? f / s
            : 25;

    private static SoundInfo? Sound(
        List<JsonElement> streams,
        ILookup<long, JsonElement> packets,
        string container,
        double start
    ) =>
        streams
            .Where(stream => Text(stream, "codec_type") == "audio")
            .Select(stream => new SoundInfo(
                Text(stream, "codec_name") ?? "unknown",
                int.Parse(Text(stream, "sample_rate") ?? "0", CultureInfo.InvariantCulture),
                (int)Number(stream, "channels")
            )
            {
                EncoderDelaySamples =
                    Text(stream, "codec_name") == "aac"
                    && LacksEncoderDelay.Any(container.Contains)
                    && packets[Number(stream, "index")].FirstOrDefault() is { ValueKind: JsonValueKind.Object } first
                    && !IsDiscarded(first)
                    && Time(first, "pts_time") >= start
                        ? AacDelaySamples
                        : 0,
            })
            .FirstOrDefault(sound => sound.SampleRateHz > 0 && sound.Channels > 0);

    // Every AAC encoder begins with a frame of what comes before the sound. MP4's edit list says so (its packets are
    // marked to be discarded, or begin before the pictures), Matroska's and MPEG's times take it into account; these
    // containers, or an MP4 without edit list, cannot say it.
    private static readonly string[] LacksEncoderDelay = ["mov", "flv", "avi"];
    private const int AacDelaySamples = 1024;

    private static bool IsDiscarded(JsonElement packet) => (Text(packet, "flags") ?? "").Contains('D');

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
