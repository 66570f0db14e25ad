using System.CommandLine;
using System.Diagnostics;
using System.Runtime.Intrinsics;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Detection;
using Argus.Video;

namespace Argus.Benchmarks;

/// <summary>
/// Measures in ten minutes what training and judging cost on this machine: one table, to compare machines with.
/// </summary>
internal static class AllBench
{
    /// <summary>A figure.</summary>
    /// <param name="What">What was measured.</param>
    /// <param name="Seconds">How long it takes: the median.</param>
    /// <param name="Text">The time with its spread.</param>
    /// <param name="PeakMegabytes">The largest memory of its processes.</param>
    /// <param name="Compared">What it is compared with; empty if with nothing.</param>
    /// <param name="Command">The bench that measures it alone, and more of it.</param>
    public sealed record Line(
        string What,
        double Seconds,
        string Text,
        double PeakMegabytes,
        string Compared,
        string Command
    );

    /// <summary>What was measured.</summary>
    /// <param name="Processor">The processor's name, and how many of its cores this machine has.</param>
    /// <param name="RegisterBits">The width of the registers that the kernels use; 0 where they stand aside.</param>
    /// <param name="Minutes">How long all took.</param>
    /// <param name="Lines">The figures.</param>
    public sealed record Result(string Processor, int RegisterBits, double Minutes, IReadOnlyList<Line> Lines);

    private const int Steps = 5;
    private const int Drawn = 2;
    private const int Files = 8;
    private const int Verdicts = 5;
    private const int ClipSeconds = 2;

    /// <summary>Creates the command <c>argus bench all</c>.</summary>
    public static Command CreateCommand()
    {
        var command = new Command("all", "What training and judging cost on this machine: one table, ten minutes.")
        {
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                BenchOptions.Write(parse, await RunAsync(cancel), Print);
            }
        );
        return command;
    }

    private static async Task<Result> RunAsync(CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var videos = Directory.CreateDirectory(Path.Combine(folder, "videos")).FullName;
            foreach (var (number, drawn) in (await DrawnVideos.WriteAsync(folder, cancel, Drawn)).Index())
                File.Move(drawn, Path.Combine(videos, $"{number}.mp4"));
            List<Line> lines =
            [
                await MeasureStepAsync("tm", cancel),
                await MeasureStepAsync("rr", cancel),
                await MeasurePreparationAsync(videos, cancel),
                await MeasureVerdictAsync(Path.Combine(videos, "0.mp4"), cancel),
                await MeasureFirstVerdictAsync(folder, Path.Combine(videos, "0.mp4"), cancel),
            ];
            return new Result(
                ProgramRecord.FindProcessor(),
                Vector512.IsHardwareAccelerated ? 512
                    : Vector256.IsHardwareAccelerated ? 256
                    : 0,
                Stopwatch.GetElapsedTime(started).TotalMinutes,
                lines
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Line> MeasureStepAsync(string specialist, CancellationToken cancel)
    {
        Terminal.Note($"a training step of {specialist}");
        var options = new StepOptions(specialist, Batch: 8, ImageSize: 224, Precision: "fp32");
        var result = await StepBench.RunAsync(options, Steps, withBaseline: true, cancel);
        return new Line(
            $"step of {specialist}, B4, batch 8",
            result.Argus.Seconds.Median,
            FormatTime(result.Argus.Seconds),
            result.Argus.PeakMegabytes,
            $"{result.Ratio:0.0} x a plain port",
            $"argus bench step {specialist} --baseline"
        );
    }

    private static async Task<Line> MeasurePreparationAsync(string videos, CancellationToken cancel)
    {
        Terminal.Note("preparing videos");
        var result = await PrepareBench.RunAsync(videos, Files, cancel);
        return new Line(
            "preparing 10 s of 720p",
            result.SecondsAVideo,
            $"{result.SecondsAVideo:0.00} s",
            result.PeakMegabytesTwice,
            $"{result.Ratio:0.0} x decoding",
            "argus bench prepare"
        );
    }

    private static async Task<Line> MeasureVerdictAsync(string video, CancellationToken cancel)
    {
        Terminal.Note("a verdict of five specialists");
        var result = await DetectBench.RunAsync("seed", video, settings: [], cancel);
        return new Line(
            "verdict of five B4, 10 s",
            result.Detect.Median,
            FormatTime(result.Detect),
            result.PeakMegabytes,
            "",
            "argus bench detect"
        );
    }

    private static async Task<Line> MeasureFirstVerdictAsync(string folder, string video, CancellationToken cancel)
    {
        Terminal.Note("a verdict of the starter");
        var clip = Path.Combine(folder, "clip.mp4");
        string[] cut = ["-nostdin", "-v", "error", "-i", video, "-t", $"{ClipSeconds}", "-c", "copy", clip];
        var (exitCode, error) = await Ffmpeg.RunAsync(Ffmpeg.Program, cut, null, CliWrap.PipeTarget.Null, cancel);
        if (exitCode != 0)
            throw new ArgusException($"ffmpeg could not cut the clip: {error}");
        List<double> seconds = [];
        var peak = 0.0;
        // The first run is not counted: it warms up the disk's cache.
        for (var i = -1; i < Verdicts; i++)
        {
            var run = await MeasuredProcess.RunArgusAsync(["detect", clip], cancel);
            if (i < 0)
                continue;
            seconds.Add(run.Seconds);
            peak = Math.Max(peak, run.PeakMegabytes);
        }
        var timing = Timing.Compute(seconds);
        return new Line(
            $"verdict of the starter, {ClipSeconds} s",
            timing.Median,
            FormatTime(timing),
            peak,
            "",
            "time ./argus detect FILE"
        );
    }

    private static string FormatTime(Timing timing) => $"{timing.Median:0.00} s ({timing.Min:0.00}-{timing.Max:0.00})";

    private static void Print(Result result)
    {
        Terminal.Table(
            ["what", "time", "memory", "compared"],
            result.Lines.Select(line =>
                new[] { line.What, line.Text, $"{line.PeakMegabytes / 1000:0.00} GB", line.Compared }
            )
        );
        Terminal.Facts([
            ("processor", $"{result.Processor}, registers of {result.RegisterBits} bits"),
            ("took", $"{result.Minutes:0.0} minutes"),
        ]);
    }
}
