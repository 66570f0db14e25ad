using System.Globalization;
using CliWrap;
using OpenCvSharp;

namespace Argus.Video;

/// <summary>A step of the ladder that videos are sent through: what sharing and storing does to them.</summary>
/// <param name="Group">The kind, for people: one curve.</param>
/// <param name="Label">The step within it, mild to harsh.</param>
/// <param name="Passes">Encodings one after the other.</param>
public sealed record Condition(string Group, string Label, params IReadOnlyList<Pass> Passes)
{
    private static readonly Pass[] Phone =
    [
        new("scale='min(1280,iw)':-2", H264(26)),
        new("scale='min(1280,iw)':-2", H264(30)),
        new("scale='min(854,iw)':-2", H264(34)),
    ];

    /// <summary>Every step, in groups, each from mild to harsh.</summary>
    public static IReadOnlyList<Condition> Ladder { get; } =
    [
        .. Steps("H.264", "CRF {0}", [18, 23, 28, 33, 38, 45], crf => [new(null, H264((int)crf))]),
        .. Steps(
            "H.265",
            "CRF {0}",
            [18, 23, 28, 33, 38, 45],
            crf =>
                [
                    new(
                        null,
                        [
                            "-c:v",
                            "libx265",
                            "-preset",
                            "fast",
                            "-crf",
                            $"{crf}",
                            "-x265-params",
                            "log-level=error:pools=none:frame-threads=1",
                        ]
                    ),
                ]
        ),
        new("social network", "uploaded", Phone[0]),
        new("social network", "and shared", Phone[0], Phone[1]),
        new("social network", "and again, small", Phone[0], Phone[1], Phone[2]),
        .. Steps("JPEG frames", "Q {0}", [100, 90, 80, 60, 40, 20], quality => [new(null, Lossless, (int)quality)]),
        .. Steps(
            "scaled down and back",
            "x {0}",
            [0.75, 0.5, 0.33, 0.25],
            factor =>
                [
                    new($"scale=iw*{Text(factor)}:-2:flags=bicubic", Lossless),
                    new($"scale=iw/{Text(factor)}:-2:flags=bicubic", Lossless),
                ]
        ),
        .. Steps(
            "scaled up",
            "x {0}",
            [1.25, 1.5, 2],
            factor => [new($"scale=iw*{Text(factor)}:-2:flags=bicubic", Lossless)]
        ),
        .. Steps("blur", "sigma {0}", [0.5, 1, 2, 3], sigma => [new($"gblur=sigma={Text(sigma)}", Lossless)]),
        .. Steps(
            "noise",
            "strength {0}",
            [5, 10, 20, 40],
            strength => [new($"noise=alls={strength}:allf=t:all_seed=1", Lossless)]
        ),
        .. Steps("gamma", "{0}", [0.8, 1.25, 0.5, 2], gamma => [new($"eq=gamma={Text(gamma)}", Lossless)]),
        .. Steps("frame rate", "{0}/s", [15, 10, 5], rate => [new($"fps={rate}", Lossless)]),
    ];

    /// <summary>A codec that changes nothing more, so that what is measured is the filter.</summary>
    internal static string[] Lossless => ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0"];

    private static string[] H264(int crf) => ["-c:v", "libx264", "-preset", "fast", "-crf", $"{crf}"];

    private static IEnumerable<Condition> Steps(
        string group,
        string label,
        double[] values,
        Func<double, Pass[]> passes
    ) =>
        values.Select(value => new Condition(
            group,
            string.Format(CultureInfo.InvariantCulture, label, value),
            passes(value)
        ));

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One encoding.</summary>
/// <param name="Filter">ffmpeg's; null for none.</param>
/// <param name="Encoder">Its arguments.</param>
/// <param name="JpegQuality">1 to 100: every frame is a JPEG picture in between; null for none.</param>
public sealed record Pass(string? Filter, string[] Encoder, int? JpegQuality = null);

/// <summary>Sends a video through a condition. Sound is kept as it is.</summary>
public static class Reencoding
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    // 4:2:0 needs an even size; one thread gives the same bytes on every machine.
    private const string Even = "crop=trunc(iw/2)*2:trunc(ih/2)*2";

    /// <param name="target">A Matroska file, whatever its name; its folder is made when missing.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="condition">What is done to it.</param>
    /// <param name="source">The video.</param>
    /// <exception cref="UnreadableVideoException">ffmpeg could not read or encode it.</exception>
    public static async Task RunAsync(string source, string target, Condition condition, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
        var from = source;
        List<string> between = [];
        try
        {
            for (var i = 0; i < condition.Passes.Count; i++)
            {
                var to = $"{target}.{i}{VideoWriter.Partial}";
                between.Add(to);
                await PassAsync(from, to, condition.Passes[i], cancel);
                from = to;
            }
            File.Move(from, target, overwrite: true);
        }
        finally
        {
            foreach (var file in between)
                File.Delete(file);
        }
    }

    private static async Task PassAsync(string source, string target, Pass pass, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        List<string> input =
        [
            "-v",
            "error",
            "-nostdin",
            "-y",
            .. Ffmpeg.Input(source, moreContainers: ",image2pipe,jpeg_pipe,mjpeg"),
        ];
        List<string> output =
        [
            "-vf",
            pass.Filter is null ? Even : $"{pass.Filter},{Even}",
            .. pass.Encoder,
            "-pix_fmt",
            "yuv420p",
            "-threads",
            "1",
            "-c:a",
            "copy",
            "-map_metadata",
            "-1",
            "-f",
            "matroska",
            "file:" + Path.GetFullPath(target),
        ];
        var work = pass.JpegQuality is { } quality
            ? JpegsAsync(source, input, output, quality, limited.Token)
            : Ffmpeg.RunAsync(
                Ffmpeg.Program,
                [.. input, "-map", "0:v:0", "-map", "0:a:0?", .. output],
                null,
                PipeTarget.Null,
                limited.Token
            );
        var (code, error) = await UnreadableVideoException.Limited(work, "ffmpeg", Limit, cancel);
        if (code != 0 || !File.Exists(target))
            throw new UnreadableVideoException($"ffmpeg could not re-encode it: {VideoProbe.FirstLine(error)}");
    }

    // One ffmpeg decodes into pictures, another makes a video of the JPEG files that they become on the way.
    private static async Task<(int, string)> JpegsAsync(
        string source,
        List<string> input,
        List<string> output,
        int quality,
        CancellationToken cancel
    )
    {
        var info = await VideoProbe.ReadAsync(source, cancel);
        var rate = (info.FramesPerSecond > 0 ? info.FramesPerSecond : 25).ToString(
            "0.######",
            CultureInfo.InvariantCulture
        );
        ImageEncodingParam[] parameters = [new(ImwriteFlags.JpegQuality, quality)];
        var jpegs = PipeSource.Create(
            async (encoder, token) =>
            {
                var pictures = PipeTarget.Create(
                    async (decoder, stop) =>
                    {
                        while (await PpmStream.ReadAsync(decoder, stop) is { } frame)
                        {
                            using (frame)
                            {
                                Cv2.ImEncode(".jpg", frame, out var bytes, parameters);
                                await encoder.WriteAsync(bytes, stop);
                            }
                        }
                    }
                );
                await Ffmpeg.RunAsync(
                    Ffmpeg.Program,
                    [
                        .. input,
                        "-map",
                        "0:v:0",
                        "-fps_mode",
                        "passthrough",
                        "-pix_fmt",
                        "rgb24",
                        "-c:v",
                        "ppm",
                        "-f",
                        "image2pipe",
                        "pipe:1",
                    ],
                    null,
                    pictures,
                    token
                );
            }
        );
        return await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            [
                "-v",
                "error",
                "-nostdin",
                "-y",
                "-f",
                "image2pipe",
                "-c:v",
                "mjpeg",
                "-framerate",
                rate,
                "-i",
                "pipe:0",
                .. input.Skip(3),
                "-map",
                "0:v:0",
                "-map",
                "1:a:0?",
                .. output,
            ],
            jpegs,
            PipeTarget.Null,
            cancel
        );
    }
}
