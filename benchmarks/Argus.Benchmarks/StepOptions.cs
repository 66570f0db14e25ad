using Argus.Recipes;
using Argus.Training.Recipes;

namespace Argus.Benchmarks;

/// <summary>Which training step is measured.</summary>
/// <param name="Specialist">The name of the specialist.</param>
/// <param name="Batch">The number of pictures of a step.</param>
/// <param name="ImageSize">The side of a picture in pixels.</param>
/// <param name="Precision">The precision of the forward pass, <c>fp32</c> or <c>bf16</c>.</param>
internal sealed record StepOptions(string Specialist, int Batch, int ImageSize, string Precision)
{
    /// <summary>Loads the recipe of the specialist's first stage with these options.</summary>
    /// <exception cref="RequestException">There is no such size or precision.</exception>
    public Recipe LoadRecipe()
    {
        var merged = RecipeLibrary.Default.Load(
            RecipeLibrary.Default.Find($"{Specialist}/1"),
            "seed",
            ["backbone.weights=none", $"model.image_size={ImageSize}", $"train.precision={Precision}"]
        );
        return merged.Recipe;
    }
}
