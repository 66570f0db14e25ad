using Argus.Recipes;
using OpenCvSharp;

namespace Argus.Imaging;

/// <summary>
/// One draw of the augmentations, the same for all frames of a clip. Semantics of torchvision's transforms of the same
/// names (RandomHorizontalFlip, RandomRotation, ColorJitter, RandomAffine's translate, RandomPerspective,
/// GaussianBlur), in that order; bilinear, filled with 0.
/// </summary>
public sealed record Augmentation
{
    /// <summary>Whether the pictures are mirrored.</summary>
    public bool Flip { get; init; }

    /// <summary>Counter-clockwise.</summary>
    public double RotateDegrees { get; init; }

    /// <summary>
    /// Brightness, contrast, saturation factors and hue shift in turns, in the order they are applied.
    /// </summary>
    public IReadOnlyList<JitterStep> Jitter { get; init; } = [];

    /// <summary>In pixels.</summary>
    public Point Translate { get; init; }

    /// <summary>
    /// Where the corners go (top left, top right, bottom right, bottom left), in pixels; null for none.
    /// </summary>
    public Point2f[]? Corners { get; init; }

    /// <summary>Side of the Gaussian kernel in pixels, odd; 0 for none.</summary>
    public int BlurKernel { get; init; }

    /// <summary>Sigma of the Gaussian in pixels.</summary>
    public double BlurSigma { get; init; }

    /// <summary>The part of the stored picture that is used, in shares of its side; all of it for none.</summary>
    public Rect2d Cut { get; init; } = new(0, 0, 1, 1);

    /// <summary>What the stored picture goes through first; null for nothing.</summary>
    public Degradation? Degradation { get; init; }

    /// <summary>What colour jitter changes, in the order that was drawn.</summary>
    public enum JitterPart
    {
        /// <summary>A factor on all channels.</summary>
        Brightness,

        /// <summary>A factor about the mean grey.</summary>
        Contrast,

        /// <summary>A factor about the grey picture.</summary>
        Saturation,

        /// <summary>A shift on the colour circle.</summary>
        Hue,
    }

    /// <summary>One step of colour jitter.</summary>
    /// <param name="Part">What is changed.</param>
    /// <param name="Amount">A factor; for hue a shift in turns of the colour circle.</param>
    public readonly record struct JitterStep(JitterPart Part, double Amount);

    /// <summary>One draw, for all frames of a clip.</summary>
    public static Augmentation Draw(AugmentRecipe recipe, int size, KeyedRandom random)
    {
        var flip = random.Chance(recipe.Flip);
        var rotate = random.Uniform(-recipe.RotateDegrees, recipe.RotateDegrees);
        var jitter = new List<JitterStep>
        {
            new(JitterPart.Brightness, Factor(recipe.Brightness)),
            new(JitterPart.Contrast, Factor(recipe.Contrast)),
            new(JitterPart.Saturation, Factor(recipe.Saturation)),
            new(JitterPart.Hue, random.Uniform(-recipe.Hue, recipe.Hue)),
        };
        random.Shuffle(jitter);
        var reach = recipe.Translate * size;
        var translate = new Point(
            (int)Math.Round(random.Uniform(-reach, reach)),
            (int)Math.Round(random.Uniform(-reach, reach))
        );
        var corners = recipe.Perspective > 0 && random.Chance(recipe.PerspectiveProbability) ? DrawCorners() : null;
        var drawn = new Augmentation
        {
            Flip = flip,
            RotateDegrees = rotate,
            Jitter = jitter,
            Translate = translate,
            Corners = corners,
            BlurKernel = recipe.BlurKernel,
            BlurSigma = random.Uniform(recipe.BlurSigma[0], recipe.BlurSigma[1]),
        };
        if (recipe.Cut > 0)
            drawn = drawn with { Cut = DrawCut() };
        return random.Chance(recipe.Degrade) ? drawn with { Degradation = Degradation.Draw(random) } : drawn;

        Rect2d DrawCut()
        {
            var side = 1 - random.Uniform(0, recipe.Cut);
            return new(random.Uniform(0, 1 - side), random.Uniform(0, 1 - side), side, side);
        }

        double Factor(double amount) => random.Uniform(Math.Max(0, 1 - amount), 1 + amount);

        Point2f[] DrawCorners()
        {
            var depth = (int)(recipe.Perspective * (size / 2)) + 1;
            int Near() => random.Next(depth);
            int Far() => size - depth + random.Next(depth);
            return [new(Near(), Near()), new(Far(), Near()), new(Far(), Far()), new(Near(), Far())];
        }
    }

    /// <summary>
    /// The draw without what changes colour or sharpness: what is done to frames that views are computed from.
    /// </summary>
    public Augmentation Geometry => this with { Jitter = [], BlurKernel = 0 };

    /// <summary>Changes the 8-bit BGR picture in place.</summary>
    public void Apply(Mat bgr)
    {
        if (Flip)
            Cv2.Flip(bgr, bgr, FlipMode.Y);
        if (RotateDegrees != 0)
        {
            using var rotation = Cv2.GetRotationMatrix2D(
                new Point2f((bgr.Width - 1) / 2f, (bgr.Height - 1) / 2f),
                RotateDegrees,
                1
            );
            Warp(bgr, (source, target) => Cv2.WarpAffine(source, target, rotation, source.Size()));
        }
        foreach (var (part, amount) in Jitter)
            ApplyJitter(bgr, part, amount);
        if (Translate != default)
        {
            using var shift = Mat.FromArray(
                new double[,]
                {
                    { 1, 0, Translate.X },
                    { 0, 1, Translate.Y },
                }
            );
            Warp(
                bgr,
                (source, target) => Cv2.WarpAffine(source, target, shift, source.Size(), InterpolationFlags.Nearest)
            );
        }
        if (Corners is not null)
        {
            Point2f[] from =
            [
                new(0, 0),
                new(bgr.Width - 1, 0),
                new(bgr.Width - 1, bgr.Height - 1),
                new(0, bgr.Height - 1),
            ];
            using var perspective = Cv2.GetPerspectiveTransform(from, Corners);
            Warp(bgr, (source, target) => Cv2.WarpPerspective(source, target, perspective, source.Size()));
        }
        if (BlurKernel > 0)
            Cv2.GaussianBlur(bgr, bgr, new Size(BlurKernel, BlurKernel), BlurSigma, BlurSigma, BorderTypes.Reflect101);
    }

    private static void Warp(Mat bgr, Action<Mat, Mat> warp)
    {
        using var warped = new Mat();
        warp(bgr, warped);
        warped.CopyTo(bgr);
    }

    private static void ApplyJitter(Mat bgr, JitterPart part, double amount)
    {
        switch (part)
        {
            case JitterPart.Brightness when amount != 1:
                bgr.ConvertTo(bgr, bgr.Type(), amount);
                break;
            case JitterPart.Contrast when amount != 1:
                using (var gray = Gray(bgr))
                    bgr.ConvertTo(bgr, bgr.Type(), amount, (1 - amount) * gray.Mean().Val0);
                break;
            case JitterPart.Saturation when amount != 1:
                using (var gray = Gray(bgr))
                {
                    Cv2.CvtColor(gray, gray, ColorConversionCodes.GRAY2BGR);
                    Cv2.AddWeighted(bgr, amount, gray, 1 - amount, 0, bgr);
                }
                break;
            case JitterPart.Hue when amount != 0:
                // OpenCV's "full" HSV has 256 steps of hue; shifting by a table wraps around the circle.
                Cv2.CvtColor(bgr, bgr, ColorConversionCodes.BGR2HSV_FULL);
                using (var hue = bgr.ExtractChannel(0))
                {
                    using var table = Mat.FromPixelData(
                        1,
                        256,
                        MatType.CV_8UC1,
                        Enumerable.Range(0, 256).Select(h => (byte)(h + (int)Math.Round(amount * 256))).ToArray()
                    );
                    Cv2.LUT(hue, table, hue);
                    Cv2.InsertChannel(hue, bgr, 0);
                }
                Cv2.CvtColor(bgr, bgr, ColorConversionCodes.HSV2BGR_FULL);
                break;
        }
    }

    private static Mat Gray(Mat bgr)
    {
        var gray = new Mat();
        Cv2.CvtColor(bgr, gray, ColorConversionCodes.BGR2GRAY);
        return gray;
    }
}
