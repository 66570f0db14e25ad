using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Faces;
using Argus.Tests;
using OpenCvSharp;
using Xunit;
using static Argus.Data.Tests.Forging.Pictures;

namespace Argus.Data.Tests.Forging;

public class ClipForgeryTests
{
    private static readonly Rect Mouth = new(28, 40, 8, 6);
    private static readonly Rect Corner = new(0, 0, 6, 20);

    [Fact]
    public void A_quad_is_two_reals_and_two_fakes_with_one_seed()
    {
        var four = ClipForgery.Quad(ForgeryKind.Resolution, KeyedRandom.Create("quad"));
        Assert.Equal(Enum.GetValues<ForgedRegion>().Order(), four.Select(forgery => forgery.Region).Order());
        Assert.Equal(2, four.Sum(forgery => forgery.Label));
        Assert.Single(four.Select(forgery => forgery.Seed).Distinct());
    }

    [Theory]
    [InlineData(ForgeryKind.Lighting), InlineData(ForgeryKind.Resolution)]
    public void The_operation_is_where_the_region_says_and_the_same_in_every_frame(ForgeryKind kind)
    {
        using var clip = DrawnClips.Of([Noise(DrawnClips.Side), Noise(DrawnClips.Side)]);
        Mat[] Of(ForgedRegion region) => [.. new ClipForgery(kind, region, 5).Apply(clip).Native];
        Mat[] neither = Of(ForgedRegion.Neither);
        Mat[] both = Of(ForgedRegion.Both);
        Mat[] face = Of(ForgedRegion.Face);
        Mat[] background = Of(ForgedRegion.Background);
        Assert.Equal(0, Difference(clip.Native[0], neither[0], new Rect(0, 0, 64, 64)));
        Assert.True(Difference(clip.Native[0], both[0], Mouth) > 1 && Difference(clip.Native[0], both[0], Corner) > 1);
        Assert.Equal(0, Difference(face[0], both[0], Mouth) + Difference(face[0], clip.Native[0], Corner));
        Assert.Equal(0, Difference(background[0], clip.Native[0], Mouth) + Difference(background[0], both[0], Corner));
        Assert.Equal(0, Difference(face[0], face[1], new Rect(0, 0, 64, 64)));
    }

    [Fact]
    public void All_four_of_a_compression_quad_go_through_the_last_codec()
    {
        using var clip = DrawnClips.Of([Noise(DrawnClips.Side)]);
        foreach (var forgery in ClipForgery.Quad(ForgeryKind.Compression, KeyedRandom.Create("compression")))
        {
            using var forged = forgery.Apply(clip);
            Assert.True(
                Difference(clip.Native[0], forged.Native[0], Mouth) > 1
                    && Difference(clip.Native[0], forged.Native[0], Corner) > 1,
                $"{forgery.Region}"
            );
        }
    }

    [Fact]
    public void Sound_is_forged_without_touching_the_picture()
    {
        using var clip = DrawnClips.Of([Noise(DrawnClips.Side)], DrawnClips.Sine(300, 4));
        using var forged = new ClipForgery(ForgeryKind.Audio, ForgedRegion.Face, 3).Apply(clip);
        Assert.Equal(0, Difference(clip.Native[0], forged.Native[0], new Rect(0, 0, 64, 64)));
        Assert.False(clip.Sound.Span.SequenceEqual(forged.Sound.Span));
    }

    [Fact]
    public void Without_landmarks_nothing_is_forged()
    {
        using var clip = DrawnClips.Of([Noise(DrawnClips.Side)]) with
        {
            Landmarks =
            [
                [],
            ],
        };
        Assert.Contains(
            "data.crop=face",
            Assert
                .Throws<ArgusException>(() => new ClipForgery(ForgeryKind.Lighting, ForgedRegion.Face, 1).Apply(clip))
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_outline_turns_with_the_face()
    {
        var upright = FaceEllipse.Fit(DrawnClips.Landmarks);
        Assert.Equal(32, upright.CenterX, 3);
        Assert.Equal(0, upright.AngleDegrees, 3);
        // The same turned a quarter clockwise about (32, 32): (x, y) to (64 - y, x).
        var turned = FaceEllipse.Fit([.. DrawnClips.Landmarks.Select(point => new Point2f(64 - point.Y, point.X))]);
        Assert.Equal(90, Math.Abs(turned.AngleDegrees), 3);
        Assert.Equal(upright.RadiusX, turned.RadiusX, 3);
    }
}
