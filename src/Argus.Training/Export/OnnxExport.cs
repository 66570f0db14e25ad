using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Argus.Detection;
using Argus.Evaluations;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Stores;
using Argus.Training.Feeding;
using Argus.Training.Models;
using Argus.Training.Runs;
using Argus.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>How an exported file keeps its weights.</summary>
public enum ExportPrecision { Fp32, Fp16 }

/// <param name="Path">The file.</param>
/// <param name="Clips">Real clips that it was compared on; 0: none were given.</param>
/// <param name="LargestDifference">Of a logit, between the file in ONNX Runtime and the checkpoint in torch.</param>
public sealed record ExportResult(string Path, long Bytes, int Clips, double LargestDifference);

/// <summary>Writes a checkpoint as an ONNX file that says all that is needed to use it, and checks the file against the checkpoint.</summary>
public static class OnnxExport
{
    /// <summary>Logits of real clips may differ from the checkpoint's by so much; half-precision weights are rounded, so theirs is only reported.</summary>
    public const double Tolerance = 1e-4;

    private const int MostClips = 16;

    /// <param name="store">Real crops to compare on; null: only made input is.</param>
    /// <exception cref="ArgusException">The file does not compute what the checkpoint does; nothing is left behind.</exception>
    public static async Task<ExportResult> RunAsync(CheckpointReference checkpoint, string path, ExportPrecision precision, Store? store, CancellationToken cancel)
    {
        var recipe = checkpoint.Recipe;
        using var model = checkpoint.Load(TorchDevice.For("cpu"));
        model.eval();
        var specialist = Specialist.Named(recipe.Specialist);
        var graph = SpecialistGraph.Of(specialist, recipe.Backbone.Name, model.state_dict(), recipe.Model.ImageSize, recipe.Data.ClipFrames, recipe.Model.Views == "own");
        if (precision == ExportPrecision.Fp16) graph.HalveWeights();
        var partial = path + ".partial";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            graph.Write(partial, EnvironmentRecord.Version, await MetadataAsync(checkpoint, model, precision, cancel));
            using (var file = SpecialistModelFile.Load(partial))
            {
                var (clips, largest) = await CompareAsync(model, file, checkpoint.Recipe, store, cancel);
                if (precision == ExportPrecision.Fp32 && clips > 0 && !(largest <= Tolerance))
                    throw new ArgusException($"The exported file's logits differ from the checkpoint's by {largest:0.000000}, more than {Tolerance}. Nothing was written; please report this with the checkpoint's recipe.yaml.");
                var bytes = new FileInfo(partial).Length;
                File.Move(partial, path, overwrite: true);
                return new ExportResult(path, bytes, clips, largest);
            }
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task<Dictionary<string, string>> MetadataAsync(CheckpointReference checkpoint, SpecialistModel model, ExportPrecision precision, CancellationToken cancel)
    {
        var recipe = await File.ReadAllTextAsync(checkpoint.RecipeFile, cancel);
        var calibration = Path.Combine(checkpoint.Folder, Calibration.FileName);
        return new Dictionary<string, string>
        {
            [ModelMetadata.Version] = EnvironmentRecord.Version,
            [ModelMetadata.Recipe] = recipe,
            [ModelMetadata.RecipeHash] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe))),
            [ModelMetadata.Weights] = await FileHash.Sha256Async(checkpoint.Weights, cancel),
            [ModelMetadata.Calibration] = File.Exists(calibration) ? await File.ReadAllTextAsync(calibration, cancel) : "",
            [ModelMetadata.Labels] = """["real","fake"]""",
            [ModelMetadata.Mean] = JsonSerializer.Serialize(Preprocessing.Mean),
            [ModelMetadata.Std] = JsonSerializer.Serialize(Preprocessing.Std),
            [ModelMetadata.Precision] = $"{precision}".ToLowerInvariant(),
            [ModelMetadata.Golden] = JsonSerializer.Serialize(Golden(checkpoint, model)),
        };
    }

    private static float[] Golden(CheckpointReference checkpoint, SpecialistModel model)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var (input, frames) = (RecipeInput.From(checkpoint.Recipe), checkpoint.Recipe.Data.ClipFrames);
        var views = input.Views.Prepend(View.Rgb).ToDictionary(name => name, name =>
            tensor(GoldenInput.Of(name, 2 * frames * 3 * input.ImageSize * input.ImageSize)).view(2 * frames, 3, input.ImageSize, input.ImageSize));
        return model.Logits(views, frames).data<float>().ToArray();
    }

    private static async Task<(int Clips, double Largest)> CompareAsync(SpecialistModel model, SpecialistModelFile file, Recipe recipe, Store? store, CancellationToken cancel)
    {
        var made = file.Check();
        if (store is null) return (0, made);
        var largest = 0.0; // of pictures alone: logits of made input may be in the hundreds
        var feeder = new Feeder(store, new ClipPreprocessing(RecipeInput.From(recipe)), augment: null, recipe.Seed, recipe.Train.Workers);
        var suitable = Suitability.Split(recipe, store.Videos).Suitable;
        // Of many videos rather than many of one.
        var samples = suitable.SelectMany(video => video.Clips.Select((clip, place) => (clip, place))).OrderBy(entry => entry.place).Take(MostClips).Select(entry => new Sample(entry.clip)).ToList();
        await foreach (var batch in feeder.ReadAsync(samples, 0, recipe.Train.BatchSize, 0, cancel))
        {
            using (batch)
            using (no_grad())
            using (NewDisposeScope())
            {
                var inputs = batch.Inputs.ToDictionary(input => input.Key, input => input.Value.contiguous().data<float>().ToArray());
                largest = Math.Max(largest, Difference(model.Logits(batch.Inputs, batch.FramesPerClip).data<float>().ToArray(), file.Logits(inputs)));
            }
        }
        return (samples.Count, largest);
    }

    private static double Difference(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();
}
