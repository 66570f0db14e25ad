using System.Diagnostics;
using System.Text.Json;
using Argus.Cli.Output;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Kernels;
using Argus.Training.Models;
using Argus.Training.Native;
using Argus.Training.Optimization;
using Argus.Training.Recipes;
using Argus.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Benchmarks;

/// <summary>
/// A training step of a B4 specialist in the <c>seed</c> profile: forward, backward, AdamW. With the baseline the same
/// step of <see cref="StockModel"/> with TorchSharp's optimizer: two processes take turns step by step, so that each
/// has the allocator, the threads and the peak memory that it has alone.
/// </summary>
internal static class StepBench
{
    public sealed record Options(string Specialist, int Batch, int ImageSize, string Precision, int Repeats);

    /// <param name="Seconds">Time of a step.</param>
    public sealed record Path(
        Timing Seconds,
        double ForwardShare,
        double BackwardShare,
        double OptimizerShare,
        double ImagesPerSecond,
        double PeakMegabytes,
        double ManagedMegabytes
    );

    /// <param name="Ratio">How many times as long the baseline takes, the median of the pairs.</param>
    /// <param name="MemoryRatio">Our peak memory as a share of the baseline's.</param>
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

    /// <param name="Parts">Seconds of forward, backward and optimizer.</param>
    /// <param name="PeakMegabytes">Largest memory of the process so far.</param>
    public readonly record struct Step(double[] Parts, long ManagedBytes, double PeakMegabytes)
    {
        public double Seconds => Parts.Sum();
    }

    private const int WarmUps = 2;

    public static async Task<Result> RunAsync(Options options, bool withBaseline, CancellationToken cancel)
    {
        LibTorch.Load();
        List<Step> own = [];
        List<Step> other = [];
        using var argus = new Child(options, baseline: false);
        using var baseline = withBaseline ? new Child(options, baseline: true) : null;
        for (var i = -WarmUps; i < options.Repeats; i++)
        {
            var step = await argus.StepAsync(cancel);
            if (i >= 0)
                own.Add(step);
            if (baseline is null)
                continue;
            step = await baseline.StepAsync(cancel);
            if (i >= 0)
                other.Add(step);
        }
        var ratios = own.Zip(other, (a, b) => b.Seconds / a.Seconds).Order().ToList();
        var ours = Of(own, options.Batch);
        var theirs = baseline is null ? null : Of(other, options.Batch);
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

    /// <summary>
    /// What each of the two processes does: a step for every line that it is sent, and a line of JSON for every step.
    /// </summary>
    public static void TakeTurns(Options options, bool baseline, CancellationToken cancel)
    {
        LibTorch.Load();
        var recipe = Recipe(options);
        using var images = randn(options.Batch, 3, options.ImageSize, options.ImageSize);
        using var labels = tensor(Enumerable.Range(0, options.Batch).Select(i => (long)(i % 2)).ToArray());
        Func<Step> step;
        if (baseline)
        {
            var model = new StockModel(
                Specialist.Find(options.Specialist),
                recipe.Backbone.Name,
                recipe.Backbone.StochasticDepth,
                recipe.Model.Dropout,
                recipe.Model.AttentionDropout
            );
            var optimizer = optim.AdamW(
                model.parameters(),
                recipe.Optimizer.LearningRate,
                weight_decay: recipe.Optimizer.WeightDecay
            );
            model.train();
            step = () =>
                Measure(
                    () => optimizer.zero_grad(),
                    () => nn.functional.cross_entropy(model.call(images), labels),
                    () => optimizer.step()
                );
        }
        else
        {
            var model = ModelFactory.Create(recipe);
            var optimizer = new AdamW(model.named_parameters().Select(p => (p.name, p.parameter)))
            {
                LearningRate = recipe.Optimizer.LearningRate,
                WeightDecay = recipe.Optimizer.WeightDecay,
            };
            var ordered = images
                .AsChannelsLast()
                .to(options.Precision == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32);
            model.train();
            step = () =>
                Measure(
                    optimizer.ZeroGradients,
                    () => Losses.CrossEntropy(model.Logits(ordered), labels),
                    optimizer.Step
                );
        }
        while (Console.In.ReadLine() is not null && !cancel.IsCancellationRequested)
            Console.Out.WriteLine(JsonSerializer.Serialize(step()));
    }

    /// <exception cref="RequestException">There is no such size or type.</exception>
    private static Recipe Recipe(Options options) =>
        RecipeLibrary
            .Default.Load(
                RecipeLibrary.Default.Find($"{options.Specialist}/1"),
                "seed",
                [
                    "backbone.weights=none",
                    $"model.image_size={options.ImageSize}",
                    $"train.precision={options.Precision}",
                ]
            )
            .Recipe;

    private sealed class Child : IDisposable
    {
        private readonly Process process;

        public Child(Options options, bool baseline)
        {
            _ = Recipe(options); // so that a wrong request is said here
            var start = new ProcessStartInfo(
                Environment.ProcessPath!,
                MeasuredProcess.Arguments([
                    "bench",
                    "step",
                    options.Specialist,
                    "--batch",
                    $"{options.Batch}",
                    "--size",
                    $"{options.ImageSize}",
                    "--precision",
                    options.Precision,
                    "--turns",
                    baseline ? "baseline" : "argus",
                ])
            )
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            // The allocator as it comes: without what the launcher set.
            if (baseline)
                foreach (
                    var name in start
                        .Environment.Keys.Where(name =>
                            name == "LD_PRELOAD" || name.StartsWith("MALLOC_", StringComparison.Ordinal)
                        )
                        .ToList()
                )
                    start.Environment.Remove(name);
            process = Process.Start(start)!;
        }

        public async Task<Step> StepAsync(CancellationToken cancel)
        {
            await process.StandardInput.WriteLineAsync();
            await process.StandardInput.FlushAsync(cancel);
            var line =
                await process.StandardOutput.ReadLineAsync(cancel)
                ?? throw new ArgusException("A process that takes the steps ended.");
            return JsonSerializer.Deserialize<Step>(line);
        }

        public void Dispose()
        {
            process.Kill();
            process.Dispose();
        }
    }

    private static Step Measure(Action zero, Func<Tensor> forward, Action step)
    {
        using var scope = NewDisposeScope();
        var clock = Stopwatch.GetTimestamp();
        var managed = GC.GetTotalAllocatedBytes();
        double Lap()
        {
            var before = clock;
            var now = Stopwatch.GetTimestamp();
            clock = now;
            return Stopwatch.GetElapsedTime(before, now).TotalSeconds;
        }
        zero();
        var loss = forward();
        var first = Lap();
        loss.backward();
        _ = loss.item<float>();
        var second = Lap();
        step();
        return new Step(
            [first, second, Lap()],
            GC.GetTotalAllocatedBytes() - managed,
            Process.GetCurrentProcess().PeakWorkingSet64 / 1e6
        );
    }

    private static Path Of(List<Step> steps, int batch)
    {
        var whole = Timing.Compute([.. steps.Select(step => step.Seconds)]);
        double Share(int part) => steps.Sum(step => step.Parts[part]) / steps.Sum(step => step.Seconds);
        return new Path(
            whole,
            Share(0),
            Share(1),
            Share(2),
            batch / whole.Median,
            steps.Max(step => step.PeakMegabytes),
            Metrics.Median.Compute([.. steps.Select(step => step.ManagedBytes / 1e6)])
        );
    }

    public static void Print(Result result)
    {
        string Text(Path path) =>
            $"{path.Seconds.Text}; forward {path.ForwardShare:0%}, backward {path.BackwardShare:0%}, AdamW "
            + $"{path.OptimizerShare:0%}; {path.ImagesPerSecond:0.0} images/s";
        string Memory(Path path) =>
            $"{path.PeakMegabytes / 1000:0.00} GB; .NET objects of a step {path.ManagedMegabytes:0.00} MB";
        List<(string, string)> facts = [];
        facts.AddRange([("a step", Text(result.Argus)), ("  peak memory", Memory(result.Argus))]);
        if (result.Baseline is { } baseline)
            facts.AddRange([("baseline", Text(baseline)), ("  peak memory", Memory(baseline))]);
        if (result.Ratio is not null)
            facts.AddRange([
                ("ratio", $"{result.Ratio:0.00} ({result.RatioMin:0.00}-{result.RatioMax:0.00})"),
                ("memory", $"{result.MemoryRatio:0%} of the baseline's"),
            ]);
        facts.Add(
            (
                "of",
                $"{result.Specialist} with B4, profile seed, {result.Precision}, batch {result.Batch}, "
                    + $"{result.ImageSize}x{result.ImageSize}, {result.Threads} threads, {result.Allocator}"
            )
        );
        Terminal.Facts(facts);
    }
}
