using System.CommandLine;
using System.Diagnostics;
using Argus.Cli;
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
/// Training on a GPU: how far a step's numbers are from the processor's, and how many images a second it takes.
/// <c>benchmarks/pytorch/step.py</c> measures the same step in PyTorch.
/// </summary>
internal static class DeviceBench
{
    /// <summary>How far a specialist's numbers on the GPU are from those of the processor in fp32.</summary>
    /// <param name="Specialist">The specialist's name.</param>
    /// <param name="Arithmetic">The arithmetic on the GPU.</param>
    /// <param name="Logits">Relative L2 of the logits.</param>
    /// <param name="Gradient">Relative L2 of all gradients as one vector.</param>
    public sealed record Agreement(string Specialist, string Arithmetic, double Logits, double Gradient);

    /// <summary>The throughput of training steps.</summary>
    /// <param name="Arithmetic">The arithmetic on the GPU.</param>
    /// <param name="Batch">The number of pictures of a step.</param>
    /// <param name="StepSeconds">The time of a step.</param>
    /// <param name="ImagesPerSecond">The throughput.</param>
    public sealed record Throughput(string Arithmetic, int Batch, double StepSeconds, double ImagesPerSecond);

    /// <summary>What was measured.</summary>
    /// <param name="Specialist">The specialist whose steps were timed.</param>
    /// <param name="Agreements">The numbers of all specialists.</param>
    /// <param name="Throughputs">The times of the one.</param>
    public sealed record Result(string Specialist, List<Agreement> Agreements, List<Throughput> Throughputs);

    private sealed record Arithmetic(string Name, bool AllowTf32, ScalarType Type)
    {
        public static readonly Arithmetic[] All =
        [
            new("fp32", AllowTf32: false, ScalarType.Float32),
            new("TF32", AllowTf32: true, ScalarType.Float32),
            new("bf16", AllowTf32: true, ScalarType.BFloat16),
        ];

        public void Use()
        {
            backends.cuda.matmul.allow_tf32 = AllowTf32;
            backends.cudnn.allow_tf32 = AllowTf32;
        }
    }

    private const int ComparedBatch = 8;
    private const int ImageSize = 224;
    private const int WarmUps = 5;

    /// <summary>Creates the command <c>argus bench device</c>.</summary>
    public static Command CreateCommand()
    {
        var specialist = BenchOptions.CreateSpecialist();
        var batches = new Option<int[]>("--batches")
        {
            Description = "Images a step.",
            DefaultValueFactory = _ => [8, 32, 128],
            HelpName = "N",
            AllowMultipleArgumentsPerToken = true,
        };
        var repeats = BenchOptions.CreateCount("--repeats", "Timed steps.", value: 20, least: 1, most: 10000);
        var command = new Command(
            "device",
            "Training on a GPU: its numbers beside the processor's, and images a second."
        )
        {
            specialist,
            batches,
            repeats,
            BenchOptions.Json,
        };
        command.SetAction(parse =>
        {
            TrainingProcess.Prepare();
            var device = TorchDevice.Select(ComputeDevice.Cuda);
            var name = parse.GetRequiredValue(specialist);
            var agreements = Specialist.All.SelectMany(each => Compare(each.Name, device)).ToList();
            var throughputs = MeasureAll(name, parse.GetRequiredValue(batches), parse.GetValue(repeats), device);
            BenchOptions.Write(parse, new Result(name, agreements, throughputs), Print);
        });
        return command;
    }

    // Without dropout, so that both devices compute the same.
    private static IEnumerable<Agreement> Compare(string specialist, Device device)
    {
        var recipe = LoadRecipe(
            specialist,
            "model.dropout=[0,0,0]",
            "model.attention_dropout=0",
            "backbone.stochastic_depth=0"
        );
        random.manual_seed(0);
        using var scope = NewDisposeScope();
        using var model = ModelFactory.Create(recipe);
        var images = randn(ComparedBatch, 3, ImageSize, ImageSize);
        var expected = Step(model, images, ScalarType.Float32, CPU);
        model.to(device);
        foreach (var arithmetic in Arithmetic.All)
        {
            arithmetic.Use();
            var (logits, gradient) = Step(model, images, arithmetic.Type, device);
            yield return new Agreement(
                specialist,
                arithmetic.Name,
                Distance(logits, expected.Logits),
                Distance(gradient, expected.Gradient)
            );
        }
    }

    private static (Tensor Logits, Tensor Gradient) Step(
        SpecialistModel model,
        Tensor images,
        ScalarType type,
        Device device
    )
    {
        foreach (var parameter in model.parameters())
            parameter.grad = null;
        model.train();
        var labels = Labels(ComparedBatch, device);
        var logits = model.Logits(images.to(device).AsChannelsLast().to(type));
        Losses.CrossEntropy(logits, labels).backward();
        var gradients = model.parameters().Select(parameter => parameter.grad).OfType<Tensor>();
        return (logits.detach().cpu(), cat([.. gradients.Select(gradient => gradient.cpu().flatten())]));
    }

    private static double Distance(Tensor measured, Tensor expected) =>
        ((measured - expected).norm() / expected.norm()).ToDouble();

    private static List<Throughput> MeasureAll(string specialist, int[] batches, int repeats, Device device)
    {
        using var scope = NewDisposeScope();
        using var model = ModelFactory.Create(LoadRecipe(specialist));
        model.to(device);
        model.train();
        var learned = model.Learn(framesPerClip: 1);
        using var optimizer = new AdamW(learned.Parameters, learned.Idle);
        return
        [
            .. from arithmetic in Arithmetic.All
            from batch in batches
            select Measure(model, optimizer, arithmetic, batch, repeats, device),
        ];
    }

    private static Throughput Measure(
        SpecialistModel model,
        AdamW optimizer,
        Arithmetic arithmetic,
        int batch,
        int repeats,
        Device device
    )
    {
        arithmetic.Use();
        using var scope = NewDisposeScope();
        var images = randn(batch, 3, ImageSize, ImageSize, device: device).AsChannelsLast().to(arithmetic.Type);
        var labels = Labels(batch, device);
        for (var i = 0; i < WarmUps; i++)
            TakeStep();
        cuda.synchronize();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < repeats; i++)
            TakeStep();
        cuda.synchronize();
        var seconds = clock.Elapsed.TotalSeconds / repeats;
        return new Throughput(arithmetic.Name, batch, seconds, batch / seconds);

        void TakeStep()
        {
            using var step = NewDisposeScope();
            optimizer.ZeroGradients();
            Losses.CrossEntropy(model.Logits(images), labels).backward();
            optimizer.Step();
        }
    }

    private static Tensor Labels(int batch, Device device) => (arange(batch, device: device) % 2).to(ScalarType.Int64);

    private static Recipe LoadRecipe(string specialist, params string[] settings)
    {
        var library = RecipeLibrary.Default;
        return library.Load(library.Find($"{specialist}/1"), "seed", ["backbone.weights=none", .. settings]).Recipe;
    }

    private static void Print(Result result)
    {
        Terminal.Table(
            ["numbers of", "arithmetic", "logits", "gradient"],
            [
                .. result.Agreements.Select(row =>
                    new[] { row.Specialist, row.Arithmetic, $"{row.Logits:0.0e+0}", $"{row.Gradient:0.0e+0}" }
                ),
            ]
        );
        Terminal.Table(
            [$"steps of {result.Specialist}", "batch", "a step", "images/s"],
            [
                .. result.Throughputs.Select(row =>
                    new[]
                    {
                        row.Arithmetic,
                        $"{row.Batch}",
                        $"{row.StepSeconds * 1000:0.0} ms",
                        $"{row.ImagesPerSecond:0}",
                    }
                ),
            ]
        );
    }
}
