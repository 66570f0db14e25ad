using Argus.Cli.Output;
using Argus.Detection;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Checkpoints;
using Argus.Training.Export;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Benchmarks;

/// <summary>Specialists of random weights: what they cost does not depend on what they learned.</summary>
internal static class Untrained
{
    /// <summary>All five in a models folder, with an equal say.</summary>
    /// <returns>The folder.</returns>
    public static async Task<string> CouncilAsync(
        string profile,
        IReadOnlyList<string> settings,
        string folder,
        CancellationToken cancel
    )
    {
        var models = Path.Combine(folder, "models");
        foreach (var specialist in Specialist.All)
        {
            var checkpoint = Path.Combine(folder, specialist.Name);
            await ExportAsync(specialist.Name, profile, settings, checkpoint, models, cancel);
            Directory.Delete(checkpoint, recursive: true);
            Terminal.Note($"  {specialist.Name} exported");
        }
        await ModelsFolder.SealAsync(
            models,
            Council.CreateEqual([.. Specialist.All.Select(specialist => new CouncilCandidate(specialist.Name, null))]),
            cancel
        );
        return models;
    }

    /// <summary>Makes a checkpoint in a folder, and its ONNX file in the models folder.</summary>
    public static async Task<(CheckpointReference Checkpoint, ExportResult Exported)> ExportAsync(
        string specialist,
        string profile,
        IReadOnlyList<string> settings,
        string folder,
        string models,
        CancellationToken cancel
    )
    {
        var merged = RecipeLibrary.Default.Load(
            RecipeLibrary.Default.Find($"{specialist}/1"),
            profile,
            ["backbone.weights=none", "train.device=cpu", .. settings]
        );
        using (var model = ModelFactory.Create(merged.Recipe))
            Checkpoint.Save(folder, model, optimizer: null, new TrainState(), merged.ToYaml());
        var checkpoint = CheckpointReference.Find(folder);
        return (
            checkpoint,
            await OnnxExport.RunAsync(
                checkpoint,
                Path.Combine(models, ModelsFolder.FileOf(specialist)),
                ExportPrecision.Fp32,
                null,
                cancel
            )
        );
    }
}
