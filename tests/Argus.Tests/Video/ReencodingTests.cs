using Argus.Tests;
using Argus.Video;
using Xunit;

namespace Argus.Tests.Video;

public sealed class ReencodingTests
{
    [Fact]
    public async Task Every_kind_of_condition_gives_a_readable_video_that_says_what_was_done()
    {
        using var folder = new TemporaryFolder();
        var source = folder["in.mkv"];
        // Odd width, sound, 12 frames.
        var (code, error) = await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            [
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "testsrc=size=65x48:rate=24:duration=0.5",
                "-f",
                "lavfi",
                "-i",
                "sine=duration=0.5",
                "-c:v",
                "ffv1",
                "-pix_fmt",
                "yuv444p",
                "-c:a",
                "pcm_s16le",
                source,
            ],
            null,
            CliWrap.PipeTarget.Null,
            CancellationToken.None
        );
        Assert.True(code == 0, error);
        var seen = new Dictionary<string, VideoInfo>();
        // The harshest step of each kind.
        foreach (var condition in Condition.Ladder.GroupBy(condition => condition.Group).Select(group => group.Last()))
        {
            var target = folder["out", condition.Group, "video.mp4"];
            await Reencoding.RunAsync(source, target, condition, CancellationToken.None);
            seen[condition.Group] = await VideoProbe.ReadAsync(target, CancellationToken.None);
            Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(target)!));
        }
        Assert.Equal("hevc", seen["H.265"].Codec);
        Assert.All(seen.Where(entry => entry.Key != "H.265"), entry => Assert.Equal("h264", entry.Value.Codec));
        Assert.All(seen.Where(entry => entry.Key != "frame rate"), entry => Assert.Equal(12, entry.Value.FrameCount));
        Assert.InRange(seen["frame rate"].FrameCount, 2, 3); // 5 a second
        Assert.Equal((130, 96), (seen["scaled up"].Width, seen["scaled up"].Height));
        Assert.All(seen.Values, video => Assert.NotNull(video.Sound));
        Assert.True(
            new FileInfo(folder["out", "H.264", "video.mp4"]).Length
                < new FileInfo(folder["out", "noise", "video.mp4"]).Length
        );
    }

    [Fact]
    public async Task What_is_no_video_is_reported_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var target = folder["out", "a.mp4"];
        foreach (var group in new[] { "H.264", "JPEG frames" })
            await Assert.ThrowsAsync<UnreadableVideoException>(() =>
                Reencoding.RunAsync(
                    folder.Write("a.mp4", "not a video"),
                    target,
                    Condition.Ladder.First(condition => condition.Group == group),
                    CancellationToken.None
                )
            );
        Assert.Empty(Directory.EnumerateFiles(folder["out"]));
    }
}
