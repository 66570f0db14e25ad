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

    // The first and the last frame have one neighbour.
    private const double BeyondEndsSeconds = 0.001;

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
    /// Calls <paramref name="onFrame"/> with each wanted frame (8-bit BGR, as it is shown); it owns the Mat.
    /// </summary>
    /// <param name="path">The video.</param>
    /// <param name="indices">Frame numbers from 0, ascending.</param>
    /// <param name="onFrame">Takes a frame and owns it.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="UnreadableVideoException">Not all of them could be decoded.</exception>
    public static Task ReadAsync(
        string path,
        IReadOnlyList<int> indices,
        Action<int, Mat> onFrame,
        CancellationToken cancel
    ) => ReadAsync(path, indices, AsTask(onFrame), cancel);

    /// <summary>
    /// Calls <paramref name="onFrame"/> with each wanted frame (8-bit BGR, as it is shown), which owns the Mat; the
    /// next one is decoded when its task is done.
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
        var info = await VideoProbe.ReadAsync(path, cancel);
        var (read, error) = await RunAsync(path, info, indices, [], onFrame, cancel);
        Check(read, indices, error);
    }

    /// <summary>
    /// Calls <paramref name="onFrame"/> with each wanted frame, and takes the sound in the same pass: 16-bit mono at
    /// <see cref="SampleRateHz"/> whose first sample belongs to the first frame's time (padded or cut there, and where
    /// the sound has gaps), as long as the video at most.
    /// </summary>
    /// <param name="path">The video.</param>
    /// <param name="info">What ffprobe said of it.</param>
    /// <param name="indices">Frame numbers from 0, ascending.</param>
    /// <param name="soundFile">Where raw samples are written; not written for a video without usable sound.</param>
    /// <param name="onFrame">Takes a frame and owns it.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="UnreadableVideoException">Not all of them could be decoded.</exception>
    /// <exception cref="ArgusException">The sound could not be written.</exception>
    public static async Task ReadAsync(
        string path,
        VideoInfo info,
        IReadOnlyList<int> indices,
        string soundFile,
        Action<int, Mat> onFrame,
        CancellationToken cancel
    ) => (await DecodeAsync(path, info, indices, soundFile, onFrame, cancel)).CheckComplete(indices);

    /// <summary>
    /// Reads pictures and sound as well, but leaves it to the caller what follows when the file holds other frames than
    /// it lists.
    /// </summary>
    internal static async Task<FrameReading> DecodeAsync(
        string path,
        VideoInfo info,
        IReadOnlyList<int> indices,
        string soundFile,
        Action<int, Mat> onFrame,
        CancellationToken cancel
    )
    {
        List<string> more = ["-map", $"0:{info.Stream}", "-an", "-vf", DecodedFrames.Filter, "-f", "null", "-"];
        // Stream copy through a filter that says each header field it sees; nothing is decoded for it.
        if (info.Codec is "h264" or "hevc")
            more.AddRange([
                "-map",
                $"0:{info.Stream}",
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
        List<string> withSound =
            info.Sound is null || info.DurationSeconds <= 0 ? more : [.. more, .. SoundOutput(info, soundFile)];
        var (read, error) = await RunAsync(path, info, indices, withSound, AsTask(onFrame), cancel);
        if (read == 0 && withSound.Count > more.Count)
        {
            // Sound that ffmpeg cannot decode must not cost the pictures.
            File.Delete(soundFile);
            (read, error) = await RunAsync(path, info, indices, more, AsTask(onFrame), cancel);
        }
        return new FrameReading(read, DecodedFrames.Parse(error), Quantizer(error), error);
    }

    // Time runs from the first frame on before anything is resampled: a filter's first_pts counts in samples of its
    // input, whatever rate that has.
    private static string[] SoundOutput(VideoInfo info, string soundFile) =>
        [
            "-map",
            "0:a:0",
            "-vn",
            "-ac",
            "1",
            "-af",
            $"asetpts=PTS-({Seconds(SoundStart(info))})/TB,aresample={SampleRateHz}:async=1:first_pts=0,"
                + $"atrim=end={Seconds(info.DurationSeconds)}",
            "-f",
            "s16le",
            soundFile,
        ];

    private static double SoundStart(VideoInfo info) =>
        info.StartSeconds + (double)info.Sound!.EncoderDelaySamples / info.Sound.SampleRateHz;

    private static Func<int, Mat, Task> AsTask(Action<int, Mat> onFrame) =>
        (index, frame) =>
        {
            onFrame(index, frame);
            return Task.CompletedTask;
        };

    private static async Task<(int Read, string Error)> RunAsync(
        string path,
        VideoInfo info,
        IReadOnlyList<int> indices,
        List<string> more,
        Func<int, Mat, Task> onFrame,
        CancellationToken cancel
    )
    {
        indices = [.. indices.TakeWhile(index => index < info.FrameCount)];
        if (indices.Count == 0)
            return (0, "");
        if (info.ClockRestartsSeconds is [var restart, ..])
            throw new UnreadableVideoException(
                $"its clock starts again after {Seconds(restart)} s. Give it one clock: ffmpeg -i IN -c copy OUT.mkv"
            );
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        var peakNits = info.HasHighDynamicRange ? await PeakLuminance.MeasureAsync(path, info, limited.Token) : 0;
        var read = 0;
        // Each chosen frame is passed on once, at its own time; PPM says its own size.
        List<string> filters =
        [
            .. DisplayFilters.BeforeChoice(info),
            $"select={Chosen(info, indices)}",
            .. DisplayFilters.AfterChoice(info, peakNits),
        ];
        var (_, error) = await UnreadableVideoException.Limited(
            Ffmpeg.RunAsync(
                Ffmpeg.Program,
                [
                    "-hide_banner",
                    "-nostats",
                    "-v",
                    more.Count > 0 ? "level+info" : "level+error",
                    "-nostdin",
                    "-y",
                    "-threads",
                    "1",
                    "-copyts",
                    .. Ffmpeg.Input(path),
                    "-map",
                    $"0:{info.Stream}",
                    "-an",
                    "-sn",
                    "-vf",
                    string.Join(',', filters),
                    "-fps_mode",
                    "passthrough",
                    "-enc_time_base",
                    "1:1000000",
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
        Ffmpeg.ThrowIfDiskRefuses(error);
        if (error.Contains("No such filter: 'zscale'", StringComparison.Ordinal))
            throw new ArgusException(
                "this video has a high dynamic range, and this ffmpeg cannot map it: it lacks the filter zscale. "
                    + "Install an ffmpeg that was built with libzimg (Debian's is)."
            );
        return (read, error);
    }

    // By time, because ffmpeg counts anew where the pictures' size changes. A frame is the one within half the distance
    // to its neighbours, and taken once.
    private static string Chosen(VideoInfo info, IReadOnlyList<int> indices)
    {
        return Between(0, indices.Count);

        // A search by halves: a sum of many terms is deeper than ffmpeg's expressions may be, and slower.
        string Between(int from, int to)
        {
            if (to - from == 1)
                return $"between(t\\,{Edge(indices[from])}\\,{Edge(indices[from] + 1)})*not(eq(t\\,prev_selected_t))";
            var middle = (from + to) / 2;
            return $"if(lt(t\\,{Edge(indices[middle])})\\,{Between(from, middle)}\\,{Between(middle, to)})";
        }

        // Halfway between a frame and the one before it.
        string Edge(int frame)
        {
            var times = info.FrameTimesSeconds;
            var time =
                frame == 0 ? times[0] - BeyondEndsSeconds
                : frame == times.Length ? times[^1] + BeyondEndsSeconds
                : (times[frame - 1] + times[frame]) / 2;
            return Seconds(info.StartSeconds + time);
        }
    }

    internal static void Check(int read, IReadOnlyList<int> indices, string error)
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
