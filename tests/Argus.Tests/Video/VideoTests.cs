using Argus.Tests;
using Argus.Video;
using Xunit;

namespace Argus.Tests.Video;

public class VideoTests
{
    [Theory]
    [InlineData(100, 3, 0.0, 1.0, new[] { 0, 49, 99 })]
    [InlineData(101, 5, 0.25, 0.75, new[] { 25, 37, 50, 62, 75 })]
    [InlineData(2, 8, 0.0, 1.0, new[] { 0, 1 })]
    [InlineData(1, 8, 0.0, 1.0, new[] { 0 })]
    [InlineData(10, 1, 0.0, 1.0, new[] { 0 })]
    public void Frames_are_chosen_like_linspace_without_repeats(
        int count,
        int wanted,
        double from,
        double to,
        int[] expected
    ) => Assert.Equal(expected, FrameReader.Choose(count, wanted, from, to));

    [Fact]
    public async Task Exactly_the_chosen_frames_are_read_in_order()
    {
        using var folder = new TemporaryFolder();
        var video = await Videos.NumberedAsync(folder["numbered.mkv"], 40);
        var levels = new List<(int, int)>();
        await FrameReader.ReadAsync(
            video,
            [0, 7, 20, 39],
            (index, frame) =>
            {
                using (frame)
                    levels.Add((index, (int)Math.Round(frame.Mean().Val0)));
            },
            CancellationToken.None
        );
        Assert.Equal([(0, 0), (7, 28), (20, 80), (39, 156)], levels);
    }

    [Fact]
    public async Task Hundreds_of_frames_can_be_chosen()
    {
        using var folder = new TemporaryFolder();
        var video = await Videos.MakeAsync(folder["long.mp4"], 700, "32x32");
        var indices = Enumerable.Range(0, 700).Where(index => index % 7 != 3).ToList();
        var read = new List<int>();
        await FrameReader.ReadAsync(
            video,
            indices,
            (index, frame) =>
            {
                frame.Dispose();
                read.Add(index);
            },
            CancellationToken.None
        );
        Assert.Equal(indices, read);
    }

    [Fact]
    public async Task The_probe_tells_what_the_file_is()
    {
        using var folder = new TemporaryFolder();
        var info = await VideoProbe.ReadAsync(
            await Videos.MakeAsync(folder["a b'c\u00e9.mp4"]),
            CancellationToken.None
        );
        Assert.Equal(
            ("h264", 64, 64, 20, true),
            (info.Codec, info.Width, info.Height, info.FrameCount, info.Sound is { Channels: 1, Codec: "aac" })
        );
        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => i / 10.0),
            info.FrameTimesSeconds.Select(t => Math.Round(t, 3))
        );
    }

    [Fact]
    public async Task An_AVI_with_frames_out_of_order_is_as_long_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var info = await VideoProbe.ReadAsync(
            await Videos.MakeAsync(folder["b-frames.avi"], 30, "64x64", "-c:v", "mpeg4", "-bf", "2", "-c:a", "mp3"),
            CancellationToken.None
        );
        Assert.Equal((30, 3.0), (info.FrameCount, Math.Round(info.DurationSeconds, 2)));
    }

    [Fact]
    public async Task A_rotated_phone_video_is_read_upright()
    {
        using var folder = new TemporaryFolder();
        var plain = await Videos.MakeAsync(folder["plain.mp4"], size: "64x32");
        var rotated = await Videos.RunAsync(
            folder["rotated.mp4"],
            ["-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=90"]
        );
        await FrameReader.ReadAsync(
            rotated,
            [0],
            (_, frame) =>
            {
                using (frame)
                    Assert.Equal((32, 64), (frame.Width, frame.Height));
            },
            CancellationToken.None
        );
        Assert.Equal(90, Math.Abs((await VideoProbe.ReadAsync(rotated, CancellationToken.None)).RotationDegrees));
    }

    [Theory]
    [InlineData("hevc.mp4", "-c:v", "libx265", "-x265-params", "log-level=error")]
    [InlineData("ten-bit.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p10le")]
    [InlineData("odd.mkv", "-vf", "scale=63:35", "-c:v", "ffv1")]
    [InlineData("uneven.mkv", "-vf", "select='not(mod(n\\,3))+eq(n\\,1)'", "-fps_mode", "vfr", "-c:v", "libx264")]
    public async Task Unusual_videos_are_read(string name, params string[] output)
    {
        using var folder = new TemporaryFolder();
        var video = await Videos.MakeAsync(folder[name], 20, "64x64", output);
        var info = await VideoProbe.ReadAsync(video, CancellationToken.None);
        var read = 0;
        await FrameReader.ReadAsync(
            video,
            FrameReader.Choose(info.FrameCount, 5, 0, 1),
            (_, frame) =>
            {
                frame.Dispose();
                read++;
            },
            CancellationToken.None
        );
        Assert.Equal(5, read);
    }

    [Fact]
    public async Task What_is_no_video_has_a_reason()
    {
        using var folder = new TemporaryFolder();
        var sound = await Videos.RunAsync(folder["sound.mp4"], ["-f", "lavfi", "-i", "sine", "-t", "1"]);
        var whole = await Videos.MakeAsync(folder["whole.mp4"]);
        folder.Write("list.mp4", $"ffconcat version 1.0\nfile {Path.GetFileName(whole)}\n");
        folder.Write("playlist.mp4", $"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{whole}\n#EXT-X-ENDLIST\n");
        await File.WriteAllBytesAsync(folder["cut.mp4"], (await File.ReadAllBytesAsync(whole))[..2000]);
        foreach (
            var (path, reason) in new[]
            {
                (sound, "no video stream"),
                (folder["cut.mp4"], ""),
                (folder.Write("empty.mp4"), "empty"),
                (folder.Write("text.mp4", "hello"), "moov"),
                (folder["list.mp4"], "a container that is not read"),
                (folder["playlist.mp4"], "a container that is not read"),
                (folder["gone.mp4"], "does not exist"),
            }
        )
        {
            var error = await Assert.ThrowsAsync<UnreadableVideoException>(() =>
                VideoProbe.ReadAsync(path, CancellationToken.None)
            );
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_video_that_breaks_off_in_the_middle_is_unreadable_and_not_black()
    {
        using var folder = new TemporaryFolder();
        var whole = await Videos.MakeAsync(folder["whole.mkv"], 60, "128x128", "-c:v", "mjpeg", "-an");
        var bytes = await File.ReadAllBytesAsync(whole);
        await File.WriteAllBytesAsync(folder["cut.mkv"], bytes[..(bytes.Length / 2)]);
        var indices = FrameReader.Choose(
            (await VideoProbe.ReadAsync(whole, CancellationToken.None)).FrameCount,
            8,
            0,
            1
        );
        var error = await Assert.ThrowsAsync<UnreadableVideoException>(() =>
            FrameReader.ReadAsync(folder["cut.mkv"], indices, (_, frame) => frame.Dispose(), CancellationToken.None)
        );
        Assert.Contains("of 8 wanted frames", error.Message, StringComparison.Ordinal);
    }

    [Theory] // found by fuzzing
    [InlineData("{}")]
    [InlineData("{\"streams\":[{\"codec_type\":\"video\",\"width\":\"x\"}],\"format\":{}}")]
    [InlineData(
        "{\"streams\":[{\"codec_type\":\"video\",\"index\":0}],\"format\":{},"
            + "\"packets\":[{\"stream_index\":0,\"pts_time\":\"NaN\"}]}"
    )]
    [InlineData(
        "{\"streams\":[{\"codec_type\":\"audio\",\"sample_rate\":\"99999999999\"},"
            + "{\"codec_type\":\"video\",\"index\":0}],\"format\":{},\"packets\":[{\"stream_index\":0}]}"
    )]
    public void A_description_that_is_not_understood_is_an_unreadable_video(string json) =>
        Assert.Throws<UnreadableVideoException>(() =>
            VideoProbe.Parse(System.Text.Encoding.UTF8.GetBytes(json), longestSeconds: null)
        );

    [Fact] // found by fuzzing
    public void Lines_of_the_log_that_are_no_frames_are_left_out()
    {
        var frames = DecodedFrames.Parse(
            "frame:0 pts:40000 x\nlavfi.scd.mafd=1.5\nframe:1 pts:\u0664 x\nlavfi.scd.mafd=1..5\n"
        );
        Assert.Equal([0.04], frames.TimesSeconds);
    }
}
