using Argus.Clips;
using Argus.Imaging;
using Argus.Recipes;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Imaging;

public class ImagingTests
{
    private static readonly Recipe Stage4 = TestRecipes.Load("rr_4_seed");
    private static readonly AugmentRecipe Nothing = Stage4.Augment with
    {
        Flip = 0,
        RotateDegrees = 0,
        Brightness = 0,
        Contrast = 0,
        Saturation = 0,
        Hue = 0,
        Translate = 0,
        Perspective = 0,
        BlurKernel = 0,
    };

    [Fact]
    public void Nothing_asked_nothing_changed()
    {
        using var picture = Noise(32);
        using var before = picture.Clone();
        Augmentation.Draw(Nothing, 32, KeyedRandom.Create("a")).Apply(picture);
        Assert.Equal(0, Cv2.Norm(picture, before));
    }

    [Fact]
    public void A_flip_is_horizontal()
    {
        using var picture = Noise(8);
        var left = picture.At<Vec3b>(2, 0);
        new Augmentation { Flip = true }.Apply(picture);
        Assert.Equal(left, picture.At<Vec3b>(2, 7));
    }

    [Fact]
    public void A_quarter_turn_is_counter_clockwise_about_the_centre()
    {
        using var picture = new Mat(9, 9, MatType.CV_8UC3, Scalar.Black);
        picture.Set(4, 8, new Vec3b(255, 255, 255)); // right of the centre
        new Augmentation { RotateDegrees = 90 }.Apply(picture);
        Assert.Equal(255, picture.At<Vec3b>(0, 4).Item0); // above it
    }

    [Fact]
    public void A_translation_moves_whole_pixels_and_fills_with_black()
    {
        using var picture = new Mat(8, 8, MatType.CV_8UC3, Scalar.White);
        new Augmentation { Translate = new Point(3, 0) }.Apply(picture);
        Assert.Equal(0, picture.At<Vec3b>(4, 2).Item0);
        Assert.Equal(255, picture.At<Vec3b>(4, 3).Item0);
    }

    // torchvision's definitions: brightness scales; contrast blends with the mean grey; saturation blends with the grey
    // picture.
    [Theory]
    [InlineData(Augmentation.JitterPart.Brightness, 0.5, 50, 100, 25)]
    [InlineData(Augmentation.JitterPart.Contrast, 0.0, 125, 125, 125)]
    [InlineData(Augmentation.JitterPart.Saturation, 0.0, 125, 125, 125)]
    [InlineData(Augmentation.JitterPart.Hue, 0.5, 150, 50, 200)]
    public void Jitter_follows_torchvision(Augmentation.JitterPart part, double amount, int blue, int green, int red)
    {
        // Grey of (R 86, G 150, B 100) is 0.299 * 86 + 0.587 * 150 + 0.114 * 100 = 125. Hue of (R 50, G 200, B 100) is
        // 140 degrees; half a turn on, 320, is (R 200, G 50, B 150), give or take a hue step of 1.4 degrees in 8 bits:
        // 4 levels and rounding.
        using var picture = part is Augmentation.JitterPart.Contrast or Augmentation.JitterPart.Saturation
            ? Flat(100, 150, 86)
            : Flat(100, 200, 50);
        new Augmentation { Jitter = [new Augmentation.JitterStep(part, amount)] }.Apply(picture);
        var pixel = picture.At<Vec3b>(0, 0);
        Assert.InRange(pixel.Item0, blue - 6, blue + 6);
        Assert.InRange(pixel.Item1, green - 6, green + 6);
        Assert.InRange(pixel.Item2, red - 6, red + 6);
    }

    [Fact]
    public void A_draw_depends_on_its_key_alone()
    {
        var a = Augmentation.Draw(Stage4.Augment, 224, KeyedRandom.Create("augment", 1, 2, "clip"));
        var b = Augmentation.Draw(Stage4.Augment, 224, KeyedRandom.Create("augment", 1, 2, "clip"));
        var c = Augmentation.Draw(Stage4.Augment, 224, KeyedRandom.Create("augment", 1, 3, "clip"));
        Assert.Equal((a.RotateDegrees, a.BlurSigma), (b.RotateDegrees, b.BlurSigma));
        Assert.NotEqual(a.RotateDegrees, c.RotateDegrees);
    }

    [Fact]
    public void Draws_stay_within_the_recipes_ranges()
    {
        var draws = Enumerable
            .Range(0, 2000)
            .Select(i => Augmentation.Draw(Stage4.Augment, 224, KeyedRandom.Create("range", i)))
            .ToList();
        Assert.All(
            draws,
            draw =>
            {
                Assert.InRange(draw.RotateDegrees, -20, 20);
                Assert.InRange(draw.Translate.X, -34, 34);
                Assert.InRange(draw.Jitter.First(j => j.Part == Augmentation.JitterPart.Brightness).Amount, 0.6, 1.4);
                Assert.InRange(draw.Jitter.First(j => j.Part == Augmentation.JitterPart.Hue).Amount, -0.1, 0.1);
            }
        );
        Assert.InRange(draws.Count(draw => draw.Flip), 900, 1100);
        Assert.InRange(draws.Count(draw => draw.Corners is not null), 900, 1100);
        // The four parts in every order.
        Assert.Equal(24, draws.Select(draw => string.Concat(draw.Jitter.Select(j => j.Part))).Distinct().Count());
    }

    [Fact]
    public void Input_is_normalised_by_ImageNets_constants_in_RGB_order()
    {
        using var picture = Flat(255, 128, 0);
        var preprocessing = new Preprocessing(8, CropMode.Frame, Stage4.Enhance);
        var floats = new float[preprocessing.Length];
        preprocessing.ToInput(picture, null, floats);
        Assert.Equal((0 - 0.485f) / 0.229f, floats[0], 1e-5f);
        Assert.Equal((128 / 255f - 0.456f) / 0.224f, floats[1], 1e-5f);
        Assert.Equal((1 - 0.406f) / 0.225f, floats[2], 1e-5f);
    }

    [Fact]
    public void A_whole_frame_is_enhanced_once_before_it_is_stored_and_a_face_once_when_it_is_read()
    {
        using var picture = Noise(64);
        using var enhanced = Enhancement.Apply(picture, Stage4.Enhance);
        var whole = new Preprocessing(64, CropMode.Frame, Stage4.Enhance);
        var face = new Preprocessing(64, CropMode.Face, Stage4.Enhance);
        using var storedWhole = whole.BeforeStoring(picture);
        using var storedFace = face.BeforeStoring(picture);
        Assert.Equal(0, Cv2.Norm(storedWhole, enhanced));
        Assert.Equal(0, Cv2.Norm(storedFace, picture));
        float[] fromWhole = new float[whole.Length];
        float[] fromFace = new float[face.Length];
        whole.ToInput(storedWhole, null, fromWhole);
        face.ToInput(storedFace, null, fromFace);
        Assert.Equal(fromWhole, fromFace);
    }

    [Fact]
    public void A_stored_picture_of_another_size_is_refused()
    {
        using var picture = Noise(64);
        Assert.Throws<ArgusException>(() =>
            new Preprocessing(32, CropMode.Frame, Stage4.Enhance).ToInput(picture, null, new float[32 * 32 * 3])
        );
    }

    [Fact]
    public void Clahe_raises_local_contrast_and_leaves_colour_alone()
    {
        using var dull = Noise(64);
        dull.ConvertTo(dull, -1, 0.1, 100);
        using var enhanced = Enhancement.Apply(dull, Stage4.Enhance with { BilateralDiameter = 0 });
        Cv2.MeanStdDev(dull, out _, out var before);
        Cv2.MeanStdDev(enhanced, out _, out var after);
        Assert.True(after.Val0 > 1.5 * before.Val0);
    }

    private static Mat Flat(int blue, int green, int red) => new(8, 8, MatType.CV_8UC3, new Scalar(blue, green, red));

    private static Mat Noise(int side)
    {
        var picture = new Mat(side, side, MatType.CV_8UC3);
        var random = KeyedRandom.Create("noise", side);
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
                picture.Set(y, x, new Vec3b((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        }
        return picture;
    }
}
