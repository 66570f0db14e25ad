using Argus.Clips;
using Argus.Video;
using OpenCvSharp;
using SkiaSharp;
using Xunit;

namespace Argus.Tests.Clips;

/// <summary>Files as other programs write them: read for what they show, and what is not read is said.</summary>
public sealed class ForeignVideoTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("a.mpg", "-c:v", "mpeg2video")]
    [InlineData("a.mov", "-c:v", "mpeg4", "-f", "mov")]
    public async Task A_video_is_no_picture_whatever_its_first_bytes_look_like(string name, params string[] codec)
    {
        var video = await MakeAsync(name, 2, codec);
        if (name == "a.mov")
            await RemoveFirstBoxAsync(video);
        using var reading = await WholeVideo.ReadAsync(video, folder.Path);
        Assert.Equal(50, reading.Info.FrameCount);
    }

    // MOV files of before 2001 begin with "wide" or "mdat"; the offsets of the samples stay right.
    private static async Task RemoveFirstBoxAsync(string video)
    {
        var bytes = await File.ReadAllBytesAsync(video);
        Assert.Equal("ftyp"u8, bytes.AsSpan(4, 4));
        "wide"u8.CopyTo(bytes.AsSpan(4));
        await File.WriteAllBytesAsync(video, bytes);
    }

    [Theory]
    [InlineData("a.gif", "-vf", "fps=10")]
    [InlineData("a.png", "-vf", "fps=10", "-f", "apng")]
    public async Task The_frames_of_a_moving_picture_are_judged(string name, params string[] how)
    {
        var video = await MakeAsync(name, 2, how);
        using var reading = await WholeVideo.ReadAsync(video, folder.Path);
        Assert.Equal(20, reading.Info.FrameCount);
        Assert.Equal(2.0, reading.Info.DurationSeconds, 0.05);
    }

    [Theory]
    [InlineData("one.gif")]
    [InlineData("one.png")]
    [InlineData("one.bmp")]
    [InlineData("one.jpg")]
    public async Task A_still_picture_is_a_video_of_one_frame(string name)
    {
        var picture = await Videos.RunAsync(folder[name], [.. Source(1), "-frames:v", "1"]);
        using var reading = await WholeVideo.ReadAsync(picture, folder.Path);
        Assert.Equal(1, reading.Info.FrameCount);
        Assert.Equal(320, Assert.Single(reading.PictureClips(0)).Frames[0].Picture.Width);
        Assert.Empty(reading.Info.Remarks);
    }

    [Fact]
    public async Task Of_a_moving_WebP_it_is_said_that_only_the_first_frame_was_judged()
    {
        await File.WriteAllBytesAsync(folder["a.webp"], MovingWebP());
        using var reading = await WholeVideo.ReadAsync(folder["a.webp"], folder.Path);
        Assert.Contains("only the first", Assert.Single(reading.Info.Remarks));
    }

    // Two frames of 8x8 pixels in the extended format (RFC 9649): VP8X, ANIM, and an ANMF around each picture's chunk.
    private static byte[] MovingWebP()
    {
        using var bitmap = new SKBitmap(8, 8);
        using var data = bitmap.Encode(SKEncodedImageFormat.Webp, 80);
        var still = data.ToArray().AsSpan(12);
        if (still.StartsWith("VP8X"u8))
            still = still[18..];
        byte[] frame = [0, 0, 0, 0, 0, 0, 7, 0, 0, 7, 0, 0, 100, 0, 0, 0, .. still];
        byte[] body =
        [
            .. "WEBP"u8,
            .. Chunk("VP8X", [2, 0, 0, 0, 7, 0, 0, 7, 0, 0]),
            .. Chunk("ANIM", [0, 0, 0, 0, 0, 0]),
            .. Chunk("ANMF", frame),
            .. Chunk("ANMF", frame),
        ];
        return Chunk("RIFF", body);

        static byte[] Chunk(string name, byte[] content) =>
            [
                .. System.Text.Encoding.ASCII.GetBytes(name),
                .. BitConverter.GetBytes(content.Length),
                .. content,
                .. new byte[content.Length % 2],
            ];
    }

    [Fact]
    public async Task Hidden_reference_frames_of_VP8_are_no_frames()
    {
        string[] codec =
        [
            "-c:v",
            "libvpx",
            "-auto-alt-ref",
            "1",
            "-lag-in-frames",
            "25",
            "-b:v",
            "200k",
            "-passlogfile",
            folder["pass"],
        ];
        await MakeAsync("first.webm", 4, [.. codec, "-pass", "1"]);
        var video = await MakeAsync("a.webm", 4, [.. codec, "-pass", "2"]);
        using var reading = await WholeVideo.ReadAsync(video, folder.Path, clips: 16);
        Assert.Equal(100, reading.Info.FrameCount);
        Assert.Equal(16, reading.PictureClips(0).Count);
        Assert.All(
            reading.PictureClips(0),
            clip => Assert.Equal(clip.Frames[0].SourceFrame / 25.0, clip.Frames[0].TimeSeconds, 0.0015)
        );
    }

    [Fact]
    public async Task A_transport_stream_cut_between_key_frames_is_judged_from_where_it_decodes()
    {
        var whole = await MakeAsync("whole.ts", 4, "-c:v", "libx264", "-g", "25");
        var video = folder["cut.ts"];
        await File.WriteAllBytesAsync(video, (await File.ReadAllBytesAsync(whole))[(188 * 200)..]);
        using var reading = await WholeVideo.ReadAsync(video, folder.Path, clips: 16);
        Assert.Equal(16, reading.PictureClips(0).Count);
        Assert.Contains(reading.Info.Remarks, remark => remark.Contains("could be decoded"));
    }

    [Theory]
    [InlineData(0.8, true)]
    [InlineData(0.3, false)]
    public async Task A_file_that_was_cut_off_is_judged_if_most_of_it_decodes(double share, bool judged)
    {
        var whole = await MakeAsync(
            "whole.mp4",
            4,
            ["-c:v", "libx264", "-g", "25", "-b:v", "600k", "-movflags", "+faststart"]
        );
        var bytes = await File.ReadAllBytesAsync(whole);
        await File.WriteAllBytesAsync(folder["cut.mp4"], bytes[..(int)(bytes.Length * share)]);
        if (judged)
        {
            using var reading = await WholeVideo.ReadAsync(folder["cut.mp4"], folder.Path, clips: 16);
            Assert.Equal(16, reading.PictureClips(0).Count);
            Assert.InRange(reading.Info.FrameCount, 51, 95);
            Assert.Contains("of 100 frames that it announces", reading.Info.Remarks[0]);
        }
        else
        {
            await Assert.ThrowsAsync<UnreadableVideoException>(() =>
                WholeVideo.ReadAsync(folder["cut.mp4"], folder.Path, clips: 16)
            );
        }
    }

    [Theory]
    [InlineData]
    [InlineData("-movflags", "+faststart")]
    [InlineData("-movflags", "+frag_keyframe+empty_moov")]
    public async Task Of_videos_joined_byte_for_byte_it_is_said_that_only_the_first_was_judged(params string[] how)
    {
        var video = await MakeAsync("one.mp4", 1, how);
        using (var alone = await WholeVideo.ReadAsync(video, folder.Path))
            Assert.DoesNotContain(alone.Info.Remarks, remark => remark.Contains("joined"));
        var one = await File.ReadAllBytesAsync(video);
        await File.WriteAllBytesAsync(folder["two.mp4"], [.. one, .. one]);
        using var reading = await WholeVideo.ReadAsync(folder["two.mp4"], folder.Path);
        Assert.Contains(reading.Info.Remarks, remark => remark.StartsWith("2 videos were joined"));
    }

    [Fact]
    public async Task An_AVI_that_announces_twice_its_frames_is_whole()
    {
        var whole = await MakeAsync("whole.mp4", 1, "-c:v", "libx264", "-bf", "2");
        var video = await Videos.RunAsync(folder["copy.avi"], ["-i", whole, "-c", "copy"]);
        using var reading = await WholeVideo.ReadAsync(video, folder.Path);
        Assert.Equal(25, reading.Info.FrameCount);
        Assert.DoesNotContain(reading.Info.Remarks, remark => remark.Contains("cut off"));
    }

    [Fact]
    public async Task The_default_stream_is_judged_and_never_a_still_one()
    {
        var video = await Videos.RunAsync(
            folder["several.mkv"],
            [
                "-f",
                "lavfi",
                "-i",
                "color=red:size=320x240:rate=25:duration=0.04",
                "-f",
                "lavfi",
                "-i",
                "color=green:size=160x120:rate=25:duration=1",
                .. Source(1),
                "-map",
                "0",
                "-map",
                "1",
                "-map",
                "2",
                "-c:v:0",
                "mjpeg",
                "-c:v:1",
                "ffv1",
                "-c:v:2",
                "ffv1",
                "-disposition:v:0",
                "0",
                "-disposition:v:1",
                "0",
                "-disposition:v:2",
                "default",
            ]
        );
        using var reading = await WholeVideo.ReadAsync(video, folder.Path);
        Assert.Equal((2, 25), (reading.Info.Stream, reading.Info.FrameCount));
        Assert.Equal(320, reading.PictureClips(0)[0].Frames[0].Picture.Width);
        Assert.True(DisplayTests.Saturation(reading.PictureClips(0)[0].Frames[0].Picture) > 50);
    }

    [Fact]
    public async Task Frames_are_the_right_ones_after_the_size_changes()
    {
        List<byte> joined = [];
        foreach (var (size, start) in new[] { ("160x120", 0), ("320x240", 1) })
        {
            var part = await Videos.RunAsync(
                folder[size + ".ts"],
                [
                    "-f",
                    "lavfi",
                    "-i",
                    $"color=black:size={size}:rate=25:duration=1,format=gray,geq=lum='4*N+100*{start}'",
                    "-pix_fmt",
                    "yuv420p",
                    "-c:v",
                    "libx264",
                    "-qp",
                    "1",
                    "-bf",
                    "0",
                    "-output_ts_offset",
                    $"{start}",
                ]
            );
            joined.AddRange(await File.ReadAllBytesAsync(part));
        }
        await File.WriteAllBytesAsync(folder["sizes.ts"], [.. joined]);
        using var reading = await WholeVideo.ReadAsync(folder["sizes.ts"], folder.Path, clips: 8);
        Assert.Equal(50, reading.Info.FrameCount);
        foreach (var frame in reading.PictureClips(0).Select(clip => clip.Frames[0]))
        {
            Assert.Equal(4.0 * frame.SourceFrame, Cv2.Mean(frame.Picture).Val0, 3.0);
        }
    }

    [Fact]
    public async Task A_full_temporary_disk_is_no_silence()
    {
        var disk = folder["disk"];
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(
            await RunAsync("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk),
            "a small disk can only be mounted by root"
        );
        try
        {
            var video = await Videos.MakeAsync(folder["sound.mp4"], frames: 40);
            var error = await Assert.ThrowsAsync<ArgusException>(() => WholeVideo.ReadAsync(video, disk));
            Assert.IsNotType<UnreadableVideoException>(error);
            Assert.Contains("No space left on device", error.Message);
            Assert.Contains(disk, error.Message);
        }
        finally
        {
            await RunAsync("umount", disk);
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        if (Ffmpeg.Locate(program) is null)
            return false;
        var (code, _) = await Ffmpeg.RunAsync(
            program,
            arguments,
            null,
            CliWrap.PipeTarget.Null,
            TestContext.Current.CancellationToken
        );
        return code == 0;
    }

    private Task<string> MakeAsync(string name, int seconds, params string[] how) =>
        Videos.RunAsync(
            folder[name],
            [.. Source(seconds), "-pix_fmt", name.EndsWith("png") ? "rgb24" : "yuv420p", .. how]
        );

    private static string[] Source(int seconds) =>
        ["-f", "lavfi", "-i", $"testsrc2=size=320x240:rate=25:duration={seconds}"];

    public void Dispose() => folder.Dispose();
}
