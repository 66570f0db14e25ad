using Argus.Data.Evaluations;
using Argus.Recipes;
using Argus.Scores;
using Argus.Training.Checkpoints;
using Argus.Training.Models;
using Argus.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>A checkpoint, found by its folder or its run's.</summary>
public sealed record CheckpointReference(string Folder, Recipe Recipe) : EvaluatedDetector(Folder, Recipe)
{
    /// <exception cref="RequestException">There is no checkpoint there.</exception>
    public static CheckpointReference Find(string path)
    {
        // A checkpoint, a run, or a run's folder of checkpoints.
        var candidates = new[]
        {
            path,
            new RunDirectory(path).Best,
            Path.Combine(path, RunDirectory.BestName),
            new RunDirectory(Path.Combine(path, "..")).Best,
        };
        var folder =
            candidates.FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, Checkpoint.ModelFile)))
            ?? throw new RequestException(
                $"{path} is no checkpoint and no run with one. Train first (argus train), or give a folder "
                    + $"with {Checkpoint.ModelFile}."
            );
        return new CheckpointReference(folder, RecipeLibrary.ReadMerged(Path.Combine(folder, Checkpoint.RecipeFile)));
    }

    /// <inheritdoc/>
    public override string Title => $"{Recipe.Specialist}, stage {Recipe.Stage}";

    /// <inheritdoc/>
    public override string Specialist => Recipe.Specialist;

    /// <inheritdoc/>
    public override string Weights => Path.Combine(Folder, Checkpoint.ModelFile);

    /// <inheritdoc/>
    public override string RecipeFile => Path.Combine(Folder, Checkpoint.RecipeFile);

    /// <inheritdoc/>
    public override Calibration? Calibration => Calibration.Read(Folder);

    /// <inheritdoc/>
    public override string ValidationLayout => Recipe.Data.Layout;

    /// <inheritdoc/>
    public override ClipScorer Open(Device device) => new ModelScorer(Load(device), Recipe, device);

    /// <inheritdoc/>
    public override Task KeepAsync(
        Calibration calibration,
        IReadOnlyList<VideoPrediction> videos,
        CancellationToken cancel
    )
    {
        calibration.Write(Folder);
        return Task.CompletedTask;
    }

    public SpecialistModel Load(Device device)
    {
        var model = ModelFactory.Create(Recipe);
        Checkpoint.Load(Folder, model, optimizer: null);
        model.to(device);
        return model;
    }
}
