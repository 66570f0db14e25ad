using Argus.Recipes;
using Argus.Training.Checkpoints;
using Argus.Training.Models;
using Argus.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>A checkpoint, found by its folder or its run's.</summary>
public sealed record CheckpointReference(string Folder, Recipe Recipe)
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

    public string Weights => Path.Combine(Folder, Checkpoint.ModelFile);
    public string RecipeFile => Path.Combine(Folder, Checkpoint.RecipeFile);

    public SpecialistModel Load(Device device)
    {
        var model = ModelFactory.Create(Recipe);
        Checkpoint.Load(Folder, model, optimizer: null);
        model.to(device);
        return model;
    }

    /// <summary>The recipe for another dataset: the same input, that dataset's layout and test side.</summary>
    public Recipe RecipeFor(string layout) => Recipe with { Data = Recipe.Data with { Layout = layout } };
}
