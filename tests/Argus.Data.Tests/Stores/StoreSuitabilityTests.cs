using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Stores;

public class StoreSuitabilityTests
{
    [Theory]
    [InlineData("bg_1_full", 100, null, null)]
    [InlineData("bg_1_full", 70, null, "the face is 54 pixels wide")] // a crop of 70 is a face of 70 / 1.3
    [InlineData("av_1_full", 100, null, "the video has no sound")]
    [InlineData("av_1_full", 100, "", "nobody speaks")]
    [InlineData("av_1_full", 100, "1.9,2.6", null)]
    [InlineData("av_1_seed", 100, null, null)] // who sees colour pictures alone needs no sound
    public void A_video_is_suitable_or_left_out_with_its_reason(
        string recipe,
        int cropPixels,
        string? speech,
        string? reason
    )
    {
        var sorted = new StoreSuitability(TestRecipes.Load(recipe), [Video(cropPixels, speech)]);
        Assert.Equal(reason is null ? 1 : 0, sorted.Suitable.Count);
        Assert.Equal(reason is null ? 0 : 1, sorted.Abstained.Count);
        if (reason is not null)
            Assert.Contains(reason, sorted.Abstained[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Clips_that_cannot_be_judged_are_left_out_of_a_video_that_can()
    {
        var video = Video(100, "1.9,2.6", clips: [2.0, 8.0]);
        var suitable = new StoreSuitability(TestRecipes.Load("av_1_full"), [video]).Suitable;
        Assert.Equal([0], suitable.Single().Clips.Select(clip => clip.Number));
    }

    private static StoredVideo Video(int cropPixels, string? speech, params double[] clips)
    {
        if (clips.Length == 0)
            clips = [2.0];
        var frames = clips
            .SelectMany(
                (start, number) =>
                    Enumerable
                        .Range(0, 8)
                        .Select(place => new StoreFrame
                        {
                            Clip = number,
                            Place = place,
                            TimeSeconds = start + place * 0.08,
                            Width = cropPixels,
                            Height = cropPixels,
                        })
            )
            .ToList();
        var row = new StoreRow
        {
            Track = 0,
            Speech = speech?.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(double.Parse).ToList(),
            Frames = frames,
        };
        var video = new StoredVideo(new VideoItem("d", "m", "v", "v.mp4", 0, "v", ["v"], Split.Train), row, "");
        video.Clips =
        [
            .. frames.GroupBy(frame => frame.Clip).Select(clip => new StoredClip(video, clip.Key, [.. clip])),
        ];
        return video;
    }
}
