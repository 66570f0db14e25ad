using Argus.Recipes;
using OpenCvSharp;

namespace Argus.Imaging;

/// <summary>
/// From a picture to the model's input. The one function for it, whoever trains or judges, so that what was learned is
/// what is judged.
/// </summary>
/// <param name="imageSize">Side of the model's square input, in pixels.</param>
/// <param name="crop">What the stored pictures are.</param>
/// <param name="enhance">How pictures are enhanced.</param>
public sealed class Preprocessing(int imageSize, CropMode crop, EnhanceRecipe enhance)
{
    /// <summary>ImageNet's mean and standard deviation of red, green, blue in [0, 1].</summary>
    public static readonly float[] Mean = [0.485f, 0.456f, 0.406f];

    /// <summary>ImageNet's standard deviation of red, green, blue in [0, 1].</summary>
    public static readonly float[] Std = [0.229f, 0.224f, 0.225f];

    // The normalised value of each of the 256 levels of each channel.
    private static readonly float[][] Levels =
    [
        .. Enumerable
            .Range(0, 3)
            .Select(c => Enumerable.Range(0, 256).Select(level => (level / 255f - Mean[c]) / Std[c]).ToArray()),
    ];

    /// <summary>Side of the model's square input in pixels.</summary>
    public int ImageSize => imageSize;

    /// <summary>Floats of one picture: <c>ImageSize * ImageSize * 3</c>.</summary>
    public int Length => ImageSize * ImageSize * 3;

    /// <summary>
    /// What is done before a picture is stored: a whole frame is enhanced and resized, a face crop is kept as it is.
    /// </summary>
    public Mat BeforeStoring(Mat bgr) => crop == CropMode.Face ? bgr.Clone() : EnhanceAndResize(bgr);

    /// <summary>From a stored picture to normalised RGB floats, row by row, channels last: <c>(S, S, 3)</c>.</summary>
    /// <param name="augmentation">The draw for this clip; null for evaluation.</param>
    /// <param name="output">Room for <see cref="Length"/> floats.</param>
    /// <param name="stored">A picture of the store, BGR, 8 bits.</param>
    public void ToInput(Mat stored, Augmentation? augmentation, Span<float> output)
    {
        using var prepared = crop == CropMode.Face ? EnhanceAndResize(stored) : stored.Clone();
        if (prepared.Width != ImageSize || prepared.Height != ImageSize)
            throw new ArgusException(
                $"The store's pictures are {prepared.Width}x{prepared.Height}, the recipe wants "
                    + $"{ImageSize}x{ImageSize}. Prepare again: argus data prepare."
            );
        augmentation?.Apply(prepared);
        Normalise(prepared, output);
    }

    private Mat EnhanceAndResize(Mat bgr)
    {
        if (!Enhancement.IsNeeded(enhance))
            return Resize(bgr);
        using var enhanced = Enhancement.Apply(bgr, enhance);
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
        float[] red = Levels[0];
        float[] green = Levels[1];
        float[] blue = Levels[2];
        var place = 0;
        int width = bgr.Width;
        int height = bgr.Height;
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
