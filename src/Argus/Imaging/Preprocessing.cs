using Argus.Recipes;
using Argus.Specialists;
using OpenCvSharp;

namespace Argus.Imaging;

/// <summary>
/// From a picture to the model's input. The one function for it, whoever trains or judges, so that what was learned is what
/// is judged.
/// </summary>
public sealed class Preprocessing(RecipeInput input)
{
    /// <summary>ImageNet's mean and standard deviation of red, green, blue in [0, 1].</summary>
    public static readonly float[] Mean = [0.485f, 0.456f, 0.406f],
        Std = [0.229f, 0.224f, 0.225f];

    // The normalised value of each of the 256 levels of each channel.
    private static readonly float[][] Levels =
    [
        .. Enumerable
            .Range(0, 3)
            .Select(c => Enumerable.Range(0, 256).Select(level => (level / 255f - Mean[c]) / Std[c]).ToArray()),
    ];

    // Pictures are worked on in parallel; OpenCV's own threads would only get in the way of each other and of torch's.
    static Preprocessing() => Cv2.SetNumThreads(1);

    public int ImageSize => input.ImageSize;

    /// <summary>Floats of one picture: <c>ImageSize * ImageSize * 3</c>.</summary>
    public int Length => ImageSize * ImageSize * 3;

    /// <summary>What is done before a picture is stored: a whole frame is enhanced and resized, a face crop is kept as it is.</summary>
    public Mat BeforeStoring(Mat bgr) => input.FaceCrop ? bgr.Clone() : EnhanceAndResize(bgr);

    /// <summary>From a stored picture to normalised RGB floats, row by row, channels last: <c>(S, S, 3)</c>.</summary>
    /// <param name="augmentation">The draw for this clip; null for evaluation.</param>
    public void ToInput(Mat stored, Augmentation? augmentation, Span<float> output)
    {
        using var prepared = input.FaceCrop ? EnhanceAndResize(stored) : stored.Clone();
        if (prepared.Width != ImageSize || prepared.Height != ImageSize)
            throw new ArgusException(
                $"The store's pictures are {prepared.Width}x{prepared.Height}, the recipe wants {ImageSize}x{ImageSize}. Prepare again: argus data prepare."
            );
        augmentation?.Apply(prepared);
        Normalise(prepared, output);
    }

    private Mat EnhanceAndResize(Mat bgr)
    {
        if (!Enhancement.IsNeeded(input.Enhance))
            return Resize(bgr);
        using var enhanced = Enhancement.Apply(bgr, input.Enhance);
        return Resize(enhanced);
    }

    /// <summary>A new picture of the input's size.</summary>
    public Mat Resize(Mat bgr)
    {
        if (bgr.Width == ImageSize && bgr.Height == ImageSize)
            return bgr.Clone();
        var resized = new Mat();
        var smaller = (long)bgr.Width * bgr.Height > (long)ImageSize * ImageSize;
        Cv2.Resize(
            bgr,
            resized,
            new Size(ImageSize, ImageSize),
            0,
            0,
            smaller ? InterpolationFlags.Area : InterpolationFlags.Linear
        );
        return resized;
    }

    /// <summary>Normalised RGB floats of an 8-bit BGR picture, row by row, channels last.</summary>
    public static unsafe void Normalise(Mat bgr, Span<float> output)
    {
        float[] red = Levels[0],
            green = Levels[1],
            blue = Levels[2];
        var place = 0;
        int width = bgr.Width,
            height = bgr.Height;
        for (var y = 0; y < height; y++)
        {
            var row = new ReadOnlySpan<byte>((void*)bgr.Ptr(y), width * 3);
            for (var x = 0; x < row.Length; x += 3)
            {
                output[place++] = red[row[x + 2]];
                output[place++] = green[row[x + 1]];
                output[place++] = blue[row[x]];
            }
        }
    }
}

/// <summary>The part of a recipe that shapes a picture on its way into the model.</summary>
/// <param name="Views">What branches look at beside the colour picture.</param>
public sealed record RecipeInput(int ImageSize, bool FaceCrop, EnhanceRecipe Enhance, IReadOnlyList<string> Views)
{
    public static RecipeInput From(Recipe recipe) =>
        new(
            recipe.Model.ImageSize,
            recipe.Data.Crop == "face",
            recipe.Enhance,
            recipe.Model.Views == "own" ? Specialist.Named(recipe.Specialist).Views : []
        );
}
