using Argus.Cli.Output;
using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Metrics;
using Argus.Video;
using CliWrap;

namespace Argus.Benchmarks;

/// <summary>What preparing videos costs, compared with only decoding them.</summary>
internal static class PrepareBench
{
    public sealed record Result(
        string Videos,
        int Files,
        double MegabitsPerSecond,
        double SecondsOfVideo,
        Timing Decode,
        Timing Prepare,
        double Ratio,
        IReadOnlyList<double> Ratios,
        double SecondsAVideo,
        double TwiceTheVideos,
        double PeakMegabytes,
        double PeakMegabytesTwice
    );

    private const int Repeats = 3;
    private const int DrawnVideos = 6;

    // Camera noise that x264 at CRF 23 spends 1.5 to 3 Mbit/s on, behind the square picture its own blurred
    // enlargement.
    private const string Footage =
        "fps=30,split[a][b];[a]scale=1280:1280,crop=1280:720,boxblur=20[back];"
        + "[b]scale=720:720:flags=bicubic[front];"
        + "[back][front]overlay=(W-w)/2:0,noise=alls=6:allf=t,format=yuv420p";

    /// <param name="videos">A folder of videos; null to draw some.</param>
    /// <param name="count">Files prepared; each of the videos stands there several times if there are fewer.</param>
    public static async Task<Result> RunAsync(string? videos, int count, CancellationToken cancel)
    {
        if (videos is not null && !Directory.Exists(videos))
            throw new RequestException($"There is no folder {videos}.");
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var sources = videos is null ? await DrawAsync(folder, cancel) : VideoFolder.Videos(videos).ToList();
            if (sources.Count == 0)
                throw new RequestException($"{videos} holds no video (mp4, mov, mkv, avi, webm).");
            var half = Dataset(Path.Combine(folder, "half"), sources, count / 2);
            var whole = Dataset(Path.Combine(folder, "whole"), sources, count);
            double bytes = 0;
            double seconds = 0;
            foreach (var source in sources)
            {
                var info = await VideoProbe.ReadAsync(source, cancel);
                bytes = bytes + new FileInfo(source).Length;
                seconds = seconds + info.DurationSeconds;
            }
            Terminal.Note(
                $"{sources.Count} videos, {bytes * 8 / seconds / 1e6:0.0} Mbit/s, "
                    + $"{seconds / sources.Count:0.0} s each; {whole.Count} files a run"
            );

            List<double> decode = [];
            List<double> prepare = [];
            List<double> ratios = [];
            List<double> halves = [];
            double peak = 0;
            double peakTwice = 0;
            for (var i = -1; i < Repeats; i++) // the first one warms the disk's cache up
            {
                var decoded = 0.0;
                foreach (var file in whole)
                    decoded += (
                        await MeasuredProcess.RunAsync(
                            Ffmpeg.Program,
                            ["-nostdin", "-v", "error", "-i", file, "-f", "null", "-"],
                            cancel
                        )
                    )
                        .MustSucceed()
                        .Seconds;
                var one = await PrepareAsync(folder, "half", cancel);
                var two = await PrepareAsync(folder, "whole", cancel);
                if (i < 0)
                    continue;
                decode.Add(decoded);
                prepare.Add(two.Seconds);
                ratios.Add(two.Seconds / decoded);
                halves.Add(two.Seconds / one.Seconds);
                peak = Math.Max(peak, one.PeakMegabytes);
                peakTwice = Math.Max(peakTwice, two.PeakMegabytes);
                Terminal.Note($"  decode {decoded:0.00} s, prepare {two.Seconds:0.00} s: ratio {ratios[^1]:0.00}");
            }
            return new Result(
                videos ?? "drawn",
                whole.Count,
                bytes * 8 / seconds / 1e6,
                seconds / sources.Count,
                Timing.Compute(decode),
                Timing.Compute(prepare),
                Median.Compute(ratios),
                ratios,
                Median.Compute(prepare) / whole.Count,
                Median.Compute(halves),
                peak,
                peakTwice
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static void Print(Result result)
    {
        Terminal.Facts([
            (
                "videos",
                $"{result.Files} files, {result.Videos}, {result.SecondsOfVideo:0.0} s each, "
                    + $"{result.MegabitsPerSecond:0.0} Mbit/s"
            ),
            ("ffmpeg -i VIDEO -f null -", result.Decode.Text),
            ("argus data prepare (32 face crops, sound)", result.Prepare.Text),
            ("ratio", $"{result.Ratio:0.00}  ({string.Join(", ", result.Ratios.Select(ratio => $"{ratio:0.00}"))})"),
            ("a video", $"{result.SecondsAVideo:0.00} s"),
            ("twice the videos", $"{result.TwiceTheVideos:0.00} times the time"),
            (
                "peak memory, ffmpeg included",
                $"{result.PeakMegabytes:0} MB with half the videos, {result.PeakMegabytesTwice:0} MB with all"
            ),
        ]);
    }

    private static async Task<MeasuredProcess> PrepareAsync(string folder, string dataset, CancellationToken cancel)
    {
        var store = Path.Combine(folder, "store");
        if (Directory.Exists(store))
            Directory.Delete(store, recursive: true);
        return (
            await MeasuredProcess.ArgusAsync(
                [
                    "data",
                    "prepare",
                    "ffpp",
                    Path.Combine(folder, dataset),
                    "--store",
                    store,
                    "data.crop=face",
                    "data.train_frames=32",
                    "data.clip_frames=1",
                ],
                cancel
            )
        ).MustSucceed();
    }

    // The files under names of training videos of FaceForensics++.
    private static List<string> Dataset(string folder, List<string> sources, int count)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, "original")).FullName;
        var names = OfficialSplits
            .FaceForensicsPairs(Split.Train)
            .SelectMany(pair => new[] { pair.Item1, pair.Item2 })
            .Take(count);
        return
        [
            .. names.Select(
                (name, i) =>
                {
                    var file = Path.Combine(target, name + Path.GetExtension(sources[i % sources.Count]));
                    File.CreateSymbolicLink(file, Path.GetFullPath(sources[i % sources.Count]));
                    return file;
                }
            ),
        ];
    }

    internal static async Task<List<string>> DrawAsync(string folder, CancellationToken cancel)
    {
        var drawn = Path.Combine(folder, "drawn");
        await SampleDataset.WriteAsync(
            drawn,
            new SampleOptions
            {
                SizePixels = 480,
                Seconds = 10,
                Quads = new Dictionary<ForgeryKind, QuadCounts> { [ForgeryKind.Resolution] = new(1, 0, 0) },
            },
            TerminalLog.Instance,
            cancel
        );
        var sources = Directory
            .EnumerateFiles(drawn, "*.mp4", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Take(DrawnVideos)
            .ToList();
        return await Terminal.ProgressAsync(
            "videos encoded (1280x720, x264 medium, CRF 23)",
            sources.Count,
            async progress =>
            {
                var files = new List<string>();
                foreach (var source in sources)
                {
                    files.Add(Path.Combine(folder, $"{files.Count}.mp4"));
                    var (code, error) = await Ffmpeg.RunAsync(
                        Ffmpeg.Program,
                        [
                            "-nostdin",
                            "-v",
                            "error",
                            "-i",
                            source,
                            "-vf",
                            Footage,
                            "-c:v",
                            "libx264",
                            "-preset",
                            "medium",
                            "-crf",
                            "23",
                            "-c:a",
                            "aac",
                            files[^1],
                        ],
                        null,
                        PipeTarget.Null,
                        cancel
                    );
                    if (code != 0)
                        throw new ArgusException($"ffmpeg could not make a video for the bench: {error}");
                    progress.Report(files.Count);
                }
                return files;
            }
        );
    }
}
