using Argus.Clips;
using Argus.Video;
using Xunit;

namespace Argus.Tests.Clips;

public class ClipPlanTests
{
    private static double[] Times(int count, double rate) => [.. Enumerable.Range(0, count).Select(i => i / rate)];

    [Fact]
    public void Single_frames_are_linspace() =>
        Assert.Equal(
            FrameReader.Choose(100, 7, 0.25, 0.75),
            ClipPlan.Choose(Times(100, 25), 7, 1, 10, 0.25, 0.75).Clips.Select(clip => Assert.Single(clip))
        );

    [Fact]
    public void Clips_have_the_asked_rate_whatever_the_videos()
    {
        var plan = ClipPlan.Choose(Times(300, 30), 3, 4, 10, 0, 1);
        Assert.Equal(
            [
                [0, 3, 6, 9],
                [145, 148, 151, 154],
                [290, 293, 296, 299],
            ],
            plan.Clips
        );
        Assert.Equal(12, plan.Frames.Count);
        Assert.Equal(new ClipUse(1, 2), Assert.Single(plan.Uses(151)));
        Assert.Empty(plan.Uses(150));
    }

    [Fact]
    public void Uneven_frame_times_count_and_not_frame_numbers()
    {
        // Ten frames a second for a second, then two a second.
        double[] times = [.. Enumerable.Range(0, 11).Select(i => i / 10.0), 1.5, 2.0, 2.5, 3.0];
        Assert.Equal(
            [
                [0, 5, 10, 11],
            ],
            ClipPlan.Choose(times, 1, 4, 2, 0, 0).Clips
        );
    }

    [Theory]
    [InlineData(3, 25, 4, 10)]
    [InlineData(1, 25, 2, 10)]
    [InlineData(100, 5, 4, 10)]
    public void A_video_shorter_or_slower_than_a_clip_is_refused(
        int frames,
        double rate,
        int length,
        double clipRate
    ) => Assert.Throws<UnreadableVideoException>(() => ClipPlan.Choose(Times(frames, rate), 4, length, clipRate, 0, 1));
}
