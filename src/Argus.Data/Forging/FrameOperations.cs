using Argus.Faces;
using Argus.Imaging;
using OpenCvSharp;

namespace Argus.Data.Forging;

/// <summary>
/// A new frame from a frame and where its face is; BGR, 8 bits, same size. All of its randomness was drawn when it was
/// made.
/// </summary>
/// <param name="Parameters">What was drawn, for the record.</param>
internal sealed record FrameOperation(
    Func<Mat, FaceEllipse, Mat> Apply,
    IReadOnlyDictionary<string, object> Parameters
);

/// <summary>What the kinds do to a frame that is the same for all frames of a video.</summary>
internal static class FrameOperations
{
    public static readonly IReadOnlyDictionary<ForgeryKind, Func<KeyedRandom, Size, bool, FrameOperation>> Makers =
        new Dictionary<ForgeryKind, Func<KeyedRandom, Size, bool, FrameOperation>>
        {
            [ForgeryKind.Lighting] = (random, size, _) => Lighting(random, size),
            [ForgeryKind.Resolution] = Resolution,
            [ForgeryKind.Compression] = Compression,
            [ForgeryKind.Blend] = (random, size, _) => Blend(random, size),
        };

    private const double SmoothPixels = 128; // as wide as a face is at most while its skin is smoothed

    private static readonly InterpolationFlags[] Down =
    [
        InterpolationFlags.Area,
        InterpolationFlags.Linear,
        InterpolationFlags.Cubic,
    ];
    private static readonly InterpolationFlags[] Up =
    [
        InterpolationFlags.Linear,
        InterpolationFlags.Cubic,
        InterpolationFlags.Lanczos4,
    ];

    /// <summary>Another lamp: brighter or darker, a slope across the frame, warmer or cooler, another gamma.</summary>
    private static FrameOperation Lighting(KeyedRandom random, Size size)
    {
        double Signed(double low, double high) => (random.Chance(.5) ? 1 : -1) * random.Uniform(low, high);
        double direction = random.Uniform(0, 2 * Math.PI);
        double slope = random.Uniform(.2, .5);
        double bend = random.Uniform(-.15, .15);
        double level = Signed(.08, .25);
        double warmth = Signed(.06, .16);
        double gamma = Math.Exp(random.Uniform(-.3, .3));

        var gain = new Mat<float>(size.Height, size.Width);
        var indexer = gain.GetIndexer();
        for (var row = 0; row < size.Height; row++)
        {
            for (var column = 0; column < size.Width; column++)
            {
                double x = 2.0 * column / size.Width - 1;
                double y = 2.0 * row / size.Height - 1;
                indexer[row, column] = (float)
                    Math.Exp(
                        level
                            + slope * (x * Math.Cos(direction) + y * Math.Sin(direction))
                            + bend * (x * x + y * y - .67)
                    );
            }
        }
        // Gamma about the middle grey, so that it changes contrast and not brightness.
        var curve = Enumerable
            .Range(0, 256)
            .Select(value => (byte)Math.Clamp(Math.Round(118 * Math.Pow(value / 118.0, gamma)), 0, 255))
            .ToArray();
        float[] channels = [(float)Math.Exp(-warmth), 1, (float)Math.Exp(warmth)];
        return new(
            (frame, _) =>
            {
                var lit = new Mat();
                using var table = Mat.FromPixelData(1, 256, MatType.CV_8UC1, curve);
                Cv2.LUT(frame, table, lit);
                Blending.Multiply(lit, gain, channels);
                return lit;
            },
            Drawn(
                (nameof(level), level),
                (nameof(slope), slope),
                (nameof(direction), direction),
                (nameof(bend), bend),
                (nameof(warmth), warmth),
                (nameof(gamma), gamma)
            )
        );
    }

    /// <summary>Down and up again by 1.8 to 4 (recorded: 1.5 to 6), through one pair of filters.</summary>
    private static FrameOperation Resolution(KeyedRandom random, Size size, bool recorded)
    {
        var factor = recorded ? random.Uniform(1.5, 6) : random.Uniform(1.8, 4);
        InterpolationFlags down = random.Pick(Down);
        InterpolationFlags up = random.Pick(Up);
        var small = new Size(Math.Round(size.Width / factor), Math.Round(size.Height / factor));
        return new(
            (frame, _) =>
            {
                var back = new Mat();
                DownAndUp(frame, back, small, down, up);
                return back;
            },
            Drawn((nameof(factor), factor), (nameof(down), $"{down}"), (nameof(up), $"{up}"))
        );
    }

    // The target may be the frame itself.
    private static void DownAndUp(Mat frame, Mat target, Size small, InterpolationFlags down, InterpolationFlags up)
    {
        var size = frame.Size();
        using var reduced = new Mat();
        Cv2.Resize(frame, reduced, small, 0, 0, down);
        Cv2.Resize(reduced, target, size, 0, 0, up);
    }

    /// <summary>
    /// JPEG of quality 15 to 45 (recorded: 10 to 40) whose 8x8 grid lies anywhere against the frame's (recorded: 1 to 7
    /// pixels beside it).
    /// </summary>
    private static FrameOperation Compression(KeyedRandom random, Size size, bool recorded)
    {
        int Offset() => recorded ? 1 + random.Next(7) : random.Next(8);
        int quality = (recorded ? 10 : 15) + random.Next(31);
        int left = Offset();
        int top = Offset();
        return new(
            (frame, _) => Jpeg(frame, quality, left, top),
            Drawn((nameof(quality), quality), (nameof(left), left), (nameof(top), top))
        );
    }

    /// <summary>Through JPEG, whose 8x8 blocks begin that many pixels before the frame's corner.</summary>
    public static Mat Jpeg(Mat frame, int quality, int left, int top)
    {
        using var moved = new Mat();
        Cv2.CopyMakeBorder(frame, moved, top, 8 - top, left, 8 - left, BorderTypes.Reflect101);
        Cv2.ImEncode(".jpg", moved, out var bytes, [(int)ImwriteFlags.JpegQuality, quality]);
        using var decoded = Cv2.ImDecode(bytes, ImreadModes.Color);
        using var cut = decoded[new Rect(left, top, frame.Width, frame.Height)];
        return cut.Clone();
    }

    /// <summary>
    /// One side of a self-blended picture (Shiohara and Yamasaki, 2022): another colour and contrast, softer, sharper
    /// or coded once more, skin without its texture and light without its shadows (as swapping networks paint them),
    /// and moved, turned and scaled by a few hundredths.
    /// </summary>
    private static FrameOperation Blend(KeyedRandom random, Size size)
    {
        // Swappers match the colours of the face that they replace, more or less.
        var recoloured = random.Chance(.5);
        var shifts = Enumerable
            .Range(0, 3)
            .Select(_ => recoloured && random.Chance(.5) ? random.Uniform(-20, 20) : 0)
            .ToArray();
        var hue = recoloured && random.Chance(.3) ? random.Uniform(-.02, .02) : 0;
        var saturation = recoloured && random.Chance(.5) ? random.Uniform(.75, 1.25) : 1;
        var contrast = recoloured && random.Chance(.7) ? random.Uniform(.8, 1.2) : 1;
        var scale = random.Uniform(.95, 1.05);
        var degrees = random.Uniform(-2, 2);
        var shiftX = random.Uniform(-.08, .08);
        var shiftY = random.Uniform(-.05, .05);
        var texture = random.NextDouble();
        var pixels = texture < .4 ? Math.Exp(random.Uniform(Math.Log(28), Math.Log(80))) : 0;
        var smooth = texture is >= .3 and < .7 ? random.Uniform(15, 60) : 0;
        var flatten = recoloured && random.Chance(.6) ? random.Uniform(.15, .5) : 0;
        var sharpen = texture >= .75 ? random.Uniform(.4, 1.2) : 0;
        var up = random.Pick(Up);
        var quality = random.Chance(.3) ? 40 + random.Next(51) : 0;
        var left = random.Next(8);
        var top = random.Next(8);
        var color = new Augmentation
        {
            Jitter =
            [
                new(Augmentation.JitterPart.Hue, hue),
                new(Augmentation.JitterPart.Saturation, saturation),
                new(Augmentation.JitterPart.Contrast, contrast),
            ],
        };
        return new(
            (frame, face) =>
            {
                var source = new Mat();
                var center = new Point2f((float)face.CenterX, (float)face.CenterY);
                using (var move = Cv2.GetRotationMatrix2D(center, degrees, scale))
                {
                    move.At<double>(0, 2) += shiftX * face.RadiusX;
                    move.At<double>(1, 2) += shiftY * face.RadiusY;
                    Cv2.WarpAffine(frame, source, move, size, InterpolationFlags.Cubic, BorderTypes.Reflect101);
                }
                if (pixels > 0)
                {
                    // As wide as the network that painted the face; in a small face at least a trace of it.
                    var factor = Math.Max(1.3, 2 * face.RadiusX / pixels);
                    DownAndUp(source, source, Smaller(size, factor), InterpolationFlags.Area, up);
                }
                if (smooth > 0)
                {
                    var factor = Math.Max(1, 2 * face.RadiusX / SmoothPixels);
                    using var small = new Mat();
                    using var smoothed = new Mat();
                    Cv2.Resize(source, small, Smaller(size, factor), 0, 0, InterpolationFlags.Area);
                    Cv2.BilateralFilter(small, smoothed, 0, smooth, Math.Max(1, face.RadiusX / factor / 24));
                    Cv2.Resize(smoothed, source, size, 0, 0, up);
                }
                if (flatten > 0)
                {
                    using var light = source.Clone();
                    Blending.Blur(light, Math.Max(2, face.RadiusX / 3));
                    using var even = new Mat(source.Size(), source.Type(), Cv2.Mean(light));
                    using var change = new Mat();
                    Cv2.AddWeighted(even, flatten, light, -flatten, 0, change, MatType.CV_16S);
                    Cv2.Add(source, change, source, null, (int)MatType.CV_8UC3);
                }
                if (sharpen > 0)
                {
                    using var blurred = new Mat();
                    Cv2.GaussianBlur(source, blurred, new Size(0, 0), Math.Max(1, face.RadiusX / 40));
                    Cv2.AddWeighted(source, 1 + sharpen, blurred, -sharpen, 0, source);
                }
                color.Apply(source);
                Cv2.Add(source, new Scalar(shifts[0], shifts[1], shifts[2]), source);
                if (quality == 0)
                    return source;
                using (source)
                    return Jpeg(source, quality, left, top);
            },
            Drawn(
                (nameof(shifts), shifts),
                (nameof(hue), hue),
                (nameof(saturation), saturation),
                (nameof(contrast), contrast),
                (nameof(scale), scale),
                (nameof(degrees), degrees),
                (nameof(shiftX), shiftX),
                (nameof(shiftY), shiftY),
                (nameof(pixels), pixels),
                (nameof(smooth), smooth),
                (nameof(flatten), flatten),
                (nameof(sharpen), sharpen),
                (nameof(quality), quality)
            )
        );
    }

    private static Size Smaller(Size size, double factor) =>
        new(Math.Ceiling(size.Width / factor), Math.Ceiling(size.Height / factor));

    private static Dictionary<string, object> Drawn(params IEnumerable<(string Name, object Value)> values) =>
        values.ToDictionary(
            entry => entry.Name,
            entry => entry.Value is double value ? Math.Round(value, 4) : entry.Value
        );
}
