using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Faces;
using OpenCvSharp;
using Xunit;
using static Argus.Data.Tests.Forging.Pictures;

namespace Argus.Data.Tests.Forging;

public sealed class PictureForgeryTests
{
    private const int Side = 128;
    private static readonly FaceEllipse Face = new(64, 60, 26, 36, 4);
    private static readonly Rect Inside = new(52, 42, 24, 36);
    private static readonly Rect Corner = new(0, 0, 24, 100);

    [Theory]
    [InlineData(ForgeryKind.Lighting), InlineData(ForgeryKind.Resolution), InlineData(ForgeryKind.Compression)]
    public void A_region_gets_the_operation_of_the_whole_frame_and_the_other_keeps_its_pixels(ForgeryKind kind)
    {
        using Mat clean = Noise(Side);
        using Mat neither = Forge(kind, ForgedRegion.Neither);
        using Mat both = Forge(kind, ForgedRegion.Both);
        using Mat face = Forge(kind, ForgedRegion.Face);
        using Mat background = Forge(kind, ForgedRegion.Background);
        Assert.Equal(0, Difference(clean, neither, Inside) + Difference(clean, neither, Corner));
        Assert.True(Difference(clean, both, Inside) > 2 && Difference(clean, both, Corner) > 2);
        Assert.Equal(0, Difference(both, face, Inside) + Difference(clean, face, Corner));
        Assert.Equal(0, Difference(clean, background, Inside) + Difference(both, background, Corner));
    }

    [Theory]
    [InlineData(ForgedRegion.Neither, false, false), InlineData(ForgedRegion.Both, true, true)]
    [InlineData(ForgedRegion.Face, true, false), InlineData(ForgedRegion.Background, false, true)]
    public void Only_the_trembling_region_changes_from_frame_to_frame(
        ForgedRegion region,
        bool faceMoves,
        bool backgroundMoves
    )
    {
        using var clean = Noise(Side);
        var forgery = new PictureForgery(
            ForgeryKind.Temporal,
            region,
            clean.Size(),
            KeyedRandom.Create("test", 1),
            recorded: false
        );
        using Mat first = forgery.Apply(clean, Face);
        using Mat second = forgery.Apply(clean, Face);
        Assert.Equal(faceMoves, Difference(first, second, Inside) > 0);
        Assert.Equal(backgroundMoves, Difference(first, second, Corner) > 0);
        Assert.True(
            Difference(clean, first, Inside) > 1 && Difference(clean, first, Corner) > 1,
            "the twin is displaced too, by a constant"
        );
    }

    [Fact]
    public void A_voice_forgery_has_no_region_of_the_picture()
    {
        Assert.Throws<ArgusException>(() =>
            new PictureForgery(
                ForgeryKind.Audio,
                ForgedRegion.Face,
                new Size(Side, Side),
                KeyedRandom.Create("test"),
                recorded: false
            )
        );
        using Mat clean = Noise(Side);
        using Mat untouched = Forge(ForgeryKind.Audio, ForgedRegion.Neither);
        Assert.Equal(0, Difference(clean, untouched, Inside));
    }

    private static Mat Forge(ForgeryKind kind, ForgedRegion region)
    {
        using var clean = Noise(Side);
        return new PictureForgery(kind, region, clean.Size(), KeyedRandom.Create("test", 1), recorded: false).Apply(
            clean,
            Face
        );
    }
}
