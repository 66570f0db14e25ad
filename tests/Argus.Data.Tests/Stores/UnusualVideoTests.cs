using Argus.Data.Stores;
using Argus.Tests;
using OpenCvSharp;
using Xunit;

namespace Argus.Data.Tests.Stores;

/// <summary>
/// Every kind of file that a dataset of thousands holds somewhere: it is stored right, or left out with its reason.
/// </summary>
public class UnusualVideoTests
{
    private static readonly (string Name, string Reason)[] LeftOut =
    [
        ("empty.mp4", "empty"),
        ("text.mp4", "moov atom not found"),
        ("no-index.mp4", "moov atom not found"),
        ("picture.mp4", ""),
        ("sound-only.mp4", "no video stream"),
        ("no-frames.mp4", ""),
        ("loop-a.mp4", "link"),
        ("loop-b.mp4", "link"),
        ("dangling.mp4", "link"),
    ];

    [Fact]
    public async Task Everything_readable_is_stored_and_the_rest_is_reported()
    {
        using var data = new SmallStore();
        var plain = await Videos.MakeAsync(data.Video("plain.mp4"), 20, "64x48");
        await Videos.MakeAsync(data.Video("it's a \"good\" näme, 日本.mp4"), 20, "64x48");
        await Videos.MakeAsync(
            data.Video("hevc.mp4"),
            20,
            "64x48",
            "-c:v",
            "libx265",
            "-x265-params",
            "log-level=error",
            "-pix_fmt",
            "yuv420p"
        );
        await Videos.MakeAsync(data.Video("ten-bit.mkv"), 20, "64x48", "-c:v", "libx264", "-pix_fmt", "yuv420p10le");
        await Videos.MakeAsync(data.Video("odd.mkv"), 20, "64x48", "-vf", "scale=63:47", "-c:v", "ffv1");
        await Videos.MakeAsync(
            data.Video("uneven.mkv"),
            20,
            "64x48",
            "-vf",
            "select='not(mod(n\\,3))+eq(n\\,1)'",
            "-fps_mode",
            "vfr",
            "-c:v",
            "libx264"
        );
        await Videos.MakeAsync(data.Video("one-frame.mp4"), 1, "64x48");
        await Videos.RunAsync(data.Video("rotated.mp4"), ["-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=90"]);
        await Videos.RunAsync(
            data.Video("long-sound.mp4"),
            [
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=64x48:rate=10:duration=2",
                "-f",
                "lavfi",
                "-i",
                "sine=duration=7",
                "-c:v",
                "libx264",
                "-pix_fmt",
                "yuv420p",
            ]
        );
        File.Copy(plain, data.Video("really-mp4.avi"));
        var stored = Directory.GetFiles(Path.GetDirectoryName(plain)!).Length;

        data.Folder.Write(Path.GetRelativePath(data.Folder.Path, data.Video("empty.mp4")));
        data.Folder.Write(Path.GetRelativePath(data.Folder.Path, data.Video("text.mp4")), "<html>404 Not Found</html>");
        await File.WriteAllBytesAsync(data.Video("no-index.mp4"), (await File.ReadAllBytesAsync(plain))[..2000]);
        await Videos.RunAsync(data.Folder["picture.png"], ["-i", plain, "-frames:v", "1"]);
        File.Move(data.Folder["picture.png"], data.Video("picture.mp4"));
        await Videos.RunAsync(data.Video("sound-only.mp4"), ["-f", "lavfi", "-i", "sine=duration=1"]);
        await Videos.RunAsync(data.Video("no-frames.mp4"), ["-i", plain, "-t", "0", "-c", "copy"]);
        File.CreateSymbolicLink(data.Video("loop-a.mp4"), data.Video("loop-b.mp4"));
        File.CreateSymbolicLink(data.Video("loop-b.mp4"), data.Video("loop-a.mp4"));
        File.CreateSymbolicLink(data.Video("dangling.mp4"), data.Video("nowhere.mp4"));

        var result = await data.Describe().PrepareAsync();
        Assert.Equal(stored, result.Prepared);
        Assert.Equal(
            LeftOut.Select(file => file.Name).Order(StringComparer.Ordinal),
            result.Unreadable.Select(failure => Path.GetFileName(failure.Path)).Order(StringComparer.Ordinal)
        );
        foreach (var (name, reason) in LeftOut)
            Assert.Contains(
                reason,
                result.Unreadable.Single(failure => failure.Path.EndsWith(name, StringComparison.Ordinal)).Reason,
                StringComparison.Ordinal
            );
        Assert.Equal(
            1 + LeftOut.Length,
            (await File.ReadAllLinesAsync(Path.Combine(data.Store, "unreadable.csv"))).Length
        );

        using var store = await Store.OpenAsync(data.Store);
        Assert.Equal(stored, store.Videos.Count);
        StoreRow Row(string start) =>
            Assert
                .Single(
                    store.Videos,
                    video => Path.GetFileName(video.Item.Path).StartsWith(start, StringComparison.Ordinal)
                )
                .Row;
        foreach (var video in store.Videos)
        {
            Assert.Equal(video.Item.Path.Contains("one-frame", StringComparison.Ordinal) ? 1 : 4, video.Clips.Count);
            foreach (var clip in video.Clips)
            {
                using var picture = Cv2.ImDecode(store.Read(video, clip.Frames[0]), ImreadModes.Color);
                Assert.Equal((32, 32), (picture.Width, picture.Height));
            }
        }
        Assert.Equal(
            ("hevc", "yuv420p10le", 63, 47),
            (Row("hevc").Codec, Row("ten-bit").PixelFormat, Row("odd").CodedWidth, Row("odd").CodedHeight)
        );
        Assert.Equal(
            (64, 48, 48, 64),
            (
                Row("rotated").CodedWidth,
                Row("rotated").CodedHeight,
                Row("rotated").Frames[0].Width,
                Row("rotated").Frames[0].Height
            )
        );
        // Frames 0, 1, 3, 6, …, 18 at ten a second: the last stands at its own time, not at its number's.
        Assert.Equal((8, 1.8), (Row("uneven").FrameCount, Math.Round(Row("uneven").Frames[^1].TimeSeconds, 3)));
        Assert.Equal(2 * 16000 * 2, Row("long-sound").SoundBytes!.Value - 44, 200.0);
        Assert.Equal("mov,mp4,m4a,3gp,3g2,mj2", Row("really-mp4").Container);
    }

    [Fact]
    public async Task A_file_that_was_cut_off_is_stored_as_far_as_it_goes_or_left_out_but_never_has_invented_pictures()
    {
        using var data = new SmallStore("enhance.clahe_clip=0", "enhance.bilateral_diameter=0");
        // Grey level 4n in frame n tells which frame it is.
        foreach (var (name, codec) in new[] { ("ffv1.mkv", "ffv1"), ("mjpeg.avi", "mjpeg"), ("late.mp4", "libx264") })
        {
            var whole = await Videos.RunAsync(
                data.Folder[name],
                [
                    "-f",
                    "lavfi",
                    "-i",
                    "color=black:size=64x64:rate=10,format=gray,geq=lum='4*N+10*random(1)'",
                    "-frames:v",
                    "50",
                    "-c:v",
                    codec,
                    "-pix_fmt",
                    codec == "mjpeg" ? "yuvj420p"
                    : codec == "ffv1" ? "gray"
                    : "yuv420p",
                    "-movflags",
                    "+faststart",
                ]
            );
            Directory.CreateDirectory(Path.GetDirectoryName(data.Video(name))!);
            var bytes = await File.ReadAllBytesAsync(whole);
            await File.WriteAllBytesAsync(data.Video(name), bytes[..(bytes.Length * 6 / 10)]);
        }
        var result = await data.Describe().PrepareAsync();
        Assert.Equal(3, result.Prepared + result.Unreadable.Count);
        Assert.All(
            result.Unreadable,
            failure => Assert.Contains("wanted frames", failure.Reason, StringComparison.Ordinal)
        );
        if (result.Prepared == 0)
            return;
        using var store = await Store.OpenAsync(data.Store);
        foreach (var frame in store.Videos.SelectMany(video => video.Row.Frames.Select(frame => (video, frame))))
        {
            using var picture = Cv2.ImDecode(store.Read(frame.video, frame.frame), ImreadModes.Grayscale);
            Assert.InRange(frame.frame.SourceFrame, 0, 40);
            Assert.Equal(4.0 * frame.frame.SourceFrame + 5, picture.Mean().Val0, 8.0);
        }
    }

    [Fact]
    public async Task The_quantizer_is_the_one_that_the_file_was_encoded_with()
    {
        using var data = new SmallStore();
        await Videos.MakeAsync(
            data.Video("avc.mp4"),
            20,
            "128x128",
            "-c:v",
            "libx264",
            "-x264-params",
            "qp=30:ipratio=1:pbratio=1",
            "-pix_fmt",
            "yuv420p"
        );
        await Videos.MakeAsync(
            data.Video("hevc.mp4"),
            20,
            "128x128",
            "-c:v",
            "libx265",
            "-x265-params",
            "log-level=error:qp=24:ipratio=1:pbratio=1",
            "-pix_fmt",
            "yuv420p"
        );
        await Videos.MakeAsync(data.Video("mjpeg.avi"), 20, "128x128", "-c:v", "mjpeg");
        await data.Describe().PrepareAsync();
        using var store = await Store.OpenAsync(data.Store);
        Assert.Equal(
            [30.0, 24.0, null],
            store.Videos.OrderBy(video => video.Item.Id).Select(video => video.Row.Quantizer)
        );
    }

    /// <summary>
    /// ffmpeg's own undoing of the rotation is the reference: the same pixels are at the offset that is stored.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public async Task A_pictures_place_in_the_coded_frame_is_right_under_every_rotation(int degrees)
    {
        using var folder = new TemporaryFolder();
        var plain = await Videos.RunAsync(
            folder["plain.mp4"],
            ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=0.2", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
        );
        var rotated = await Videos.RunAsync(
            folder["rotated.mp4"],
            ["-i", plain, "-c", "copy", "-metadata:s:v:0", $"rotate={degrees}"]
        );
        var info = await Argus.Video.VideoProbe.ReadAsync(rotated, CancellationToken.None);
        using var coded = Cv2.ImRead(
            await Videos.RunAsync(folder["coded.png"], ["-noautorotate", "-i", rotated, "-frames:v", "1"])
        );
        await Argus.Video.FrameReader.ReadAsync(
            rotated,
            [0],
            (_, upright) =>
            {
                var rectangle = new Rect(11, 7, 20, 30);
                var corner = info.Coded(rectangle);
                using var cut = upright.SubMat(rectangle);
                using var back = new Mat();
                if (info.RotationDegrees == 0)
                    cut.CopyTo(back);
                else
                    Cv2.Rotate(
                        cut,
                        back,
                        info.RotationDegrees switch
                        {
                            90 => RotateFlags.Rotate90Clockwise,
                            180 => RotateFlags.Rotate180,
                            _ => RotateFlags.Rotate90Counterclockwise,
                        }
                    );
                using var there = coded.SubMat(new Rect(corner.X, corner.Y, back.Width, back.Height));
                Assert.InRange(Cv2.Norm(back, there, NormTypes.L1) / (600 * 3), 0, 2.0);
                upright.Dispose();
            },
            CancellationToken.None
        );
    }

    [Fact]
    public async Task Smaller_faces_and_jpeg_take_less_and_say_where_the_landmarks_are()
    {
        var model = Shared.File("models/face_detection_yunet_2023mar.onnx");
        var clip = Shared.File("clips/speech_liveportrait_d20.mp4");
        using var native = new SmallStore("data.crop=face");
        using var small = new SmallStore("data.crop=face", "data.largest_crop=100", "data.format=jpeg");
        var frames = new List<StoreFrame>();
        foreach (var data in new[] { native, small })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(data.Video("a.mp4"))!);
            File.Copy(clip, data.Video("a.mp4"));
            await data.Describe().PrepareAsync(model: model);
            using var store = await Store.OpenAsync(data.Store);
            var frame = store.Videos[0].Row.Frames[0];
            using var picture = Cv2.ImDecode(store.Read(store.Videos[0], frame), ImreadModes.Color);
            Assert.Equal(data == native ? frame.Width : 100, picture.Width);
            Assert.All(
                frame.Landmarks,
                coordinate => Assert.InRange(coordinate, 0.1f * picture.Width, 0.9f * picture.Width)
            );
            frames.Add(frame);
        }
        Assert.Equal((frames[0].X, frames[0].Y, frames[0].Width), (frames[1].X, frames[1].Y, frames[1].Width));
        Assert.True(frames[1].Bytes < frames[0].Bytes / 4);
    }
}
