using Argus.Data.Forging;
using Argus.Faces;
using Argus.Tests;
using OpenCvSharp;
using Xunit;
using static Argus.Data.Tests.Forging.Pictures;

namespace Argus.Data.Tests.Forging;

public class SelfBlendingTests
{
    private static readonly Size Side = new(160, 160);
    private static readonly FaceEllipse Face = new(80, 80, 40, 50, 0);

    [Fact]
    public void The_face_is_altered_and_the_twin_nowhere_or_everywhere()
    {
        var altered = 0;
        for (var i = 0; i < 40; i++)
        {
            var pair = ClipForgery.Pair(ForgeryKind.Blend, KeyedRandom.Create("pair", i));
            Assert.Equal((0, 1), (pair.Twin.Label, pair.Fake.Label));
            Assert.Equal(pair.Twin.Seed, pair.Fake.Seed);
            Assert.Equal(ForgedRegion.Face, pair.Fake.Region);
            altered += pair.Twin.Region == ForgedRegion.Both ? 1 : 0;
        }
        Assert.InRange(altered, 10, 30);
    }

    [Theory]
    [InlineData(ForgedRegion.Face, ForgedRegion.Neither)]
    [InlineData(ForgedRegion.Background, ForgedRegion.Both)]
    public void Outside_of_its_mask_a_forgery_is_its_twin(ForgedRegion region, ForgedRegion twin)
    {
        using var frame = Noise(Side.Width);
        var differ = 0;
        for (ulong seed = 0; seed < 10; seed++)
        {
            using var of = Apply(region, seed, frame);
            using var real = Apply(twin, seed, frame);
            Assert.Equal(0, Difference(of, real, new Rect(0, 0, 160, 8)));
            differ += Difference(of, real, new Rect(60, 60, 40, 60)) > 1 ? 1 : 0;
        }
        Assert.InRange(differ, 8, 10); // what little is drawn of color and sharpness may be too little to see
    }

    [Fact]
    public void Masks_have_several_shapes_and_strengths_and_move_with_the_face()
    {
        var areas = new List<double>();
        var strengths = new HashSet<int>();
        for (var i = 0; i < 40; i++)
        {
            var mask = new BlendMask(KeyedRandom.Create("mask", i));
            // Far enough from the picture's edges for the widest feather.
            var small = Face with
            {
                RadiusX = 24,
                RadiusY = 28,
            };
            using var here = mask.Draw(Side, small);
            using var there = mask.Draw(Side, small with { CenterX = 90, CenterY = 75 });
            using var a = here[new Rect(0, 10, 150, 150)];
            using var b = there[new Rect(10, 5, 150, 150)];
            Assert.InRange(Cv2.Norm(a, b, NormTypes.INF), 0, 2);
            here.MinMaxLoc(out double _, out var strongest);
            strengths.Add((int)Math.Round(strongest / 64));
            areas.Add(here.Mean().Val0 / strongest);
        }
        Assert.True(strengths.Count >= 3, string.Join(' ', strengths));
        Assert.True(areas.Max() > 3 * areas.Min(), $"{areas.Min():0.00} to {areas.Max():0.00}");
    }

    private static Mat Apply(ForgedRegion region, ulong seed, Mat frame)
    {
        using var forgery = new PictureForgery(
            ForgeryKind.Blend,
            region,
            frame.Size(),
            KeyedRandom.Create("picture", seed),
            recorded: true
        );
        return forgery.Apply(frame, Face);
    }
}
