using Argus.Data.Evaluations;
using Argus.Recipes;
using Argus.Scores;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>What can be evaluated: a checkpoint, or a detector of other origin in a models folder.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Recipe">What it wants to see.</param>
public abstract record EvaluatedDetector(string Folder, Recipe Recipe)
{
    /// <summary>What people call it.</summary>
    public abstract string Title { get; }

    /// <summary>The specialist that it is; null for a detector of other origin.</summary>
    public abstract string? Specialist { get; }

    /// <summary>The file of its weights.</summary>
    public abstract string Weights { get; }

    /// <summary>The file that says what it wants to see.</summary>
    public abstract string RecipeFile { get; }

    /// <summary>What its scores mean; null where nobody knows yet.</summary>
    public abstract Calibration? Calibration { get; }

    /// <summary>
    /// The recipe for another dataset: the same input, that dataset's layout and test side, and all of its methods and
    /// people.
    /// </summary>
    public Recipe RecipeFor(string layout) =>
        layout == Recipe.Data.Layout
            ? Recipe
            : Recipe with
            {
                Data = Recipe.Data.Unfiltered() with { Layout = layout },
            };

    /// <summary>Its validation videos are of this layout; null for whichever is given first.</summary>
    public abstract string? ValidationLayout { get; }

    /// <summary>Loads it.</summary>
    public abstract ClipScorer Open(Device device);

    /// <summary>Keeps a calibration beside it.</summary>
    /// <param name="calibration">Of the validation videos.</param>
    /// <param name="videos">What it said of them.</param>
    /// <param name="cancel">Stops it.</param>
    public abstract Task KeepAsync(
        Calibration calibration,
        IReadOnlyList<VideoPrediction> videos,
        CancellationToken cancel
    );
}
