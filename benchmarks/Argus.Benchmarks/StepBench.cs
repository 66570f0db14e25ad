using System.CommandLine;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Specialists;
using Argus.Training.Native;
using static TorchSharp.torch;

namespace Argus.Benchmarks;

/// <summary>
/// Measures a training step of a B4 specialist in the <c>seed</c> profile: forward, backward, AdamW. With the baseline
/// it also measures the same step of <see cref="StockModel"/> with TorchSharp's optimizer. Two processes then take
/// turns step by step, so that each has the allocator, the threads and the peak memory that it has alone.
/// </summary>
internal static class StepBench
{
    /// <summary>The name under which the process of Argus is told to take its turns.</summary>
    public const string ArgusTurns = "argus";

    /// <summary>The name under which the process of the baseline is told to take its turns.</summary>
    public const string BaselineTurns = "baseline";

    /// <summary>The figures of one of the two implementations.</summary>
    /// <param name="Seconds">The time of a step.</param>
    /// <param name="ForwardShare">The forward pass's part of the time.</param>
    /// <param name="BackwardShare">The backward pass's part of the time.</param>
    /// <param name="OptimizerShare">The optimizer's part of the time.</param>
    /// <param name="ImagesPerSecond">The throughput.</param>
    /// <param name="PeakMegabytes">The largest memory of the process.</param>
    /// <param name="ManagedMegabytes">The .NET objects that a step allocates: the median.</param>
    public sealed record Path(
        Timing Seconds,
        double ForwardShare,
        double BackwardShare,
        double OptimizerShare,
        double ImagesPerSecond,
        double PeakMegabytes,
        double ManagedMegabytes
    );

    /// <summary>What was measured.</summary>
    /// <param name="Specialist">The name of the specialist.</param>
    /// <param name="Batch">The number of pictures of a step.</param>
    /// <param name="ImageSize">The side of a picture in pixels.</param>
    /// <param name="Precision">The precision of the forward pass, <c>fp32</c> or <c>bf16</c>.</param>
    /// <param name="Threads">The number of libtorch's threads.</param>
    /// <param name="Allocator">The allocator that the processes were started with.</param>
    /// <param name="Argus">The figures of Argus.</param>
    /// <param name="Baseline">The figures of the baseline; null without one.</param>
    /// <param name="Ratio">How many times as long the baseline takes: the median of the pairs.</param>
    /// <param name="RatioMin">The smallest such ratio of a pair.</param>
    /// <param name="RatioMax">The largest such ratio of a pair.</param>
    /// <param name="MemoryRatio">The peak memory of Argus as a part of the baseline's.</param>
    public sealed record Result(
        string Specialist,
        int Batch,
        int ImageSize,
        string Precision,
        int Threads,
        string Allocator,
        Path Argus,
        Path? Baseline,
        double? Ratio,
        double? RatioMin,
        double? RatioMax,
        double? MemoryRatio
    );

    private const int WarmUps = 2;

    /// <summary>Creates the command <c>argus bench step</c>.</summary>
    public static Command CreateCommand()
    {
        var specialist = BenchOptions.CreateSpecialist();
        var batch = BenchOptions.CreateCount("--batch", "Images a step.", value: 8, least: 2, most: 1024);
        var repeats = BenchOptions.CreateCount("--repeats", "Timed steps.", value: 10, least: 1, most: 10000);
        var baseline = new Option<bool>("--baseline")
        {
            Description =
                "In turns with a straightforward port on TorchSharp's own modules, optimizer and default allocator.",
        };
        var size = new Option<int>("--size")
        {
            Description = "Side of the pictures.",
            DefaultValueFactory = _ => 224,
            HelpName = "PIXELS",
        };
        var precision = new Option<string>("--precision")
        {
            Description = "fp32 or bf16.",
            DefaultValueFactory = _ => "fp32",
            HelpName = "TYPE",
        };
        var turns = new Option<string>("--turns") { Hidden = true };
        var command = new Command("step", "A training step of a B4 specialist, seed profile, on the processor.")
        {
            specialist,
            batch,
            size,
            precision,
            repeats,
            baseline,
            turns,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var options = new StepOptions(
                    Specialist.Find(parse.GetRequiredValue(specialist)).Name,
                    parse.GetValue(batch),
                    parse.GetValue(size),
                    parse.GetRequiredValue(precision)
                );
                // The baseline gets the allocator as it comes, without the settings for training.
                if (parse.GetValue(turns) != BaselineTurns)
                    TrainingProcess.Prepare();
                if (parse.GetValue(turns) is { } path)
                {
                    StepTurns.Take(options, isBaseline: path == BaselineTurns, cancel);
                    return;
                }
                var result = await RunAsync(options, parse.GetValue(repeats), parse.GetValue(baseline), cancel);
                BenchOptions.Write(parse, result, Print);
            }
        );
        return command;
    }

    /// <summary>Takes turns with the baseline, step by step.</summary>
    public static async Task<Result> RunAsync(
        StepOptions options,
        int repeats,
        bool withBaseline,
        CancellationToken cancel
    )
    {
        _ = options.LoadRecipe(); // so that a wrong request is refused here, not in the other process
        List<StepMeasurement> argusSteps = [];
        List<StepMeasurement> baselineSteps = [];
        using var argus = StepProcess.Start(options, isBaseline: false);
        using var baseline = withBaseline ? StepProcess.Start(options, isBaseline: true) : null;
        for (var i = -WarmUps; i < repeats; i++)
        {
            var argusStep = await argus.RunStepAsync(cancel);
            if (i >= 0)
                argusSteps.Add(argusStep);
            if (baseline is null)
                continue;
            var baselineStep = await baseline.RunStepAsync(cancel);
            if (i >= 0)
                baselineSteps.Add(baselineStep);
        }
        var ours = Summarise(argusSteps, options.Batch);
        var theirs = withBaseline ? Summarise(baselineSteps, options.Batch) : null;
        var ratios = argusSteps
            .Zip(baselineSteps, (argusStep, baselineStep) => baselineStep.Seconds / argusStep.Seconds)
            .Order()
            .ToList();
        return new Result(
            options.Specialist,
            options.Batch,
            options.ImageSize,
            options.Precision,
            get_num_threads(),
            Allocator.IsJemalloc ? "jemalloc" : "the system's allocator",
            ours,
            theirs,
            theirs is null ? null : Metrics.Median.Compute(ratios),
            theirs is null ? null : ratios[0],
            theirs is null ? null : ratios[^1],
            ours.PeakMegabytes / theirs?.PeakMegabytes
        );
    }

    private static Path Summarise(List<StepMeasurement> steps, int batch)
    {
        var timing = Timing.Compute([.. steps.Select(step => step.Seconds)]);
        var wholeSeconds = steps.Sum(step => step.Seconds);
        return new Path(
            timing,
            steps.Sum(step => step.ForwardSeconds) / wholeSeconds,
            steps.Sum(step => step.BackwardSeconds) / wholeSeconds,
            steps.Sum(step => step.OptimizerSeconds) / wholeSeconds,
            batch / timing.Median,
            steps.Max(step => step.PeakMegabytes),
            Metrics.Median.Compute([.. steps.Select(step => step.ManagedBytes / 1e6)])
        );
    }

    private static void Print(Result result)
    {
        List<(string, string)> facts = [];
        facts.Add(("a step", FormatTime(result.Argus)));
        facts.Add(("  peak memory", FormatMemory(result.Argus)));
        if (result.Baseline is { } baseline)
        {
            facts.Add(("baseline", FormatTime(baseline)));
            facts.Add(("  peak memory", FormatMemory(baseline)));
        }
        if (result.Ratio is not null)
        {
            facts.Add(("ratio", $"{result.Ratio:0.00} ({result.RatioMin:0.00}-{result.RatioMax:0.00})"));
            facts.Add(("memory", $"{result.MemoryRatio:0%} of the baseline's"));
        }
        facts.Add(
            (
                "of",
                $"{result.Specialist} with B4, profile seed, {result.Precision}, batch {result.Batch}, "
                    + $"{result.ImageSize}x{result.ImageSize}, {result.Threads} threads, {result.Allocator}"
            )
        );
        Terminal.Facts(facts);
    }

    private static string FormatTime(Path path) =>
        $"{path.Seconds.Text}; forward {path.ForwardShare:0%}, backward {path.BackwardShare:0%}, AdamW "
        + $"{path.OptimizerShare:0%}; {path.ImagesPerSecond:0.0} images/s";

    private static string FormatMemory(Path path) =>
        $"{path.PeakMegabytes / 1000:0.00} GB; .NET objects of a step {path.ManagedMegabytes:0.00} MB";
}
