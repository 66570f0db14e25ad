using Argus.Cli.Output;
using Argus.Detection;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Checkpoints;
using Argus.Training.Export;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Benchmarks;

/// <summary>A specialist of random weights in both forms.</summary>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="Export">The ONNX file that was exported from it.</param>
internal sealed record UntrainedSpecialist(CheckpointReference Checkpoint, ExportResult Export);

/// <summary>Makes specialists of random weights. Their cost does not depend on what they have learned.</summary>
internal static class Untrained
{
    /// <summary>Exports all specialists into a models folder, with a council in which all count the same.</summary>
    /// <param name="profile">The profile of the recipes.</param>
    /// <param name="settings">Settings on top of the recipes, each <c>key=value</c>.</param>
    /// <param name="folder">A folder for checkpoints, which are deleted again, and for the models folder.</param>
    /// <param name="cancel">Stops exporting.</param>
    /// <returns>The path of the models folder.</returns>
    public static async Task<string> ExportCouncilAsync(
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
        var candidates = Specialist.All.Select(specialist => new CouncilCandidate(specialist.Name, null));
        await ModelsFolder.SealAsync(models, Council.CreateEqual([.. candidates]), cancel);
        return models;
    }

    /// <summary>Makes a specialist's checkpoint and exports it.</summary>
    /// <param name="specialist">The name of the specialist.</param>
    /// <param name="profile">The profile of its recipe.</param>
    /// <param name="settings">Settings on top of the recipe, each <c>key=value</c>.</param>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="models">The models folder that the ONNX file is written to.</param>
    /// <param name="cancel">Stops exporting.</param>
    public static async Task<UntrainedSpecialist> ExportAsync(
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
        var file = Path.Combine(models, ModelsFolder.FileOf(specialist));
        var export = await OnnxExport.RunAsync(checkpoint, file, ExportPrecision.Fp32, null, cancel);
        return new UntrainedSpecialist(checkpoint, export);
    }
}
