using System.Diagnostics;
using System.Text.Json;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Models;
using Argus.Training.Native;
using Argus.Training.Optimization;
using Argus.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Cli.Benches;

/// <summary>
/// A training step of a B4 specialist in the <c>seed</c> profile: forward, backward, AdamW. With the baseline the same step of
/// <see cref="StockModel"/> with TorchSharp's optimizer and glibc's allocator as it comes, in turns in one process; the peak memory of each
/// is that of a process of its own.
/// </summary>
internal static class StepBench
{
    /// <param name="Baseline">The straightforward port too.</param>
    /// <param name="OnlyBaseline">That alone: how its memory is measured.</param>
    public sealed record Options(string Specialist, int Batch, int ImageSize, string Precision, int Repeats, bool Baseline, bool OnlyBaseline);

    /// <param name="Seconds">Of a step.</param>
    public sealed record Path(Timing Seconds, double ForwardShare, double BackwardShare, double OptimizerShare, double ImagesPerSecond, double PeakMegabytes, double ManagedMegabytes);

    /// <param name="Ratio">How many times as long the baseline takes, the median of the pairs.</param>
    /// <param name="MemoryRatio">Our peak memory as a share of the baseline's.</param>
    public sealed record Result(string Specialist, int Batch, int ImageSize, string Precision, int Threads, Path? Argus, Path? Baseline, double? Ratio, double? RatioMin, double? RatioMax, double? MemoryRatio);

    /// <param name="Parts">Seconds of forward, backward and optimizer.</param>
    private readonly record struct Step(double[] Parts, long ManagedBytes)
    {
        public double Seconds => Parts.Sum();
    }

    private const int WarmUps = 2, MemoryRepeats = 4;

    public static async Task<Result> RunAsync(Options options, CancellationToken cancel)
    {
        LibTorch.Load();
        var recipe = RecipeLibrary.Default.Load(RecipeLibrary.Default.Find($"{options.Specialist}/1"), "seed",
            ["backbone.weights=none", $"model.image_size={options.ImageSize}", $"train.precision={options.Precision}"]).Recipe;
        var (own, other) = Time(options, recipe, cancel);
        var ratios = own.Zip(other, (a, b) => b.Seconds / a.Seconds).Order().ToList();
        var (argus, baseline) = (Of(own, options.Batch), Of(other, options.Batch));
        if (options.Baseline)
        {
            argus = argus! with { PeakMegabytes = await PeakAsync(options, onlyBaseline: false, cancel) };
            baseline = baseline! with { PeakMegabytes = await PeakAsync(options, onlyBaseline: true, cancel) };
        }
        return new Result(options.Specialist, options.Batch, options.ImageSize, options.Precision, get_num_threads(), argus, baseline,
            ratios.Count > 0 ? Metrics.Median.Of(ratios) : null, ratios.Count > 0 ? ratios[0] : null, ratios.Count > 0 ? ratios[^1] : null, argus?.PeakMegabytes / baseline?.PeakMegabytes);
    }

    private static (List<Step> Own, List<Step> Other) Time(Options options, Recipe recipe, CancellationToken cancel)
    {
        using var images = randn(options.Batch, 3, options.ImageSize, options.ImageSize);
        using var labels = tensor(Enumerable.Range(0, options.Batch).Select(i => (long)(i % 2)).ToArray());
        using var ordered = images.AsChannelsLast().to(options.Precision == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32);
        using var argus = options.OnlyBaseline ? null : ModelFactory.Create(recipe);
        using var optimizer = argus is null ? null : new AdamW(argus.named_parameters().Select(p => (p.name, p.parameter))) { LearningRate = recipe.Optimizer.LearningRate, WeightDecay = recipe.Optimizer.WeightDecay };
        using var stock = options.Baseline || options.OnlyBaseline ? new StockModel(Specialist.Named(options.Specialist), recipe.Backbone.Name, recipe.Backbone.StochasticDepth, recipe.Model.Dropout, recipe.Model.AttentionDropout) : null;
        using var stockOptimizer = stock is null ? null : optim.AdamW(stock.parameters(), recipe.Optimizer.LearningRate, weight_decay: recipe.Optimizer.WeightDecay);
        argus?.train();
        stock?.train();

        Step Own() => Measure(optimizer!.ZeroGradients, () => Losses.CrossEntropy(argus!.Logits(ordered), labels), optimizer!.Step);
        Step Stock() => Measure(stockOptimizer!.zero_grad, () => nn.functional.cross_entropy(stock!.call(images), labels), () => stockOptimizer!.step());
        List<Step> own = [], other = [];
        for (var i = -WarmUps; i < options.Repeats; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (argus is not null)
            {
                Allocator.KeepFreedMemory();
                // After a turn of the other, the first step finds no memory of its own.
                if (stock is not null) Own();
                var step = Own();
                if (i >= 0) own.Add(step);
            }
            if (stock is not null)
            {
                Allocator.AsItComes();
                if (argus is not null) Stock();
                var step = Stock();
                if (i >= 0) other.Add(step);
            }
        }
        return (own, other);
    }

    private static Step Measure(Action zero, Func<Tensor> forward, Action step)
    {
        using var scope = NewDisposeScope();
        var (clock, managed) = (Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes());
        double Lap()
        {
            var (before, now) = (clock, Stopwatch.GetTimestamp());
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
        return new Step([first, second, Lap()], GC.GetTotalAllocatedBytes() - managed);
    }

    private static Path? Of(List<Step> steps, int batch)
    {
        if (steps.Count == 0) return null;
        var whole = Timing.Of([.. steps.Select(step => step.Seconds)]);
        double Share(int part) => steps.Sum(step => step.Parts[part]) / steps.Sum(step => step.Seconds);
        return new Path(whole, Share(0), Share(1), Share(2), batch / whole.Median, Process.GetCurrentProcess().PeakWorkingSet64 / 1e6, Metrics.Median.Of([.. steps.Select(step => step.ManagedBytes / 1e6)]));
    }

    private static async Task<double> PeakAsync(Options options, bool onlyBaseline, CancellationToken cancel)
    {
        string[] arguments = ["bench", "step", options.Specialist, "--batch", $"{options.Batch}", "--size", $"{options.ImageSize}", "--precision", options.Precision, "--repeats", $"{MemoryRepeats}", "--json"];
        var child = (await MeasuredProcess.ArgusAsync(onlyBaseline ? [.. arguments, "--only-baseline"] : arguments, cancel)).MustSucceed();
        var result = JsonSerializer.Deserialize<Result>(child.Output, Terminal.Json)!;
        return (result.Argus ?? result.Baseline)!.PeakMegabytes;
    }

    public static void Print(Result result)
    {
        string Text(Path path) => $"{path.Seconds.Text}; forward {path.ForwardShare:0%}, backward {path.BackwardShare:0%}, AdamW {path.OptimizerShare:0%}; {path.ImagesPerSecond:0.0} images/s";
        string Memory(Path path) => $"{path.PeakMegabytes / 1000:0.00} GB; .NET objects of a step {path.ManagedMegabytes:0.00} MB";
        List<(string, string)> facts = [];
        if (result.Argus is { } argus) facts.AddRange([("a step", Text(argus)), ("  peak memory", Memory(argus))]);
        if (result.Baseline is { } baseline) facts.AddRange([("baseline", Text(baseline)), ("  peak memory", Memory(baseline))]);
        if (result.Ratio is not null) facts.AddRange([("ratio", $"{result.Ratio:0.00} ({result.RatioMin:0.00}-{result.RatioMax:0.00})"), ("memory", $"{result.MemoryRatio:0%} of the baseline's")]);
        facts.Add(("of", $"{result.Specialist} with B4, profile seed, {result.Precision}, batch {result.Batch}, {result.ImageSize}x{result.ImageSize}, {result.Threads} threads"));
        Terminal.Facts(facts);
    }
}
