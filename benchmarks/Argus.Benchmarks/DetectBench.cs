using System.Diagnostics;
using Argus.Cli.Output;
using Argus.Detection;
using Argus.Video;

namespace Argus.Benchmarks;

/// <summary>
/// What a verdict costs: 'argus detect' with five EfficientNet-B4 specialists of random weights, from the process's
/// start to its end.
/// </summary>
internal static class DetectBench
{
    public sealed record Result(
        string Profile,
        string Video,
        double SecondsOfVideo,
        int Width,
        int Height,
        Timing Detect,
        double VideoSecondsPerSecond,
        IReadOnlyDictionary<string, double> Shares,
        double PeakMegabytes,
        double ModelsMegabytes
    );

    private const int Repeats = 3;

    /// <param name="video">Null to draw one.</param>
    public static async Task<Result> RunAsync(
        string profile,
        string? video,
        IReadOnlyList<string> settings,
        CancellationToken cancel
    )
    {
        if (video is not null && !File.Exists(video))
            throw new RequestException($"There is no file {video}.");
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var file = video ?? (await PrepareBench.DrawAsync(folder, cancel))[0];
            var models = await Untrained.CouncilAsync(profile, settings, folder, cancel);

            var seconds = new List<double>();
            var peak = 0.0;
            for (var i = -1; i < Repeats; i++) // the first one warms the disk's cache up
            {
                var run = (
                    await MeasuredProcess.ArgusAsync(["detect", file, "--models", models, "--json"], cancel)
                ).MustSucceed();
                if (i < 0)
                    continue;
                seconds.Add(run.Seconds);
                peak = Math.Max(peak, run.PeakMegabytes);
            }
            var info = await VideoProbe.ReadAsync(file, cancel);
            var whole = Timing.Compute(seconds);
            return new Result(
                profile,
                video ?? "drawn",
                info.DurationSeconds,
                info.Width,
                info.Height,
                whole,
                info.DurationSeconds / whole.Median,
                await SharesAsync(models, file, cancel),
                peak,
                Directory.EnumerateFiles(models).Sum(path => new FileInfo(path).Length) / 1e6
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The stages of one verdict in this process.
    private static async Task<Dictionary<string, double>> SharesAsync(
        string models,
        string video,
        CancellationToken cancel
    )
    {
        var started = Stopwatch.GetTimestamp();
        using var detector = await Detector.LoadAsync(models, cancel: cancel);
        var loaded = Stopwatch.GetElapsedTime(started);
        var read = TimeSpan.Zero;
        await detector.AnalyzeAsync(
            video,
            new Reached(progress =>
            {
                if (progress <= Detector.ReadingShare)
                    read = Stopwatch.GetElapsedTime(started);
            }),
            cancel
        );
        var whole = Stopwatch.GetElapsedTime(started);
        return new()
        {
            ["load and check the models"] = loaded / whole,
            ["read, find and follow faces"] = (read - loaded) / whole,
            ["judge"] = (whole - read) / whole,
        };
    }

    // Progress<T> would call back on another thread, later.
    private sealed class Reached(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }

    public static void Print(Result result) =>
        Terminal.Facts([
            (
                "a verdict",
                $"{result.Detect.Text}, process start, loading and checking the models included; "
                    + $"{result.VideoSecondsPerSecond:0.00} s of video a second"
            ),
            .. result.Shares.Select(share => ($"  {share.Key}", $"{share.Value:0%}")),
            (
                "of",
                $"{result.SecondsOfVideo:0.0} s of {result.Width}x{result.Height} ({result.Video}), five B4 "
                    + $"specialists, profile {result.Profile}"
            ),
            ("peak memory", $"{result.PeakMegabytes:0} MB, ffmpeg included"),
            ("models", $"{result.ModelsMegabytes:0} MB on disk"),
        ]);
}
