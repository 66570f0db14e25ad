using System.Text.Json;
using CliWrap;

namespace Argus.Video;

/// <summary>What a video file says about itself, without decoding it.</summary>
/// <param name="FrameTimesSeconds">Presentation time of every frame that is shown, ascending.</param>
/// <param name="RotationDegrees">Display rotation; ffmpeg applies it when it decodes.</param>
public sealed record VideoInfo(string Codec, int Width, int Height, double[] FrameTimesSeconds, double DurationSeconds, bool HasAudio, int RotationDegrees)
{
    public int FrameCount => FrameTimesSeconds.Length;
}

/// <summary>Reads <see cref="VideoInfo"/> through ffprobe.</summary>
public static class VideoProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <exception cref="UnreadableVideoException">The file is not a video that ffprobe understands.</exception>
    public static async Task<VideoInfo> ReadAsync(string path, CancellationToken cancel)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > 0 } file)
            throw new UnreadableVideoException(File.Exists(path) ? "the file is empty" : "the file does not exist");
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        var output = new MemoryStream();
        var (exitCode, error) = await UnreadableVideoException.Limited(Ffmpeg.RunAsync(Ffmpeg.Probe,
            ["-v", "error", "-protocol_whitelist", "file", "-format_whitelist", Ffmpeg.Containers, "-show_entries",
             "stream=index,codec_type,codec_name,width,height:stream_disposition=attached_pic:stream_side_data=rotation:format=duration:packet=stream_index,pts_time,flags",
             "-of", "json", "file:" + file.FullName], null, PipeTarget.ToStream(output), limited.Token), "ffprobe", Limit, cancel);
        if (exitCode != 0) throw new UnreadableVideoException(FirstLine(error));

        output.Position = 0;
        using var json = await JsonDocument.ParseAsync(output, cancellationToken: cancel);
        var streams = json.RootElement.GetProperty("streams").EnumerateArray().ToList();
        var video = streams.FirstOrDefault(s => Text(s, "codec_type") == "video" && !IsCover(s));
        if (video.ValueKind == JsonValueKind.Undefined) throw new UnreadableVideoException("it has no video stream");

        var index = video.GetProperty("index").GetInt32();
        var times = json.RootElement.TryGetProperty("packets", out var packets)
            ? packets.EnumerateArray()
                .Where(p => p.GetProperty("stream_index").GetInt32() == index && !(Text(p, "flags") ?? "").Contains('D'))
                .Select((p, i) => Text(p, "pts_time") is { } time ? double.Parse(time) : i).Order().ToArray()
            : [];
        if (times.Length == 0) throw new UnreadableVideoException("its video stream holds no frame");
        var format = json.RootElement.GetProperty("format");
        return new VideoInfo(
            Text(video, "codec_name") ?? "unknown",
            video.TryGetProperty("width", out var width) ? width.GetInt32() : 0,
            video.TryGetProperty("height", out var height) ? height.GetInt32() : 0,
            times,
            Text(format, "duration") is { } duration && double.TryParse(duration, out var seconds) ? seconds : times[^1],
            streams.Any(s => Text(s, "codec_type") == "audio"),
            Rotation(video));
    }

    private static bool IsCover(JsonElement stream) =>
        stream.TryGetProperty("disposition", out var disposition) && disposition.TryGetProperty("attached_pic", out var cover) && cover.GetInt32() == 1;

    private static int Rotation(JsonElement stream) => stream.TryGetProperty("side_data_list", out var list)
        ? list.EnumerateArray().Select(data => data.TryGetProperty("rotation", out var degrees) ? degrees.GetInt32() : 0).FirstOrDefault(degrees => degrees != 0)
        : 0;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>The first thing that ffmpeg said, without the part's name and memory address before it.</summary>
    internal static string FirstLine(string error) =>
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line[(line.StartsWith('[') ? line.IndexOf("] ", StringComparison.Ordinal) + 1 : 0)..].Trim())
            .FirstOrDefault(line => line.Length > 0) ?? "ffmpeg gave no reason";
}

/// <summary>A video that cannot be used, with the reason; it is reported and left out, never replaced by a black frame.</summary>
public sealed class UnreadableVideoException(string reason) : ArgusException(reason)
{
    /// <summary>Turns the end of a time limit into a reason; a cancelled request stays a cancellation.</summary>
    internal static async Task<T> Limited<T>(Task<T> work, string program, TimeSpan limit, CancellationToken cancel)
    {
        try
        {
            return await work;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new UnreadableVideoException($"{program} did not finish within {limit.TotalMinutes:0} minutes");
        }
    }
}
