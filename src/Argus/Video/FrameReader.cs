using CliWrap;
using OpenCvSharp;

namespace Argus.Video;

/// <summary>Decodes chosen frames of a video through ffmpeg, once from the start, in order.</summary>
public static class FrameReader
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    /// <summary><c>linspace(first, last, count)</c> over a share of the frames, without repeats in short videos.</summary>
    public static int[] Choose(int frameCount, int count, double from, double to)
    {
        double first = from * (frameCount - 1), last = to * (frameCount - 1);
        return [.. Enumerable.Range(0, count)
            .Select(i => (int)(count == 1 ? first : first + (last - first) * i / (count - 1)))
            .Distinct()];
    }

    /// <summary>Calls <paramref name="onFrame"/> with each wanted frame (8-bit BGR, rotated for display); it owns the Mat.</summary>
    /// <param name="indices">Frame numbers from 0, ascending.</param>
    /// <exception cref="UnreadableVideoException">Not all of them could be decoded.</exception>
    public static async Task ReadAsync(string path, IReadOnlyList<int> indices, Action<int, Mat> onFrame, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        var read = 0;
        // Renumbering the chosen frames at a constant rate makes every ffmpeg version pass each on once. PPM says its own size.
        var select = $"select={string.Join('+', indices.Select(index => $"eq(n\\,{index})"))},setpts=N/25/TB";
        var (_, error) = await UnreadableVideoException.Limited(Ffmpeg.RunAsync(Ffmpeg.Program,
            ["-v", "error", "-nostdin", "-threads", "1", "-protocol_whitelist", "file,pipe", "-format_whitelist", Ffmpeg.Containers, "-i", "file:" + Path.GetFullPath(path), "-map", "0:v:0", "-an", "-sn",
             "-vf", select, "-r", "25", "-frames:v", $"{indices.Count}", "-pix_fmt", "rgb24", "-c:v", "ppm", "-f", "image2pipe", "pipe:1"],
            null, PipeTarget.Create(async (stream, token) =>
            {
                while (await PpmStream.ReadAsync(stream, token) is { } frame) onFrame(indices[read++], frame);
            }), limited.Token), "ffmpeg", Limit, cancel);
        if (read < indices.Count)
            throw new UnreadableVideoException($"only {read} of {indices.Count} wanted frames could be decoded: {VideoProbe.FirstLine(error)}");
    }
}

/// <summary>Binary PPM pictures (netpbm P6) one after another.</summary>
internal static class PpmStream
{
    public static async Task<Mat?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        if (await WordAsync(stream, cancel) is not { } magic) return null;
        if (magic != "P6") throw new UnreadableVideoException("ffmpeg wrote something that is no picture");
        var width = int.Parse((await WordAsync(stream, cancel))!);
        var height = int.Parse((await WordAsync(stream, cancel))!);
        await WordAsync(stream, cancel); // largest value, 255
        var bytes = new byte[width * height * 3];
        await stream.ReadExactlyAsync(bytes, cancel);
        using var rgb = Mat.FromPixelData(height, width, MatType.CV_8UC3, bytes);
        var bgr = new Mat();
        Cv2.CvtColor(rgb, bgr, ColorConversionCodes.RGB2BGR);
        return bgr;
    }

    private static async Task<string?> WordAsync(Stream stream, CancellationToken cancel)
    {
        var word = "";
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancel) == 1)
        {
            if (!char.IsWhiteSpace((char)one[0])) word += (char)one[0];
            else if (word.Length > 0) return word;
        }
        return word.Length > 0 ? word : null;
    }
}
