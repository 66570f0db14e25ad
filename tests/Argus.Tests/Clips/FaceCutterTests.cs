using Argus.Clips;
using Argus.Faces;
using Argus.Tests;
using Argus.Video;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Clips;

public class FaceCutterTests
{
    [Fact]
    public async Task Faces_of_real_people_stay_in_the_middle_of_crops_that_do_not_change_within_a_clip()
    {
        var model = Shared.File("models/face_detection_yunet_2023mar.onnx");
        var video = Shared.File("clips/speech_liveportrait_d20.mp4");
        var info = await VideoProbe.ReadAsync(video, CancellationToken.None);
        var plan = ClipPlan.Choose(info.FrameTimesSeconds, 6, 4, 10, 0, 1);
        using var detector = new FaceDetector(model);
        // One wants to see more around the face than the other.
        double[] margins = [1.3, 1.3, 1.3, 1.8, 1.8, 1.8];
        using var cutter = new FaceCutter(detector, margins, plan, info.FrameTimesSeconds, []);
        await FrameReader.ReadAsync(
            video,
            FaceCutter.ChooseDetectionFrames(plan, info.FrameTimesSeconds),
            cutter.Add,
            CancellationToken.None
        );
        var track = Assert.Single(cutter.Finish());
        Assert.Equal(24, track.Crops.Count);
        Assert.All(
            track.Crops.GroupBy(crop => crop.Clip),
            clip => Assert.Single(clip.Select(crop => crop.Square).Distinct())
        );
        var sides = track.Crops.ToLookup(crop => margins[crop.Clip], crop => crop.Square.Width);
        Assert.InRange(sides[1.8].Average() / sides[1.3].Average(), 1.2, 1.5);
        foreach (var crop in track.Crops)
        {
            using (crop.Picture)
            {
                Assert.Equal((crop.Square.Width, crop.Square.Height), (crop.Picture.Width, crop.Picture.Height));
                var face = Assert.Single(detector.Find(crop.Picture));
                // At the frame's border a larger square is moved.
                var off = margins[crop.Clip] == 1.3 ? 0.1 : 0.2;
                Assert.InRange(face.Centre.X / crop.Square.Width, 0.5 - off, 0.5 + off);
                Assert.InRange(face.Centre.Y / crop.Square.Height, 0.5 - off, 0.5 + off);
            }
        }
    }

    [Fact]
    public void A_flat_picture_has_no_face()
    {
        using var detector = new FaceDetector(Shared.File("models/face_detection_yunet_2023mar.onnx"));
        using var blank = new Mat(200, 200, MatType.CV_8UC3, Scalar.Gray);
        Assert.Empty(detector.Find(blank));
    }

    [Fact]
    public void Between_distant_frames_faces_are_looked_for_at_least_twice_a_second()
    {
        double[] times = [.. Enumerable.Range(0, 301).Select(i => i / 30.0)];
        var looks = FaceCutter.ChooseDetectionFrames(ClipPlan.Choose(times, 3, 1, 1, 0, 1), times);
        Assert.Contains(150, looks);
        Assert.All(looks.Zip(looks.Skip(1)), pair => Assert.InRange(times[pair.Second] - times[pair.First], 0.01, 0.5));
    }

    [Fact]
    public void What_is_no_face_model_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        using var detector = new FaceDetector(folder.Write("model.onnx", "no model"));
        using var blank = new Mat(64, 64, MatType.CV_8UC3, Scalar.Gray);
        Assert.Contains(
            "argus models pull",
            Assert.Throws<ArgusException>(() => detector.Find(blank)).Message,
            StringComparison.Ordinal
        );
    }
}
