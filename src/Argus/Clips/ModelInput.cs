using Argus.Imaging;
using Argus.Recipes;
using Argus.Specialists;

namespace Argus.Clips;

/// <summary>The part of a recipe that shapes a clip on its way into the model.</summary>
/// <param name="ImageSize">Side of the model's square inputs, in pixels.</param>
/// <param name="Crop">What the clip's pictures are.</param>
/// <param name="Enhance">How pictures are enhanced before the backbone sees them.</param>
/// <param name="Views">Names of what branches look at beside the colour picture.</param>
public sealed record ModelInput(int ImageSize, CropMode Crop, EnhanceRecipe Enhance, IReadOnlyList<string> Views)
{
    /// <summary>What the recipe says.</summary>
    public static ModelInput Create(Recipe recipe) =>
        new(
            recipe.Model.ImageSize,
            recipe.Data.Crop,
            recipe.Enhance,
            recipe.Model.Views == ViewSource.Own ? Specialist.Find(recipe.Specialist).Views : []
        );

    /// <summary>From pictures to the input <c>rgb</c>.</summary>
    public Preprocessing CreatePreprocessing() => new(ImageSize, Crop, Enhance);
}
