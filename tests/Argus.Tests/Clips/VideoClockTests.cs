using System.Globalization;
using Argus.Clips;
using Xunit;

namespace Argus.Tests.Clips;

/// <summary>
/// Pictures and sound keep their distance whatever the file's clock does. (A filter of ffmpeg counts in samples of its
/// input where one thinks of its output: sound came late by the clock's start times 1 - 16000/rate.)
/// </summary>
public sealed class VideoClockTests : IDisposable
{
    private const double ToleranceSeconds = 0.03;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, double, int> Clocks()
    {
        var data = new TheoryData<string, double, int>();
        foreach (
            var container in new[] { "mp4", "fragmented.mp4", "no-edit-list.mp4", "mkv", "ts", "mpg", "flv", "avi" }
        )
        foreach (var start in new[] { 0, 20_000.5 })
        foreach (var rate in new[] { 22_050, 48_000 })
        {
            // AVI counts frames from 0.
            if (container != "avi" || start == 0)
                data.Add(container, start, rate);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public async Task A_beep_is_heard_when_it_is_seen(string container, double startSeconds, int sampleRateHz)
    {
        string[] format = container switch
        {
            "fragmented.mp4" => ["-movflags", "frag_keyframe+empty_moov"],
            "no-edit-list.mp4" => ["-use_editlist", "0"],
            "ts" => ["-muxdelay", "0.7", "-muxpreload", "0.5"],
            _ => [],
        };
        string[] codecs =
            container == "mpg" ? ["-c:v", "mpeg2video", "-c:a", "mp2"]
            : container == "flv" && sampleRateHz != 48_000 ? ["-c:v", "flv1", "-c:a", "mp3"]
            : ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"];
        var video = await Videos.RunAsync(
            folder["beep." + container],
            [
                .. Picture(2),
                .. Beep(sampleRateHz, 2),
                "-map",
                "0:v",
                "-map",
                "1:a",
                "-pix_fmt",
                "yuv420p",
                .. codecs,
                "-output_ts_offset",
                Text(startSeconds),
                .. format,
            ]
        );
        using var reading = await WholeVideo.ReadAsync(video, folder.Path);
        Assert.Equal(1.0, reading.BeepSeconds(), ToleranceSeconds);
        Assert.Equal(2.0, reading.Sound!.Samples.Length / 16_000.0, 0.1);
    }

    [Theory]
    [InlineData("mkv")]
    [InlineData("mp4")]
    [InlineData("ts")]
    public async Task Pictures_that_begin_half_a_second_later_have_their_sound_earlier(string container)
    {
        var video = await Videos.RunAsync(
            folder["late." + container],
            [
                "-itsoffset",
                "0.5",
                .. Picture(2),
                .. Beep(48_000, 2.5),
                "-map",
                "0:v",
                "-map",
                "1:a",
                "-pix_fmt",
                "yuv420p",
                "-c:v",
                "libx264",
                "-c:a",
                "aac",
                "-fps_mode",
                "passthrough",
            ]
        );
        using var reading = await WholeVideo.ReadAsync(video, folder.Path);
        Assert.Equal(0.5, reading.BeepSeconds(), ToleranceSeconds);
    }

    [Theory]
    [InlineData("ts", 0)]
    [InlineData("ts", 20_000)]
    [InlineData("mpg", 0)]
    public async Task A_clock_that_starts_again_inside_the_file_goes_on(string container, double secondStartSeconds)
    {
        string[] codecs = ["-c:v", "mpeg2video", "-q:v", "3", "-c:a", "mp2"];
        List<string> parts = [];
        foreach (var start in new[] { 0, secondStartSeconds })
        {
            string[] source = [.. Picture(3), .. Beep(48_000, 3), "-map", "0:v", "-map", "1:a"];
            parts.Add(
                await Videos.RunAsync(
                    folder[$"part{parts.Count}.{container}"],
                    [.. source, .. codecs, "-output_ts_offset", Text(start)]
                )
            );
        }
        var joined = folder["joined." + container];
        await File.WriteAllBytesAsync(
            joined,
            [.. await File.ReadAllBytesAsync(parts[0]), .. await File.ReadAllBytesAsync(parts[1])]
        );
        using var reading = await WholeVideo.ReadAsync(joined, folder.Path, clips: 3);
        Assert.Equal(6.0, reading.Info.DurationSeconds, 0.1);
        var times = reading.PictureClips(0).Select(clip => clip.Frames[0].TimeSeconds).ToList();
        Assert.Equal(3.0, times[1], 0.1);
        Assert.Equal(5.96, times[2], 0.1);
        Assert.Contains(reading.Info.Remarks, remark => remark.Contains("clock starts again after 3"));
        // The second beep, a second into the second part.
        var later = reading.Sound!.Samples.Skip(32_000).ToList().FindIndex(sample => Math.Abs((int)sample) > 3000);
        Assert.Equal(4.0, 2 + later / 16_000.0, 0.06);
    }

    private static string[] Picture(double seconds) =>
        ["-f", "lavfi", "-i", $"testsrc2=size=64x64:rate=25:duration={Text(seconds)}"];

    private static string[] Beep(int rate, double seconds) =>
        ["-f", "lavfi", "-i", $"aevalsrc='if(between(t,1,1.2),0.5*sin(2*PI*1000*t),0)':s={rate}:d={Text(seconds)}"];

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    public void Dispose() => folder.Dispose();
}
