using Argus.Recipes;
using OpenCvSharp;

namespace Argus.Imaging;

/// <summary>
/// CLAHE on L of LAB (Zuiderveld, 1994), then a bilateral filter (Tomasi and Manduchi, 1998). The one function for it:
/// before storing for whole frames, when feeding for face crops.
/// </summary>
public static class Enhancement
{
    /// <summary>Whether the recipe asks for any enhancement.</summary>
    public static bool IsNeeded(EnhanceRecipe recipe) => recipe.ClaheClip > 0 || recipe.BilateralDiameter > 0;

    /// <param name="bgr">8-bit BGR; left as it is.</param>
    /// <param name="recipe">What is asked for.</param>
    /// <returns>A new picture of the same size.</returns>
    public static Mat Apply(Mat bgr, EnhanceRecipe recipe)
    {
        var enhanced = bgr.Clone();
        if (recipe.ClaheClip > 0)
        {
            using var clahe = Cv2.CreateCLAHE(recipe.ClaheClip, new Size(recipe.ClaheTiles, recipe.ClaheTiles));
            Cv2.CvtColor(enhanced, enhanced, ColorConversionCodes.BGR2Lab);
            using var lightness = enhanced.ExtractChannel(0);
            clahe.Apply(lightness, lightness);
            Cv2.InsertChannel(lightness, enhanced, 0);
            Cv2.CvtColor(enhanced, enhanced, ColorConversionCodes.Lab2BGR);
        }
        if (recipe.BilateralDiameter > 0)
        {
            var filtered = new Mat();
            Cv2.BilateralFilter(
                enhanced,
                filtered,
                recipe.BilateralDiameter,
                recipe.BilateralSigmaColor,
                recipe.BilateralSigmaSpace
            );
            enhanced.Dispose();
            enhanced = filtered;
        }
        return enhanced;
    }
}
