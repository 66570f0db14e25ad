using Argus.Clips;
using Argus.Faces;
using Argus.Video;
using Xunit;

namespace Argus.Tests.Clips;

/// <summary>No clip, no face and no smoothing goes from one shot into the next.</summary>
public sealed class ShotTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_hard_cut_begins_a_shot_and_no_clip_crosses_it()
    {
        var video = await Videos.RunAsync(
            folder["cut.mp4"],
            [
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=320x240:rate=25:duration=1.2",
                "-f",
                "lavfi",
                "-i",
                "mandelbrot=size=320x240:rate=25",
                "-filter_complex",
                "[1]trim=duration=1.2,setsar=1[m];[0]setsar=1[t];[t][m]concat",
                "-pix_fmt",
                "yuv420p",
                "-c:v",
                "libx264",
            ]
        );
        using var reading = await WholeVideo.ReadAsync(video, folder.Path, clips: 9, clipFrames: 8);
        Assert.Equal([30], reading.Info.ShotStarts);
        var clips = reading.PictureClips(0);
        Assert.True(clips.Count >= 6);
        Assert.All(clips, clip => Assert.True(clip.Frames[^1].SourceFrame < 30 || clip.Frames[0].SourceFrame >= 30));
        Assert.Contains(clips, clip => clip.Frames[^1].SourceFrame == 29);
    }

    [Fact]
    public void Shots_that_are_all_too_short_for_a_clip_are_said()
    {
        var times = Enumerable.Range(0, 40).Select(i => i / 25.0).ToArray();
        var error = Assert.Throws<UnreadableVideoException>(() =>
            ClipPlan.Choose(times, 4, 16, 25, 0, 1, [10, 20, 30])
        );
        Assert.Contains("in 4 shots", error.Message);
    }

    [Fact]
    public void A_face_of_the_next_shot_at_the_same_place_is_another_face()
    {
        var tracker = new FaceTracker(1.0);
        foreach (var time in new[] { 0.4, 0.8, 1.2, 1.6 })
            tracker.Add(time, [DrawnFaces.At(time < 1 ? 100 : 110, 100, 50)]);
        Assert.Equal(2, tracker.Tracks.Count);
        // Smoothing would have moved it half way; and it reaches up to the cut, not beyond.
        Assert.Equal(100, tracker.Tracks[0].At(0.99)!.Centre.X, 1e-6);
        Assert.Equal(110, tracker.Tracks[1].At(1.0)!.Centre.X, 1e-6);
        Assert.Null(tracker.Tracks[0].At(1.0));
        Assert.Null(tracker.Tracks[1].At(0.99));
    }

    [Theory]
    [InlineData("clips/speech_video-retalking_1.mp4", "clips/speech_latentsync_1.mp4")]
    [InlineData("faces/clips_real/dreamtalk_MEADM030_054.mp4", "faces/clips_real/dreamtalk_MEADW011_061.mp4")]
    public async Task Two_people_one_after_the_other_are_two_faces(string first, string second)
    {
        var faceModel = Shared.File("models/face_detection_yunet_2023mar.onnx");
        var video = await Videos.RunAsync(
            folder["people.mp4"],
            [
                "-t",
                "1.6",
                "-i",
                Shared.File(first),
                "-t",
                "1.6",
                "-i",
                Shared.File(second),
                "-filter_complex",
                "[0:v]scale=256:256,setsar=1,fps=25[a];[1:v]scale=256:256,setsar=1,fps=25[b];[a][b]concat",
                "-c:v",
                "libx264",
            ]
        );
        using var detector = new FaceDetector(faceModel);
        using var reading = await new ClipReader(detector, folder.Path).ReadAsync(
            video,
            [WholeVideo.Request(clips: 6, clipFrames: 8) with { FaceMargin = 1.3 }],
            TestContext.Current.CancellationToken
        );
        Assert.Equal(2, reading.Tracks.Count);
        var cut = reading.Info.FrameTimesSeconds[Assert.Single(reading.Info.ShotStarts)];
        Assert.Equal(1.6, cut, 0.05);
        Assert.True(reading.Tracks[0].Crops.All(crop => reading.Info.FrameTimesSeconds[crop.SourceFrame] < cut));
        Assert.True(reading.Tracks[1].Crops.All(crop => reading.Info.FrameTimesSeconds[crop.SourceFrame] >= cut));
        Assert.All(reading.Tracks, track => Assert.NotEmpty(reading.FaceClips(0, track)));
    }

    public void Dispose() => folder.Dispose();
}
