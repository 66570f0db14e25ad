using System.Diagnostics;
using Argus.Detection;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Cli.Benches;

/// <summary>A batch through an exported B4 specialist in ONNX Runtime, against the checkpoint in libtorch, in turns.</summary>
internal static class InferBench
{
    public sealed record Result(string Specialist, string Profile, int Batch, int Frames, int ImageSize, Timing Onnx, Timing Torch, double Ratio, double MegabytesOnDisk);

    private const int Repeats = 10, WarmUps = 2;

    public static async Task<Result> RunAsync(string specialist, string profile, int batch, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var (checkpoint, exported) = await Untrained.ExportAsync(specialist, profile, [], Path.Combine(folder, "checkpoint"), folder, cancel);
            using var model = checkpoint.Load(CPU);
            using var file = SpecialistModelFile.Load(exported.Path);
            model.eval();
            var (frames, side) = (file.Recipe.Data.ClipFrames, file.Recipe.Model.ImageSize);
            var inputs = file.Inputs.ToDictionary(name => name, name => GoldenInput.Of(name, batch * file.ClipLength));
            List<double> onnx = [], torch = [];
            for (var i = -WarmUps; i < Repeats; i++)
            {
                cancel.ThrowIfCancellationRequested();
                var (first, second) = (Timed(() => file.Logits(inputs)), Timed(() => Torch(model, inputs, batch * frames, frames, side)));
                if (i < 0) continue;
                onnx.Add(first);
                torch.Add(second);
            }
            return new Result(specialist, profile, batch, frames, side, Timing.Of(onnx), Timing.Of(torch), Metrics.Median.Of(torch.Zip(onnx, (a, b) => a / b)), exported.Bytes / 1e6);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static float[] Torch(Training.Models.SpecialistModel model, Dictionary<string, float[]> inputs, int pictures, int frames, int side)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        return model.Logits(inputs.ToDictionary(input => input.Key, input => tensor(input.Value).view(pictures, 3, side, side)), frames).data<float>().ToArray();
    }

    private static double Timed(Func<float[]> work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public static void Print(Result result) => Terminal.Facts(
    [
        ("ONNX Runtime", result.Onnx.Text),
        ("libtorch", $"{result.Torch.Text}: {result.Ratio:0.0} times ONNX Runtime's"),
        ("of", $"{result.Batch} clips of {result.Frames} frames, {result.ImageSize}x{result.ImageSize}, {result.Specialist} with B4, profile {result.Profile}, {result.MegabytesOnDisk:0} MB on disk"),
    ]);
}
