using OpenCvSharp;

namespace Argus.Imaging;

/// <summary>
/// What recordings go through before anybody judges them, drawn once for a clip: light from aside and of several
/// colours, blur, noise, a smaller size, a lossy codec. The picture keeps its size. WebP stands for the intra pictures
/// of video codecs, whose prediction and deblocking it has (VP8).
/// </summary>
public sealed record Degradation
{
    private const double SmallestSide = 64; // pixels that a picture is shrunk to
    private const int LightSide = 3; // of the grid of gains
    private const double LightSpread = .3; // standard deviation of a gain's logarithm
    private const double ColourSpread = .08; // the same, of each channel besides

    /// <summary>
    /// Light: gains of blue, green and red at the nine points of a grid over the picture, row by row, between which
    /// they change smoothly; null for what there was.
    /// </summary>
    public IReadOnlyList<float>? Light { get; init; }

    /// <summary>Sigma of a Gaussian blur in pixels; 0 for none.</summary>
    public double BlurSigma { get; init; }

    /// <summary>Standard deviation of the noise in levels (0 to 255); 0 for none.</summary>
    public double NoiseSigma { get; init; }

    /// <summary>Key of the noise.</summary>
    public ulong NoiseSeed { get; init; }

    /// <summary>By which the picture is shrunk before it is coded, and enlarged afterwards; 1 for not.</summary>
    public double Shrink { get; init; } = 1;

    /// <summary>Extension that names the codec to OpenCV; null for none.</summary>
    public string? Codec { get; init; }

    /// <summary>The codec's quality, 1 to 100.</summary>
    public int Quality { get; init; }

    /// <summary>One draw.</summary>
    public static Degradation Draw(KeyedRandom random)
    {
        var blur = random.Chance(.2) ? random.Uniform(.3, 1) : 0;
        var noise = random.Chance(.25) ? random.Uniform(1, 5) : 0;
        var shrink = random.Chance(.4) ? Math.Exp(random.Uniform(0, Math.Log(2))) : 1;
        var codec = random.NextDouble();
        var light = random.Chance(.5) ? DrawLight(random) : null;
        return new Degradation
        {
            Light = light,
            BlurSigma = blur,
            NoiseSigma = noise,
            NoiseSeed = random.NextUInt64(),
            Shrink = shrink,
            Codec = codec switch
            {
                < .45 => ".webp",
                < .85 => ".jpg",
                _ => null,
            },
            Quality = codec < .45 ? 40 + random.Next(56) : 50 + random.Next(46),
        };
    }

    /// <summary>A new picture of the same size, 8-bit BGR.</summary>
    /// <param name="bgr">Left as it is.</param>
    /// <param name="frame">Number of the frame in its clip: each has noise of its own.</param>
    public Mat Apply(Mat bgr, int frame)
    {
        var picture = bgr.Clone();
        if (Light is not null)
            AddLight(picture, Light);
        if (BlurSigma > 0)
            Cv2.GaussianBlur(picture, picture, new Size(0, 0), BlurSigma);
        if (NoiseSigma > 0)
            AddNoise(picture, frame);
        var shrink = Math.Min(Shrink, Math.Min(bgr.Width, bgr.Height) / SmallestSide);
        if (shrink > 1)
            Resize(
                picture,
                new Size(Math.Round(bgr.Width / shrink), Math.Round(bgr.Height / shrink)),
                InterpolationFlags.Area
            );
        if (Codec is not null)
        {
            var setting = Codec == ".jpg" ? ImwriteFlags.JpegQuality : ImwriteFlags.WebPQuality;
            Cv2.ImEncode(Codec, picture, out var coded, [(int)setting, Quality]);
            picture.Dispose();
            picture = Cv2.ImDecode(coded, ImreadModes.Color);
        }
        if (picture.Size() != bgr.Size())
            Resize(picture, bgr.Size(), InterpolationFlags.Linear);
        return picture;
    }

    private static float[] DrawLight(KeyedRandom random)
    {
        var gains = new float[3 * LightSide * LightSide];
        for (var point = 0; point < gains.Length; point += 3)
        {
            var level = LightSpread * random.Normal();
            for (var channel = 0; channel < 3; channel++)
                gains[point + channel] = (float)Math.Exp(level + ColourSpread * random.Normal());
        }
        return gains;
    }

    private static void AddLight(Mat picture, IReadOnlyList<float> gains)
    {
        using var grid = Mat.FromPixelData(LightSide, LightSide, MatType.CV_32FC3, gains.ToArray());
        using var gain = new Mat();
        Cv2.Resize(grid, gain, picture.Size(), 0, 0, InterpolationFlags.Cubic);
        Cv2.Multiply(picture, gain, picture, 1, (int)MatType.CV_8UC3);
    }

    private void AddNoise(Mat picture, int frame)
    {
        // OpenCV's generator belongs to the thread, and so does its seed.
        Cv2.SetTheRNG(KeyedRandom.Key("noise", NoiseSeed, frame));
        using var noise = new Mat(picture.Size(), MatType.CV_16SC3);
        Cv2.Randn(noise, Scalar.All(0), Scalar.All(NoiseSigma));
        Cv2.Add(picture, noise, picture, null, (int)MatType.CV_8UC3);
    }

    private static void Resize(Mat picture, Size size, InterpolationFlags how)
    {
        using var resized = new Mat();
        Cv2.Resize(picture, resized, size, 0, 0, how);
        resized.CopyTo(picture);
    }
}
