using System.Diagnostics;
using System.Text.Json;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Kernels;
using Argus.Training.Models;
using Argus.Training.Native;
using Argus.Training.Optimization;
using Argus.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Benchmarks;

/// <summary>
/// The work of a <see cref="StepProcess"/>: a training step for every line that it is sent, and a line of JSON for
/// every step.
/// </summary>
internal static class StepTurns
{
    /// <summary>Takes steps on random pictures until the standard input ends.</summary>
    /// <param name="options">Which step to take.</param>
    /// <param name="isBaseline">Whether to take the baseline's step.</param>
    /// <param name="cancel">Ends the turns after the step that is being taken.</param>
    public static void Take(StepOptions options, bool isBaseline, CancellationToken cancel)
    {
        LibTorch.Load();
        var recipe = options.LoadRecipe();
        using var images = randn(options.Batch, 3, options.ImageSize, options.ImageSize); // (N, 3, H, W)
        using var labels = tensor(Enumerable.Range(0, options.Batch).Select(i => (long)(i % 2)).ToArray());
        var step = isBaseline
            ? CreateBaselineStep(options, recipe, images, labels)
            : CreateArgusStep(options, recipe, images, labels);
        while (Console.In.ReadLine() is not null && !cancel.IsCancellationRequested)
            Console.Out.WriteLine(JsonSerializer.Serialize(step()));
    }

    private static Func<StepMeasurement> CreateBaselineStep(
        StepOptions options,
        Recipe recipe,
        Tensor images,
        Tensor labels
    )
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
        return () =>
            Measure(
                () => optimizer.zero_grad(),
                () => nn.functional.cross_entropy(model.call(images), labels),
                () => optimizer.step()
            );
    }

    private static Func<StepMeasurement> CreateArgusStep(
        StepOptions options,
        Recipe recipe,
        Tensor images,
        Tensor labels
    )
    {
        var model = ModelFactory.Create(recipe);
        var learned = model.Learn(framesPerClip: 1);
        var optimizer = new AdamW(learned.Parameters, learned.Idle)
        {
            LearningRate = recipe.Optimizer.LearningRate,
            WeightDecay = recipe.Optimizer.WeightDecay,
        };
        var type = options.Precision == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;
        var ordered = images.AsChannelsLast().to(type);
        model.train();
        return () =>
            Measure(optimizer.ZeroGradients, () => Losses.CrossEntropy(model.Logits(ordered), labels), optimizer.Step);
    }

    private static StepMeasurement Measure(Action clearGradients, Func<Tensor> computeLoss, Action updateWeights)
    {
        using var scope = NewDisposeScope();
        var managedBefore = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();
        clearGradients();
        var loss = computeLoss();
        var afterForward = Stopwatch.GetTimestamp();
        loss.backward();
        _ = loss.item<float>();
        var afterBackward = Stopwatch.GetTimestamp();
        updateWeights();
        var end = Stopwatch.GetTimestamp();
        return new StepMeasurement(
            Stopwatch.GetElapsedTime(start, afterForward).TotalSeconds,
            Stopwatch.GetElapsedTime(afterForward, afterBackward).TotalSeconds,
            Stopwatch.GetElapsedTime(afterBackward, end).TotalSeconds,
            GC.GetTotalAllocatedBytes() - managedBefore,
            Process.GetCurrentProcess().PeakWorkingSet64 / 1e6
        );
    }
}
