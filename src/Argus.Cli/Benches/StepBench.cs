using System.Diagnostics;
using System.Runtime.InteropServices;
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
/// <see cref="StockModel"/> with TorchSharp's optimizer and glibc's allocator as it comes, in turns in one process.
/// </summary>
internal static class StepBench
{
    /// <param name="Seconds">Of a step.</param>
    public sealed record Path(Timing Seconds, double ForwardShare, double BackwardShare, double OptimizerShare, double ImagesPerSecond);

    /// <param name="Ratio">How many times as long the baseline takes, the median of the pairs.</param>
    public sealed record Result(string Specialist, int Batch, int ImageSize, int Threads, Path Argus, Path? Baseline, double? Ratio, double? RatioMin, double? RatioMax);

    private const int WarmUps = 2;

    public static Result Run(string specialist, int batch, int repeats, bool baseline, CancellationToken cancel)
    {
        LibTorch.Load();
        var recipe = RecipeLibrary.Default.Load(RecipeLibrary.Default.Find($"{specialist}/1"), "seed", ["backbone.weights=none"]).Recipe;
        var side = recipe.Model.ImageSize;
        using var images = randn(batch, 3, side, side);
        using var labels = tensor(Enumerable.Range(0, batch).Select(i => (long)(i % 2)).ToArray());
        using var argus = ModelFactory.Create(recipe);
        using var optimizer = new AdamW(argus.named_parameters().Select(p => (p.name, p.parameter))) { LearningRate = recipe.Optimizer.LearningRate, WeightDecay = recipe.Optimizer.WeightDecay };
        using var ordered = images.AsChannelsLast();
        using var stock = baseline ? new StockModel(Specialist.Named(specialist), recipe.Backbone.Name, recipe.Backbone.StochasticDepth, recipe.Model.Dropout, recipe.Model.AttentionDropout) : null;
        using var stockOptimizer = stock is null ? null : optim.AdamW(stock.parameters(), recipe.Optimizer.LearningRate, weight_decay: recipe.Optimizer.WeightDecay);
        argus.train();
        stock?.train();

        List<double[]> own = [], other = [];
        for (var i = -WarmUps; i < repeats; i++)
        {
            cancel.ThrowIfCancellationRequested();
            Allocator.KeepsFreedMemory();
            double[] Own() => Step(optimizer.ZeroGradients, () => Losses.CrossEntropy(argus.Logits(ordered), labels), optimizer.Step);
            double[] Stock() => Step(() => stockOptimizer!.zero_grad(), () => nn.functional.cross_entropy(stock!.call(images), labels), () => stockOptimizer!.step());
            // After a turn of the other, the first step finds no memory of its own.
            if (baseline) Own();
            var first = Own();
            double[]? second = null;
            if (baseline)
            {
                Allocator.AsItComes();
                Stock();
                second = Stock();
            }
            if (i < 0) continue;
            own.Add(first);
            if (second is not null) other.Add(second);
        }
        var ratios = own.Zip(other, (a, b) => b.Sum() / a.Sum()).Order().ToList();
        return new Result(specialist, batch, side, get_num_threads(), Of(own, batch), other.Count > 0 ? Of(other, batch) : null,
            ratios.Count > 0 ? Metrics.Median.Of(ratios) : null, ratios.Count > 0 ? ratios[0] : null, ratios.Count > 0 ? ratios[^1] : null);
    }

    // Seconds of forward, backward and optimizer.
    private static double[] Step(Action zero, Func<Tensor> forward, Action step)
    {
        using var scope = NewDisposeScope();
        var clock = Stopwatch.GetTimestamp();
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
        return [first, second, Lap()];
    }

    private static Path Of(List<double[]> steps, int batch)
    {
        var whole = Timing.Of([.. steps.Select(step => step.Sum())]);
        double Share(int part) => steps.Sum(step => step[part]) / steps.Sum(step => step.Sum());
        return new Path(whole, Share(0), Share(1), Share(2), batch / whole.Median);
    }

    public static void Print(Result result)
    {
        string Text(Path path) => $"{path.Seconds.Text}; forward {path.ForwardShare:0%}, backward {path.BackwardShare:0%}, AdamW {path.OptimizerShare:0%}; {path.ImagesPerSecond:0.0} images/s";
        List<(string, string)> facts = [("a step", Text(result.Argus))];
        if (result.Baseline is { } baseline) facts.AddRange([("baseline", Text(baseline)), ("ratio", $"{result.Ratio:0.00} ({result.RatioMin:0.00}-{result.RatioMax:0.00})")]);
        facts.Add(("of", $"{result.Specialist} with B4, profile seed, fp32, batch {result.Batch}, {result.ImageSize}x{result.ImageSize}, {result.Threads} threads"));
        Terminal.Facts(facts);
    }

    // glibc's settings may change while a program runs; its numbers are in malloc.h.
    private static class Allocator
    {
        private const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3, MmapMax = -4;

        /// <summary>As the launcher sets it.</summary>
        public static void KeepsFreedMemory() => Set((TrimThreshold, -1), (TopPad, 256 << 20), (MmapMax, 0));

        /// <summary>As it is after it has adjusted itself to large blocks: those over 32 MB come from the system and go back, a free end of over 64 MB too.</summary>
        public static void AsItComes()
        {
            Set((TrimThreshold, 64 << 20), (TopPad, 128 << 10), (MmapThreshold, 32 << 20), (MmapMax, 65536));
            if (OperatingSystem.IsLinux()) _ = Trim(0);
        }

        private static void Set(params ReadOnlySpan<(int Parameter, int Value)> settings)
        {
            if (!OperatingSystem.IsLinux()) return;
            foreach (var (parameter, value) in settings) _ = MallOpt(parameter, value);
        }

        [DllImport("libc", EntryPoint = "mallopt")]
        private static extern int MallOpt(int parameter, int value);

        [DllImport("libc", EntryPoint = "malloc_trim")]
        private static extern int Trim(nuint pad);
    }
}
