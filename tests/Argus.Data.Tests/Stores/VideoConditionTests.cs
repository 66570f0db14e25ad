using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Stores;

/// <summary>A filter of stored videos by what their files are like.</summary>
public class VideoConditionTests
{
    private static readonly StoreOptions Faces = StoreOptions.Create(TestRecipes.Load("bg_1_full"));

    private static readonly StoreRow Row = new()
    {
        Split = nameof(Split.Test),
        Codec = "h264",
        CodedWidth = 640,
        CodedHeight = 360,
        RotationDegrees = 90,
        DurationSeconds = 12.5,
        FramesPerSecond = 29.97,
        BitsPerSecond = 800_000,
        Frames = [new() { Width = 130 }, new() { Width = 260 }],
    };

    [Theory]
    [InlineData("width=360", true)] // as it is shown, upright
    [InlineData("height>=640", true)]
    [InlineData("height>640", false)]
    [InlineData("seconds<=12.5", true)]
    [InlineData("seconds<12.5", false)]
    [InlineData("frames_per_second!=30", true)]
    [InlineData("kilobits_per_second = 800", true)]
    [InlineData("face_pixels=150", true)]
    [InlineData("codec=H264", true)]
    [InlineData("codec!=h264", false)]
    [InlineData("sound_codec!=aac", false)] // it has none
    [InlineData("quantizer<40", false)] // nobody knows it
    [InlineData("quantizer!=40", false)]
    public void A_condition_holds_or_not(string text, bool expected) =>
        Assert.Equal(
            expected,
            Assert.Single(VideoCondition.Parse([text])).Holds(new StoredVideo(Row.ToItem(), Row, ""), Faces)
        );

    [Theory]
    [InlineData("hight>=480", "there is no property 'hight'. Choose ")]
    [InlineData("height", "'height' is no condition")]
    [InlineData("height>=tall", "'tall' is none")]
    [InlineData("codec>=h264", "codec is a word")]
    public void What_is_no_condition_is_refused(string text, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<RequestException>(() => VideoCondition.Parse([text])).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_store_serves_those_that_are_wanted_and_names_the_others()
    {
        using var small = new SmallStore();
        await Videos.NumberedAsync(small.Video("long.mkv"), 40);
        await Videos.NumberedAsync(small.Video("short.mkv"), 20);
        await small.Describe().PrepareAsync();
        var recipe = small.Recipe with { Data = small.Recipe.Data with { Where = ["seconds>=3"] } };
        using var store = await Store.OpenAsync(small.Store, recipe);
        Assert.Equal("long", Assert.Single(store.Videos).Item.Id);
        Assert.Equal("short", Assert.Single(store.LeftOut).Item.Id);
        using var all = await Store.OpenAsync(small.Store, small.Recipe);
        Assert.Equal(2, all.Videos.Count);
        Assert.Empty(all.LeftOut);
    }
}
