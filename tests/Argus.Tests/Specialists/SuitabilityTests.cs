using Argus.Datasets;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Stores;
using Xunit;

namespace Argus.Tests.Specialists;

public class SuitabilityTests
{
    [Theory]
    [InlineData("bg", 100, null, null)]
    [InlineData("bg", 70, null, "the face is 54 pixels wide")] // a crop of 70 is a face of 70 / 1.3
    [InlineData("av", 100, null, "the video has no sound")]
    [InlineData("av", 100, "", "nobody speaks")]
    [InlineData("av", 100, "7,9", "nobody speaks")] // elsewhere in the video
    [InlineData("av", 100, "1.9,2.6", null)]
    public void A_specialist_says_what_it_cannot_judge(
        string specialist,
        int cropPixels,
        string? speech,
        string? reason
    )
    {
        var video = Video(cropPixels, speech);
        var told = Suitability.Reason(Recipe(specialist), video.Clips[0]);
        if (reason is null)
            Assert.Null(told);
        else
            Assert.Contains(reason, told, StringComparison.Ordinal);
        var (suitable, abstained) = Suitability.Split(Recipe(specialist), [video]);
        Assert.Equal((reason is null ? 1 : 0, reason is null ? 0 : 1), (suitable.Count, abstained.Count));
    }

    [Fact]
    public void Who_sees_colour_pictures_alone_needs_no_sound() =>
        Assert.Null(Suitability.Reason(Recipe("av", "seed"), Video(100, null).Clips[0]));

    [Fact]
    public void Clips_that_cannot_be_judged_are_left_out_of_a_video_that_can()
    {
        var video = Video(100, "1.9,2.6", clips: [2.0, 8.0]);
        var (suitable, _) = Suitability.Split(Recipe("av"), [video]);
        Assert.Equal([0], suitable.Single().Clips.Select(clip => clip.Number));
    }

    private static Recipe Recipe(string specialist, string profile = "full") =>
        RecipeLibrary.Default.Load(RecipeLibrary.Default.Find($"{specialist}/1"), profile, []).Recipe;

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
            Speech = speech is null
                ? null
                : [.. speech.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(double.Parse)],
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
