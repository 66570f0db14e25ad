using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using CliWrap;
using OpenCvSharp;

namespace Argus.Video;

/// <summary>
/// Decodes chosen frames of a video through ffmpeg, once from the start, in order; on request also its sound.
/// </summary>
public static partial class FrameReader
{
    /// <summary>Rate of all sound that is read.</summary>
    public const int SampleRateHz = 16_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    // Slices at the start that are looked at for their quantizer: enough for every type of frame.
    private const double QuantizerSeconds = 0.5;

    /// <summary>
    /// <c>linspace(first, last, count)</c> over a share of the frames, without repeats in short videos.
    /// </summary>
    public static int[] Choose(int frameCount, int count, double from, double to)
    {
        double first = from * (frameCount - 1);
        double last = to * (frameCount - 1);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => (int)(count == 1 ? first : first + (last - first) * i / (count - 1)))
                .Distinct(),
        ];
    }

    /// <summary>
    /// Calls <paramref name="onFrame"/> with each wanted frame (8-bit BGR, rotated for display); it owns the Mat.
    /// </summary>
    /// <param name="indices">Frame numbers from 0, ascending.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="onFrame">Takes a frame and owns it.</param>
    /// <param name="path">The video.</param>
    /// <exception cref="UnreadableVideoException">Not all of them could be decoded.</exception>
    public static async Task ReadAsync(
        string path,
        IReadOnlyList<int> indices,
        Action<int, Mat> onFrame,
        CancellationToken cancel
    )
    {
        var (read, error) = await RunAsync(path, indices, [], onFrame, cancel);
        Check(read, indices, error);
    }

    /// <summary>
    /// Calls <paramref name="onFrame"/> with each wanted frame (8-bit BGR, rotated for display), which owns the Mat;
    /// the next one is decoded when its task is done.
    /// </summary>
    /// <param name="path">The video.</param>
    /// <param name="indices">Frame numbers from 0, ascending.</param>
    /// <param name="onFrame">Takes the frame's number and the frame.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="UnreadableVideoException">Not all of them could be decoded.</exception>
    public static async Task ReadAsync(
        string path,
        IReadOnlyList<int> indices,
        Func<int, Mat, Task> onFrame,
        CancellationToken cancel
    )
    {
        var (read, error) = await RunAsync(path, indices, [], onFrame, cancel);
        Check(read, indices, error);
    }

    /// <summary>
    /// Calls <paramref name="onFrame"/> with each wanted frame, and takes the sound in the same pass: 16-bit mono at
    /// <see cref="SampleRateHz"/> whose first sample belongs
    /// to the first frame's time (padded or cut there, and where the sound has gaps), as long as the video at most.
    /// </summary>
    /// <param name="soundFile">Where raw samples are written; not written for a video without usable sound.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="onFrame">Takes a frame and owns it.</param>
    /// <param name="path">The video.</param>
    /// <param name="indices">Frame numbers from 0, ascending.</param>
    /// <param name="info">What ffprobe said of it.</param>
    /// <returns>The mean luma quantizer of the first half second's slices (H.264 and H.265; else null).</returns>
    public static async Task<double?> ReadAsync(
        string path,
        VideoInfo info,
        IReadOnlyList<int> indices,
        string soundFile,
        Action<int, Mat> onFrame,
        CancellationToken cancel
    )
    {
        List<string> more = [];
        // Stream copy through a filter that says each header field it sees; nothing is decoded for it.
        if (info.Codec is "h264" or "hevc")
            more.AddRange([
                "-map",
                "0:V:0",
                "-c:v",
                "copy",
                "-bsf:v",
                "trace_headers",
                "-t",
                Seconds(QuantizerSeconds),
                "-f",
                "null",
                "-",
            ]);
        if (info.Sound is not null && info.DurationSeconds > 0)
        {
            var first = (long)Math.Round(info.StartSeconds * SampleRateHz);
            var end = Seconds(info.StartSeconds + info.DurationSeconds);
            more.AddRange([
                "-map",
                "0:a:0",
                "-vn",
                "-ac",
                "1",
                "-af",
                $"aresample={SampleRateHz}:async=1:first_pts={first},atrim=end={end}",
                "-f",
                "s16le",
                soundFile,
            ]);
        }
        var (read, error) = await RunAsync(path, indices, more, onFrame, cancel);
        if (read == 0 && more.Count > 0)
        {
            // Sound that ffmpeg cannot decode must not cost the pictures.
            File.Delete(soundFile);
            (read, error) = await RunAsync(path, indices, [], onFrame, cancel);
        }
        Check(read, indices, error);
        return Quantizer(error);
    }

    private static Task<(int Read, string Error)> RunAsync(
        string path,
        IReadOnlyList<int> indices,
        IEnumerable<string> more,
        Action<int, Mat> onFrame,
        CancellationToken cancel
    ) =>
        RunAsync(
            path,
            indices,
            more,
            (index, frame) =>
            {
                onFrame(index, frame);
                return Task.CompletedTask;
            },
            cancel
        );

    private static async Task<(int Read, string Error)> RunAsync(
        string path,
        IReadOnlyList<int> indices,
        IEnumerable<string> more,
        Func<int, Mat, Task> onFrame,
        CancellationToken cancel
    )
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        var read = 0;
        // Renumbering the chosen frames at a constant rate makes every ffmpeg version pass each on once. PPM says its
        // own size.
        var select = $"select={Chosen(indices, 0, indices.Count)},setpts=N/25/TB";
        var (_, error) = await UnreadableVideoException.Limited(
            Ffmpeg.RunAsync(
                Ffmpeg.Program,
                [
                    "-hide_banner",
                    "-nostats",
                    "-v",
                    more.Any() ? "level+info" : "level+error",
                    "-nostdin",
                    "-y",
                    "-threads",
                    "1",
                    "-copyts",
                    "-protocol_whitelist",
                    "file,pipe",
                    "-format_whitelist",
                    Ffmpeg.Containers,
                    "-i",
                    "file:" + Path.GetFullPath(path),
                    "-map",
                    "0:V:0",
                    "-an",
                    "-sn",
                    "-vf",
                    select,
                    "-r",
                    "25",
                    "-frames:v",
                    $"{indices.Count}",
                    "-pix_fmt",
                    "rgb24",
                    "-c:v",
                    "ppm",
                    "-f",
                    "image2pipe",
                    "pipe:1",
                    .. more,
                ],
                null,
                PipeTarget.Create(
                    async (stream, token) =>
                    {
                        while (await PpmStream.ReadAsync(stream, token) is { } frame)
                            await onFrame(indices[read++], frame);
                    }
                ),
                limited.Token,
                limited: true
            ),
            "ffmpeg",
            Limit,
            cancel
        );
        return (read, error);
    }

    // A search by halves: a sum of many terms is deeper than ffmpeg's expressions may be, and slower.
    private static string Chosen(IReadOnlyList<int> indices, int from, int to)
    {
        if (to - from == 1)
            return $"eq(n\\,{indices[from]})";
        var middle = (from + to) / 2;
        return $"if(lt(n\\,{indices[middle]})\\,{Chosen(indices, from, middle)}\\,{Chosen(indices, middle, to)})";
    }

    private static void Check(int read, IReadOnlyList<int> indices, string error)
    {
        if (read >= indices.Count)
            return;
        var complaints = error
            .Split('\n')
            .Where(line =>
                line.Contains("[error]", StringComparison.Ordinal) || line.Contains("[fatal]", StringComparison.Ordinal)
            );
        throw new UnreadableVideoException(
            $"only {read} of {indices.Count} wanted frames could be decoded: "
                + $"{VideoProbe.FirstLine(string.Join('\n', complaints))}"
        );
    }

    // QP = 26 + what the picture's parameters say + what the slice says (ITU-T H.264 7.4.3, H.265 7.4.7.1).
    private static double? Quantizer(string log)
    {
        double initial = 26;
        double sum = 0;
        var slices = 0;
        foreach (Match field in QuantizerField().Matches(log))
        {
            var value = int.Parse(field.Groups[2].Value, CultureInfo.InvariantCulture);
            if (field.Groups[1].Value == "slice_qp_delta")
            {
                sum = sum + initial + value;
                slices = slices + 1;
            }
            else
                initial = 26 + value;
        }
        return slices == 0 ? null : sum / slices;
    }

    private static string Seconds(double seconds) => seconds.ToString("0.######", CultureInfo.InvariantCulture);

    [GeneratedRegex(@" (init_qp_minus26|pic_init_qp_minus26|slice_qp_delta) +[01]+ = (-?\d+)")]
    private static partial Regex QuantizerField();
}

/// <summary>Binary PPM pictures (netpbm P6) one after another.</summary>
internal static class PpmStream
{
    public static async Task<Mat?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        if (await WordAsync(stream, cancel) is not { } magic)
            return null;
        if (magic != "P6")
            throw new UnreadableVideoException("ffmpeg wrote something that is no picture");
        var width = int.Parse((await WordAsync(stream, cancel))!, CultureInfo.InvariantCulture);
        var height = int.Parse((await WordAsync(stream, cancel))!, CultureInfo.InvariantCulture);
        await WordAsync(stream, cancel); // largest value, 255
        // Pictures of a few megabytes, one after another: a borrowed buffer keeps them out of the garbage collector's
        // way.
        var bytes = ArrayPool<byte>.Shared.Rent(width * height * 3);
        try
        {
            await stream.ReadExactlyAsync(bytes.AsMemory(0, width * height * 3), cancel);
            using var rgb = Mat.FromPixelData(height, width, MatType.CV_8UC3, bytes);
            var bgr = new Mat();
            Cv2.CvtColor(rgb, bgr, ColorConversionCodes.RGB2BGR);
            return bgr;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static async Task<string?> WordAsync(Stream stream, CancellationToken cancel)
    {
        var word = "";
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancel) == 1)
        {
            if (!char.IsWhiteSpace((char)one[0]))
                word += (char)one[0];
            else if (word.Length > 0)
                return word;
        }
        return word.Length > 0 ? word : null;
    }
}
