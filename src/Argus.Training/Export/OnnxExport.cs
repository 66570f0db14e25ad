using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Argus.Clips;
using Argus.Data.Evaluations;
using Argus.Data.Stores;
using Argus.Detection;
using Argus.Imaging;
using Argus.Metrics;
using Argus.Recipes;
using Argus.Scores;
using Argus.Specialists;
using Argus.Training.Feeding;
using Argus.Training.Models;
using Argus.Training.Runs;
using Argus.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>How an exported file keeps its weights.</summary>
public enum ExportPrecision
{
    Fp32,
    Fp16,
    Int8,
}

/// <param name="Path">The file.</param>
/// <param name="Clips">Real clips that it was compared on; 0: none were given.</param>
/// <param name="LargestDifference">
/// Largest difference of a logit between the file in ONNX Runtime and the checkpoint in torch.
/// </param>
/// <param name="Loss">What rounding costs on those clips; null for a file whose weights are not rounded.</param>
public sealed record ExportResult(string Path, long Bytes, int Clips, double LargestDifference, PrecisionLoss? Loss);

/// <summary>What rounding costs, on clips that ranges were not measured on.</summary>
/// <param name="MeanProbability">Mean absolute difference of P(fake).</param>
/// <param name="CheckpointAuc">Over clips; null where there is one class only.</param>
/// <param name="FileAuc">AUC of the file over those clips.</param>
public sealed record PrecisionLoss(
    double MeanProbability,
    double LargestProbability,
    double? CheckpointAuc,
    double? FileAuc
);

/// <summary>
/// Writes a checkpoint as an ONNX file that says all that is needed to use it, and checks the file against the
/// checkpoint.
/// </summary>
public static class OnnxExport
{
    /// <summary>
    /// Logits of real clips may differ from the checkpoint's by so much; rounded weights are only reported on.
    /// </summary>
    public const double Tolerance = 1e-4;

    // Enough to notice a fault; to measure a loss; to know the ranges of activations.
    private const int MostClips = 16;
    private const int MostRoundedClips = 256;
    private const int CalibrationClips = 64;

    /// <param name="store">
    /// Real crops to compare on, and for integers to measure ranges on; null: only made input is.
    /// </param>
    /// <exception cref="RequestException">Integers without a store.</exception>
    /// <exception cref="ArgusException">
    /// The file does not compute what the checkpoint does; nothing is left behind.
    /// </exception>
    public static async Task<ExportResult> RunAsync(
        CheckpointReference checkpoint,
        string path,
        ExportPrecision precision,
        Store? store,
        CancellationToken cancel
    )
    {
        var recipe = checkpoint.Recipe;
        using var model = checkpoint.Load(TorchDevice.Select(ComputeDevice.Cpu));
        model.eval();
        var specialist = Specialist.Find(recipe.Specialist);
        var shared = recipe.Backbone.Shared;
        if (shared && precision == ExportPrecision.Int8)
            throw new RequestException(
                "Integers are chosen for a whole model; with backbone.shared take --fp16 or full precision."
            );
        var graph = SpecialistGraph.Build(
            specialist,
            recipe.Backbone.Name,
            model.state_dict(),
            recipe.Model.ImageSize,
            recipe.Data.ClipFrames,
            recipe.Model.Views == ViewSource.Own,
            shared
        );
        var partial = path + ".partial";
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        try
        {
            var golden = Golden(checkpoint, model);
            var metadata = await MetadataAsync(checkpoint, golden, precision, cancel);
            if (shared)
                metadata[SharedBackbone.Weights] = SharedBackboneExport.Write(
                    folder,
                    recipe,
                    model.state_dict(),
                    precision
                );
            if (precision == ExportPrecision.Int8)
            {
                if (store is null)
                    throw new RequestException(
                        "--int8 needs --store DIR: the ranges of activations are measured on real crops."
                    );
                await graph.QuantizeAsync(partial, metadata, watched => RangesAsync(watched, recipe, store, cancel));
            }
            if (precision != ExportPrecision.Fp32)
            {
                graph.HalveWeights();
                // Rounding changes the answer to made input; what it then is, must stay.
                graph.Write(partial, ProgramVersion.Text, metadata);
                using var rounded = SpecialistModelFile.Load(partial);
                metadata[ModelMetadata.Golden] = JsonSerializer.Serialize(rounded.Golden());
            }
            graph.Write(partial, ProgramVersion.Text, metadata);
            using (var file = SpecialistModelFile.Load(partial))
            {
                file.Check();
                var result = store is null
                    ? new ExportResult("", 0, 0, Difference(golden, file.Golden()), null)
                    : await CompareAsync(model, file, recipe, precision, store, cancel);
                if (precision == ExportPrecision.Fp32 && result.Clips > 0 && !(result.LargestDifference <= Tolerance))
                    throw new ArgusException(
                        "The exported file's logits differ from the checkpoint's by "
                            + $"{result.LargestDifference:0.000000}, more than {Tolerance}. Nothing was written; "
                            + "please report this with the checkpoint's recipe.yaml."
                    );
                var bytes = new FileInfo(partial).Length;
                File.Move(partial, path, overwrite: true);
                return result with { Path = path, Bytes = bytes };
            }
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task<Dictionary<string, string>> MetadataAsync(
        CheckpointReference checkpoint,
        float[] golden,
        ExportPrecision precision,
        CancellationToken cancel
    )
    {
        var recipe = await File.ReadAllTextAsync(checkpoint.RecipeFile, cancel);
        var calibration = Path.Combine(checkpoint.Folder, Calibration.FileName);
        return new Dictionary<string, string>
        {
            [ModelMetadata.Version] = ProgramVersion.Text,
            [ModelMetadata.Recipe] = recipe,
            [ModelMetadata.RecipeHash] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe))),
            [ModelMetadata.Weights] = await FileHash.Sha256Async(checkpoint.Weights, cancel),
            [ModelMetadata.Calibration] = File.Exists(calibration)
                ? await File.ReadAllTextAsync(calibration, cancel)
                : "",
            [ModelMetadata.Labels] = """["real","fake"]""",
            [ModelMetadata.Mean] = JsonSerializer.Serialize(Preprocessing.Mean),
            [ModelMetadata.Std] = JsonSerializer.Serialize(Preprocessing.Std),
            [ModelMetadata.Precision] = $"{precision}".ToLowerInvariant(),
            [ModelMetadata.Golden] = JsonSerializer.Serialize(golden),
        };
    }

    private static float[] Golden(CheckpointReference checkpoint, SpecialistModel model)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var input = ModelInput.Create(checkpoint.Recipe);
        var frames = checkpoint.Recipe.Data.ClipFrames;
        var views = input
            .Views.Prepend(View.Rgb)
            .ToDictionary(
                name => name,
                name =>
                    tensor(GoldenInput.Create(name, frames * 3 * input.ImageSize * input.ImageSize))
                        .view(frames, 3, input.ImageSize, input.ImageSize)
            );
        return model.Logits(views, frames).data<float>().ToArray();
    }

    private static async Task<ExportResult> CompareAsync(
        SpecialistModel model,
        SpecialistModelFile file,
        Recipe recipe,
        ExportPrecision precision,
        Store store,
        CancellationToken cancel
    )
    {
        var samples = Samples(recipe, store)
            .Skip(precision == ExportPrecision.Int8 ? CalibrationClips : 0)
            .Take(precision == ExportPrecision.Fp32 ? MostClips : MostRoundedClips)
            .ToList();
        if (samples.Count == 0)
            throw new RequestException(
                $"The store has no more than {CalibrationClips} clips that this specialist can judge: too few "
                    + "to measure ranges on some and what rounding costs on others."
            );
        List<float> before = [];
        List<float> after = [];
        await EachBatchAsync(
            recipe,
            store,
            samples,
            (batch, inputs) =>
            {
                before.AddRange(model.Logits(batch.Inputs, batch.FramesPerClip).data<float>());
                after.AddRange(file.Logits(inputs));
            },
            cancel
        );
        var largest = Difference(before, after); // of pictures alone: logits of made input may be in the hundreds
        return new ExportResult(
            "",
            0,
            samples.Count,
            largest,
            precision == ExportPrecision.Fp32
                ? null
                : Loss([.. samples.Select(sample => sample.Clip.Video.Item.Label)], before, after)
        );
    }

    private static double Difference(IEnumerable<float> a, IEnumerable<float> b) =>
        a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();

    private static PrecisionLoss Loss(List<int> labels, List<float> before, List<float> after)
    {
        static double[] Scores(List<float> logits) =>
            [.. logits.Chunk(2).Select(pair => Odds.ToProbability((double)pair[1] - pair[0]))];
        var checkpoint = Scores(before);
        var file = Scores(after);
        var differences = checkpoint.Zip(file, (a, b) => Math.Abs(a - b)).ToList();
        double? Auc(double[] scores) =>
            labels.Distinct().Count() == 2 ? BinaryMetrics.Compute(labels, scores).RocAuc : null;
        return new PrecisionLoss(differences.Average(), differences.Max(), Auc(checkpoint), Auc(file));
    }

    private static async Task<(float[] Smallest, float[] Largest)> RangesAsync(
        string watched,
        Recipe recipe,
        Store store,
        CancellationToken cancel
    )
    {
        using var file = SpecialistModelFile.Load(watched);
        List<float[]> smallest = [];
        List<float[]> largest = [];
        await EachBatchAsync(
            recipe,
            store,
            Samples(recipe, store).Take(CalibrationClips),
            (_, inputs) =>
            {
                var outputs = file.Run(inputs, [], "smallest", "largest");
                smallest.Add(outputs[0]);
                largest.Add(outputs[1]);
            },
            cancel
        );
        // The mean of the batches: one strange picture must not cost all others their steps.
        static float[] Mean(List<float[]> batches) =>
            [.. Enumerable.Range(0, batches[0].Length).Select(i => batches.Average(batch => batch[i]))];
        return (Mean(smallest), Mean(largest));
    }

    // Clips that the specialist can judge: of many videos rather than many of one, in an order that does not follow
    // names or classes.
    private static IEnumerable<Sample> Samples(Recipe recipe, Store store) =>
        new StoreSuitability(recipe, store.Videos)
            .Suitable.SelectMany(
                (video, i) =>
                    video.Clips.Select(
                        (clip, place) => (clip, place, turn: KeyedRandom.Create("export", i).NextDouble())
                    )
            )
            .OrderBy(entry => entry.place)
            .ThenBy(entry => entry.turn)
            .Select(entry => new Sample(entry.clip));

    private static async Task EachBatchAsync(
        Recipe recipe,
        Store store,
        IEnumerable<Sample> samples,
        Action<Batch, Dictionary<string, float[]>> use,
        CancellationToken cancel
    )
    {
        var feeder = new Feeder(
            store,
            new ClipPreprocessing(ModelInput.Create(recipe)),
            augment: null,
            recipe.Seed,
            recipe.Train.Workers
        );
        await foreach (var batch in feeder.ReadAsync([.. samples], 0, recipe.Train.BatchSize, 0, cancel))
        {
            using (batch)
            using (no_grad())
            using (NewDisposeScope())
                use(
                    batch,
                    batch.Inputs.ToDictionary(
                        input => input.Key,
                        input => input.Value.contiguous().data<float>().ToArray()
                    )
                );
        }
    }
}
