using Argus.Imaging;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Imaging;

public class DegradationTests
{
    [Fact]
    public void A_draw_is_the_same_for_all_and_keeps_size_and_original()
    {
        using var picture = new Mat(90, 120, MatType.CV_8UC3);
        Cv2.SetTheRNG(7);
        Cv2.Randu(picture, Scalar.All(0), Scalar.All(255));
        using var before = picture.Clone();
        var changed = 0;
        for (var i = 0; i < 20; i++)
        {
            var draw = Degradation.Draw(KeyedRandom.Create("degradation", i));
            using var once = draw.Apply(picture, 0);
            using var again = draw.Apply(picture, 0);
            using var other = draw.Apply(picture, 1);
            Assert.Equal(picture.Size(), once.Size());
            Assert.Equal(0, Cv2.Norm(once, again));
            Assert.Equal(draw.NoiseSigma > 0, Cv2.Norm(once, other) > 0);
            changed += Cv2.Norm(once, picture) > 0 ? 1 : 0;
        }
        Assert.Equal(0, Cv2.Norm(before, picture));
        Assert.InRange(changed, 15, 20);
    }

    [Fact]
    public void A_face_is_not_shrunk_to_less_than_what_is_judged()
    {
        using var picture = new Mat(64, 64, MatType.CV_8UC3, Scalar.All(90));
        picture[new Rect(0, 0, 32, 64)].SetTo(Scalar.All(180));
        using var after = new Degradation { Shrink = 3 }.Apply(picture, 0);
        Assert.Equal(0, Cv2.Norm(picture, after));
    }

    [Fact]
    public void Light_changes_slowly_over_the_picture()
    {
        using var grey = new Mat(90, 90, MatType.CV_8UC3, Scalar.All(100));
        var gains = Enumerable.Repeat(1f, 27).ToArray();
        gains[2] = 1.5f; // red in the upper left corner
        using var lit = new Degradation { Light = gains }.Apply(grey, 0);
        Assert.Equal(new Vec3b(100, 100, 100), lit.At<Vec3b>(89, 89));
        Assert.InRange(lit.At<Vec3b>(0, 0).Item2, 140, 165);
        Assert.Equal(100, lit.At<Vec3b>(0, 0).Item0);
        for (var x = 1; x < 90; x++)
            Assert.InRange(Math.Abs(lit.At<Vec3b>(0, x).Item2 - lit.At<Vec3b>(0, x - 1).Item2), 0, 3);
    }
}
