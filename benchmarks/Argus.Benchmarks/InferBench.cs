using System.CommandLine;
using System.Diagnostics;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Detection;
using Argus.Specialists;
using Argus.Training.Models;
using Argus.Training.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Benchmarks;

/// <summary>
/// Measures a batch through an exported B4 specialist in ONNX Runtime, and through its checkpoint in libtorch. The two
/// take turns.
/// </summary>
internal static class InferBench
{
    /// <summary>What was measured.</summary>
    /// <param name="Specialist">The name of the specialist.</param>
    /// <param name="Profile">The profile of its recipe.</param>
    /// <param name="Batch">The number of clips of a batch.</param>
    /// <param name="Frames">The number of frames of a clip.</param>
    /// <param name="ImageSize">The side of a picture in pixels.</param>
    /// <param name="Onnx">The time of a batch in ONNX Runtime.</param>
    /// <param name="Torch">The time of a batch in libtorch.</param>
    /// <param name="Ratio">How many times as long libtorch takes: the median of the pairs.</param>
    /// <param name="Backbone">The time of a batch through the backbone alone, in ONNX Runtime.</param>
    /// <param name="BackboneShare">The backbone's part of the time in ONNX Runtime.</param>
    /// <param name="ClipsPerSecond">The throughput of ONNX Runtime.</param>
    /// <param name="MegabytesOnDisk">The size of the exported file.</param>
    /// <param name="PeakMegabytes">The largest memory of the whole process.</param>
    public sealed record Result(
        string Specialist,
        string Profile,
        int Batch,
        int Frames,
        int ImageSize,
        Timing Onnx,
        Timing Torch,
        double Ratio,
        Timing Backbone,
        double BackboneShare,
        double ClipsPerSecond,
        double MegabytesOnDisk,
        double PeakMegabytes
    );

    private const int Repeats = 10;
    private const int WarmUps = 2;

    /// <summary>Creates the command <c>argus bench infer</c>.</summary>
    public static Command CreateCommand()
    {
        var specialist = BenchOptions.CreateSpecialist();
        var profile = BenchOptions.CreateProfile();
        var batch = BenchOptions.CreateCount("--batch", "Clips at once.", value: 8, least: 1, most: 1024);
        var command = new Command("infer", "An exported B4 specialist in ONNX Runtime against the same in libtorch.")
        {
            specialist,
            profile,
            batch,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var result = await RunAsync(
                    Specialist.Find(parse.GetRequiredValue(specialist)).Name,
                    parse.GetRequiredValue(profile),
                    parse.GetValue(batch),
                    cancel
                );
                BenchOptions.Write(parse, result, Print);
            }
        );
        return command;
    }

    private static async Task<Result> RunAsync(string specialist, string profile, int batch, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var untrained = await Untrained.ExportAsync(
                specialist,
                profile,
                [],
                Path.Combine(folder, "checkpoint"),
                folder,
                cancel
            );
            using var model = untrained.Checkpoint.Load(CPU);
            using var file = SpecialistModelFile.Load(untrained.Export.Path);
            model.eval();
            var frames = file.Recipe.Data.ClipFrames;
            var side = file.Recipe.Model.ImageSize;
            var inputs = file.Inputs.ToDictionary(
                name => name,
                name => GoldenInput.Create(name, batch * file.ClipLength)
            );
            using var backbone = LoadBackbone(untrained.Export.Path);
            var picture = new[]
            {
                NamedOnnxValue.CreateFromTensor(
                    Views.View.Rgb,
                    new DenseTensor<float>(inputs[Views.View.Rgb], [batch, frames, 3, side, side])
                ),
            };
            List<double> onnxSeconds = [];
            List<double> torchSeconds = [];
            List<double> backboneSeconds = [];
            for (var i = -WarmUps; i < Repeats; i++)
            {
                cancel.ThrowIfCancellationRequested();
                var onnx = MeasureSeconds(() => _ = file.Logits(inputs));
                var torch = MeasureSeconds(() => _ = ComputeLogits(model, inputs, batch * frames, frames, side));
                var alone = MeasureSeconds(() => backbone.Run(picture).Dispose());
                if (i < 0)
                    continue;
                onnxSeconds.Add(onnx);
                torchSeconds.Add(torch);
                backboneSeconds.Add(alone);
            }
            var onnxTiming = Timing.Compute(onnxSeconds);
            var backboneTiming = Timing.Compute(backboneSeconds);
            return new Result(
                specialist,
                profile,
                batch,
                frames,
                side,
                onnxTiming,
                Timing.Compute(torchSeconds),
                Metrics.Median.Compute(torchSeconds.Zip(onnxSeconds, (torch, onnx) => torch / onnx)),
                backboneTiming,
                backboneTiming.Median / onnxTiming.Median,
                batch / onnxTiming.Median,
                untrained.Export.Bytes / 1e6,
                Process.GetCurrentProcess().PeakWorkingSet64 / 1e6
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Loads the graph up to the backbone's pooled features, which is what a plain classifier computes.
    private static InferenceSession LoadBackbone(string path)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        var pooled = model.Graph.Node.Last(node => node.OpType == "GlobalAveragePool").Output[0];
        // The runtime also computes nodes whose output nobody needs, so they are removed. From the last node to the
        // first, a node stays if its output is needed, and then its inputs are needed too.
        var needed = new HashSet<string> { pooled };
        var nodes = new List<NodeProto>();
        foreach (var node in model.Graph.Node.Reverse())
        {
            if (!node.Output.Any(needed.Contains))
                continue;
            needed.UnionWith(node.Input);
            nodes.Insert(0, node);
        }
        model.Graph.Node.Clear();
        model.Graph.Node.AddRange(nodes);
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto { Name = pooled });
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        return new InferenceSession(model.ToByteArray(), options);
    }

    private static float[] ComputeLogits(
        SpecialistModel model,
        Dictionary<string, float[]> inputs,
        int pictures,
        int frames,
        int side
    )
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var views = inputs.ToDictionary(
            input => input.Key,
            input => tensor(input.Value).view(pictures, 3, side, side) // (N * T, 3, H, W)
        );
        return model.Logits(views, frames).data<float>().ToArray(); // (N, 2)
    }

    private static double MeasureSeconds(Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Print(Result result) =>
        Terminal.Facts([
            ("ONNX Runtime", $"{result.Onnx.Text}; {result.ClipsPerSecond:0.0} clips/s"),
            ("libtorch", $"{result.Torch.Text}: {result.Ratio:0.0} times ONNX Runtime's"),
            ("its backbone alone", $"{result.Backbone.Text}: {result.BackboneShare:0%}"),
            ("peak memory", $"{result.PeakMegabytes:0} MB, libtorch's model and both graphs together"),
            (
                "of",
                $"{result.Batch} clips of {result.Frames} frames, {result.ImageSize}x{result.ImageSize}, "
                    + $"{result.Specialist} with B4, profile {result.Profile}, {result.MegabytesOnDisk:0} MB on disk"
            ),
        ]);
}
