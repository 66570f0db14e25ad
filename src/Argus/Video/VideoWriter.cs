using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using CliWrap;
using OpenCvSharp;

namespace Argus.Video;

/// <summary>One video to write.</summary>
/// <param name="Path">Target; its folder is made when missing, an older file is replaced.</param>
/// <param name="Frames">BGR, 8 bits, all of one size with even width and height.</param>
/// <param name="Voice">Mono sound in -1..1 at <see cref="VideoWriter.SampleRateHz"/>; empty for a silent video.</param>
internal sealed record VideoClip(string Path, IReadOnlyList<Mat> Frames, ReadOnlyMemory<float> Voice);

/// <summary>
/// Writes H.264 + AAC in mp4. Every file gets the same codec settings, so nothing about the container or the codec
/// tells one file's origin. One <c>ffmpeg</c> process writes a whole batch: starting it costs more than encoding 30
/// small frames.
/// </summary>
internal static class VideoWriter
{
    public const int SampleRateHz = 16_000;

    /// <summary>
    /// x264's constant quantizer: fine enough that traces of a few grey levels survive. Constant, because rate control
    /// answers a frame's complexity: it would let the file's size tell how the complexity is spread over the frame.
    /// </summary>
    public const int Quantizer = 17;

    // Fast, but with a strong loop filter: without it blurred regions show the codec's blocks, and those tell real from
    // fake.
    private static readonly string[] Encoder =
    [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-x264-params",
        "no-deblock=0:deblock=3,3",
        "-pix_fmt",
        "yuv420p",
        "-threads",
        "1",
    ];

    private const int TrialSide = 64;

    /// <summary>What names of unfinished files end with.</summary>
    internal const string Partial = ".partial";

    /// <summary>Tries whether ffmpeg encodes as videos are written here, on one frame and without a file.</summary>
    /// <param name="cancel">Stops it.</param>
    /// <returns>Null if it does; else what ffmpeg says.</returns>
    /// <exception cref="ArgusException">There is no ffmpeg on PATH.</exception>
    public static async Task<string?> FindEncoderFaultAsync(CancellationToken cancel)
    {
        using var written = new MemoryStream();
        var (code, error) = await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            [
                .. new[] { "-v", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", $"{TrialSide}x{TrialSide}" },
                .. new[] { "-i", "pipe:0" },
                .. Encoder,
                .. new[] { "-f", "h264", "pipe:1" },
            ],
            PipeSource.FromBytes(new byte[TrialSide * TrialSide * 3]),
            PipeTarget.ToStream(written),
            cancel
        );
        // A stream of H.264 begins with a start code.
        if (code == 0 && written.ToArray().AsSpan().StartsWith(new byte[] { 0, 0, 0, 1 }))
            return null;
        return error.Length > 0 ? error.Split('\n')[0] : $"it wrote no video and ended with {code}";
    }

    /// <summary>
    /// Writes the clips, which share size and frame rate and either all have a voice or none has. A file appears under
    /// its name only when it is whole.
    /// </summary>
    /// <param name="quantizer">
    /// 0 (lossless) to 51; <see cref="Quantizer"/> everywhere but in tests of what a difference would do.
    /// </param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="framesPerSecond">Rate of the video that is written.</param>
    /// <param name="clips">Written one after another.</param>
    /// <exception cref="ArgusException">Frames that H.264 4:2:0 cannot hold, or ffmpeg failed.</exception>
    public static async Task WriteAsync(
        IReadOnlyList<VideoClip> clips,
        double framesPerSecond,
        CancellationToken cancel,
        int quantizer = Quantizer
    )
    {
        if (clips.Count == 0)
            return;
        var size = CommonSize(clips);
        var sound = clips.Any(clip => clip.Voice.Length > 0);
        foreach (var clip in clips)
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(clip.Path))!);

        var voices = clips[0].Path + ".voices" + Partial;
        try
        {
            if (sound)
                await WriteVoicesAsync(voices, clips, cancel);
            var input = PipeSource.Create((stream, token) => WriteFramesAsync(stream, clips, token));
            var (code, error) = await Ffmpeg.RunAsync(
                Ffmpeg.Program,
                Arguments(clips, size, framesPerSecond, sound ? voices : null, quantizer),
                input,
                PipeTarget.Null,
                cancel
            );
            if (code != 0)
                throw new ArgusException($"ffmpeg could not write {clips[0].Path}: {error}");
            foreach (var clip in clips)
                File.Move(clip.Path + Partial, clip.Path, overwrite: true);
        }
        finally
        {
            File.Delete(voices);
            foreach (var clip in clips)
                File.Delete(clip.Path + Partial);
        }
    }

    /// <summary>
    /// One video whose frames come one by one; memory holds only those that wait. Frames are disposed of.
    /// </summary>
    /// <param name="size">Size of every frame; width and height are even.</param>
    /// <param name="voice">As in <see cref="VideoClip"/>.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="quantizer">Constant quantizer of x264, 0 to 51.</param>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <param name="frames">The pictures, in order; each is freed when it was written.</param>
    /// <param name="framesPerSecond">Rate of the video that is written.</param>
    /// <exception cref="ArgusException">ffmpeg failed.</exception>
    public static async Task WriteAsync(
        string path,
        Size size,
        double framesPerSecond,
        ChannelReader<Mat> frames,
        ReadOnlyMemory<float> voice,
        int quantizer,
        CancellationToken cancel
    )
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var voices = path + ".voices" + Partial;
        try
        {
            if (voice.Length > 0)
                await WriteVoicesAsync(voices, [new(path, [], voice)], cancel);
            var input = PipeSource.Create(
                async (stream, token) =>
                {
                    await foreach (var frame in frames.ReadAllAsync(token))
                    {
                        using (frame)
                            await stream.WriteAsync(Packed(frame), token);
                    }
                }
            );
            List<string> arguments =
            [
                .. Input(size, framesPerSecond, voice.Length > 0 ? voices : null),
                "-map",
                "0:v",
                .. voice.Length > 0 ? new[] { "-map", "1:a" } : [],
                .. Output(path, voice.Length > 0, quantizer),
            ];
            var (code, error) = await Ffmpeg.RunAsync(Ffmpeg.Program, arguments, input, PipeTarget.Null, cancel);
            if (code != 0)
                throw new ArgusException($"ffmpeg could not write {path}: {error}");
            File.Move(path + Partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(voices);
            File.Delete(path + Partial);
        }
    }

    /// <summary>True for what a stopped run may have left behind.</summary>
    public static bool IsPartial(string path) => path.EndsWith(Partial, StringComparison.Ordinal);

    /// <summary>
    /// Whether the file is an mp4 whose boxes (ISO/IEC 14496-12) fill it exactly and include the index: not cut short.
    /// </summary>
    public static bool IsWhole(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = File.OpenRead(path);
        var header = new byte[8];
        var indexed = false;
        while (file.Position < file.Length)
        {
            var start = file.Position;
            if (file.ReadAtLeast(header, 8, throwOnEndOfStream: false) < 8)
                return false;
            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size < 8 || start + size > file.Length)
                return false;
            indexed |= header.AsSpan(4).SequenceEqual("moov"u8);
            file.Position = start + size;
        }
        return indexed;
    }

    private static List<string> Arguments(
        IReadOnlyList<VideoClip> clips,
        Size size,
        double framesPerSecond,
        string? voices,
        int quantizer
    )
    {
        var arguments = Input(size, framesPerSecond, voices);

        // Frames and voices of all clips come one after the other; each output takes its own stretch.
        var graph = new List<string> { $"[0:v]split={clips.Count}{Labels("s")}" };
        if (voices is not null)
            graph.Add($"[1:a]asplit={clips.Count}{Labels("t")}");
        long frame = 0;
        long sample = 0;
        for (var i = 0; i < clips.Count; i++)
        {
            graph.Add(
                $"[s{i}]trim=start_frame={frame}:end_frame={frame += clips[i].Frames.Count},setpts=PTS-STARTPTS[v{i}]"
            );
            if (voices is null)
                continue;
            var end = sample + clips[i].Voice.Length;
            graph.Add($"[t{i}]atrim=start_sample={sample}:end_sample={end},asetpts=PTS-STARTPTS[a{i}]");
            sample = end;
        }
        arguments.AddRange(["-filter_complex_threads", "1", "-filter_complex", string.Join(';', graph)]);

        for (var i = 0; i < clips.Count; i++)
        {
            arguments.AddRange(["-map", $"[v{i}]"]);
            if (voices is not null)
                arguments.AddRange(["-map", $"[a{i}]"]);
            arguments.AddRange(Output(clips[i].Path, voices is not null, quantizer));
        }
        return arguments;

        string Labels(string name) => string.Concat(Enumerable.Range(0, clips.Count).Select(i => $"[{name}{i}]"));
    }

    private static List<string> Input(Size size, double framesPerSecond, string? voices)
    {
        var rate = framesPerSecond.ToString("0.######", CultureInfo.InvariantCulture);
        List<string> arguments =
        [
            "-v",
            "error",
            "-nostdin",
            "-y",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "bgr24",
            "-s",
            $"{size.Width}x{size.Height}",
            "-r",
            rate,
            "-i",
            "pipe:0",
        ];
        if (voices is not null)
            arguments.AddRange(["-f", "f32le", "-ar", $"{SampleRateHz}", "-ac", "1", "-i", voices]);
        return arguments;
    }

    private static IEnumerable<string> Output(string path, bool sound, int quantizer) =>
        [
            .. Encoder,
            "-qp",
            $"{quantizer}",
            .. sound ? new[] { "-c:a", "aac", "-b:a", "64k" } : [],
            "-map_metadata",
            "-1",
            "-fflags",
            "+bitexact",
            "-flags",
            "+bitexact",
            "-f",
            "mp4",
            path + Partial,
        ];

    private static async Task WriteFramesAsync(Stream stream, IReadOnlyList<VideoClip> clips, CancellationToken cancel)
    {
        foreach (var frame in clips.SelectMany(clip => clip.Frames))
        {
            await stream.WriteAsync(Packed(frame), cancel);
        }
    }

    private static byte[] Packed(Mat frame)
    {
        using var packed = frame.IsContinuous() ? null : frame.Clone();
        var bytes = new byte[frame.Rows * frame.Cols * 3];
        Marshal.Copy((packed ?? frame).Data, bytes, 0, bytes.Length);
        return bytes;
    }

    private static async Task WriteVoicesAsync(string path, IReadOnlyList<VideoClip> clips, CancellationToken cancel)
    {
        await using var file = File.Create(path);
        foreach (var clip in clips)
            await file.WriteAsync(MemoryMarshal.AsBytes(clip.Voice.Span).ToArray(), cancel);
    }

    private static Size CommonSize(IReadOnlyList<VideoClip> clips)
    {
        if (clips.FirstOrDefault(clip => clip.Frames.Count == 0) is { } empty)
            throw new ArgusException($"{empty.Path}: a video needs at least one frame.");
        if (
            clips.Any(clip => clip.Voice.Length > 0)
            && clips.FirstOrDefault(clip => clip.Voice.Length == 0) is { } silent
        )
            throw new ArgusException($"{silent.Path} has no voice, the others of its batch have: write it on its own.");
        var size = clips[0].Frames[0].Size();
        foreach (var clip in clips)
        {
            if (clip.Frames.Any(frame => frame.Size() != size || frame.Type() != MatType.CV_8UC3))
                throw new ArgusException(
                    $"{clip.Path}: frames must be 8-bit BGR and all of one size ({size.Width}x{size.Height})."
                );
        }
        if (size.Width % 2 != 0 || size.Height % 2 != 0)
            throw new ArgusException(
                $"{clips[0].Path}: {size.Width}x{size.Height} has an odd side; H.264 with 4:2:0 colour needs even ones."
            );
        return size;
    }
}
