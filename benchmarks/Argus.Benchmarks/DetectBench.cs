using System.CommandLine;
using System.Diagnostics;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Detection;
using Argus.Video;

namespace Argus.Benchmarks;

/// <summary>
/// Measures what a verdict costs: 'argus detect' with five EfficientNet-B4 specialists of random weights, from the
/// start of the process to its end.
/// </summary>
internal static class DetectBench
{
    /// <summary>What was measured.</summary>
    /// <param name="Profile">The profile of the recipes.</param>
    /// <param name="Video">The path of the video, or <c>drawn</c>.</param>
    /// <param name="SecondsOfVideo">The length of the video.</param>
    /// <param name="Width">The width of the video in pixels.</param>
    /// <param name="Height">The height of the video in pixels.</param>
    /// <param name="Detect">The time of a verdict.</param>
    /// <param name="VideoSecondsPerSecond">The seconds of video that are judged in a second.</param>
    /// <param name="Shares">The part of the time that each stage takes, by the stage's description.</param>
    /// <param name="PeakMegabytes">The largest memory, ffmpeg included.</param>
    /// <param name="ModelsMegabytes">The size of the models folder.</param>
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

    /// <summary>Creates the command <c>argus bench detect</c>.</summary>
    public static Command CreateCommand()
    {
        var video = new Option<string?>("--video")
        {
            Description = "A video (default: one of ten seconds in 720p is drawn).",
            HelpName = "FILE",
        };
        var profile = BenchOptions.CreateProfile();
        var settings = BenchOptions.CreateSettings("Settings on top of the recipes, e.g. data.eval_frames=8.");
        var command = new Command("detect", "'argus detect' with five B4 specialists of random weights.")
        {
            settings,
            video,
            profile,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var result = await RunAsync(
                    parse.GetRequiredValue(profile),
                    parse.GetValue(video),
                    parse.GetValue(settings) ?? [],
                    cancel
                );
                BenchOptions.Write(parse, result, Print);
            }
        );
        return command;
    }

    /// <summary>Judges a video in processes of their own.</summary>
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
            var file = video ?? (await DrawnVideos.WriteAsync(folder, cancel))[0];
            var models = await Untrained.ExportCouncilAsync(profile, settings, folder, cancel);

            var seconds = new List<double>();
            var peak = 0.0;
            // The first run is not counted: it warms up the disk's cache.
            for (var i = -1; i < Repeats; i++)
            {
                var run = await MeasuredProcess.RunArgusAsync(["detect", file, "--models", models, "--json"], cancel);
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
                await MeasureSharesAsync(models, file, cancel),
                peak,
                Directory.EnumerateFiles(models).Sum(path => new FileInfo(path).Length) / 1e6
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Measures the stages of one verdict in this process.
    private static async Task<Dictionary<string, double>> MeasureSharesAsync(
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
            new ImmediateProgress(progress =>
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

    // Calls back at once, on the thread that reports; Progress<T> calls back later, on another.
    private sealed class ImmediateProgress(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }

    private static void Print(Result result) =>
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
