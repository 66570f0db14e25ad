using System.Diagnostics;
using Argus.Cli.Output;
using Argus.Detection;
using Argus.Training.Export.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Benchmarks;

/// <summary>
/// A batch through an exported B4 specialist in ONNX Runtime, against the checkpoint in libtorch, in turns.
/// </summary>
internal static class InferBench
{
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

    public static async Task<Result> RunAsync(string specialist, string profile, int batch, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var (checkpoint, exported) = await Untrained.ExportAsync(
                specialist,
                profile,
                [],
                Path.Combine(folder, "checkpoint"),
                folder,
                cancel
            );
            using var model = checkpoint.Load(CPU);
            using var file = SpecialistModelFile.Load(exported.Path);
            model.eval();
            var frames = file.Recipe.Data.ClipFrames;
            var side = file.Recipe.Model.ImageSize;
            var inputs = file.Inputs.ToDictionary(
                name => name,
                name => GoldenInput.Create(name, batch * file.ClipLength)
            );
            using var backbone = BackboneOf(exported.Path);
            var picture = new[]
            {
                NamedOnnxValue.CreateFromTensor(
                    Views.View.Rgb,
                    new DenseTensor<float>(inputs[Views.View.Rgb], [batch, frames, 3, side, side])
                ),
            };
            List<double> onnx = [];
            List<double> torch = [];
            List<double> bare = [];
            for (var i = -WarmUps; i < Repeats; i++)
            {
                cancel.ThrowIfCancellationRequested();
                var first = Timed(() => _ = file.Logits(inputs));
                var second = Timed(() => _ = Torch(model, inputs, batch * frames, frames, side));
                var third = Timed(() => backbone.Run(picture).Dispose());
                if (i < 0)
                    continue;
                bare.Add(third);
                onnx.Add(first);
                torch.Add(second);
            }
            var whole = Timing.Compute(onnx);
            var alone = Timing.Compute(bare);
            return new Result(
                specialist,
                profile,
                batch,
                frames,
                side,
                whole,
                Timing.Compute(torch),
                Metrics.Median.Compute(torch.Zip(onnx, (a, b) => a / b)),
                alone,
                alone.Median / whole.Median,
                batch / whole.Median,
                exported.Bytes / 1e6,
                Process.GetCurrentProcess().PeakWorkingSet64 / 1e6
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The file up to the backbone's pooled features: what a plain classifier would compute.
    private static InferenceSession BackboneOf(string path)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        var pooled = model.Graph.Node.Last(node => node.OpType == "GlobalAveragePool").Output[0];
        // The runtime computes what nobody asks for, so it must go.
        var needed = new HashSet<string> { pooled };
        var nodes = model
            .Graph.Node.Reverse()
            .Where(node => node.Output.Any(needed.Contains) && node.Input.All(name => needed.Add(name) || true))
            .Reverse()
            .ToList();
        model.Graph.Node.Clear();
        model.Graph.Node.AddRange(nodes);
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto { Name = pooled });
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        return new InferenceSession(model.ToByteArray(), options);
    }

    private static float[] Torch(
        Training.Models.SpecialistModel model,
        Dictionary<string, float[]> inputs,
        int pictures,
        int frames,
        int side
    )
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        return model
            .Logits(
                inputs.ToDictionary(input => input.Key, input => tensor(input.Value).view(pictures, 3, side, side)),
                frames
            )
            .data<float>()
            .ToArray();
    }

    private static double Timed(Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public static void Print(Result result) =>
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
