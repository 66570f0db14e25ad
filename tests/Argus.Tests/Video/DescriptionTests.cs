using System.Text;
using Argus.Tests;
using Argus.Video;
using Xunit;

namespace Argus.Tests.Video;

/// <summary>What ffmpeg and ffprobe say of files that lie, and words that they never say.</summary>
public class DescriptionTests
{
    private const string Stream =
        """{"index":0,"codec_type":"video","codec_name":"h264","width":32,"height":16,"sample_rate":"0"}""";
    private const string Packets = """{"stream_index":0,"pts_time":"0.5","size":"10"}""";

    [Fact]
    public void A_description_is_read()
    {
        var info = Parse(Stream, Packets);
        Assert.Equal((32, 16, 1, 0.5), (info.Width, info.Height, info.FrameCount, info.StartSeconds));
    }

    [Theory]
    [InlineData("index\":0", "index\":\"0\"")]
    [InlineData("width\":32", "width\":0")]
    [InlineData("width\":32", "width\":-32")]
    [InlineData("width\":32", "width\":4294967328")]
    [InlineData("width\":32", "width\":null")]
    [InlineData("\"h264\"", "[]")]
    [InlineData("\"h264\"", "\"\\ud800\"")]
    [InlineData("\"size\":\"10\"", "\"size\":\"many\"")]
    [InlineData("\"size\":\"10\"", "\"size\":\"99999999999999999999\"")]
    [InlineData("\"format\"", "\"no format\"")]
    [InlineData("\"streams\"", "\"no streams\"")]
    [InlineData("\"packets\":[", "\"packets\":[7,")]
    public void A_description_that_is_none_is_refused(string right, string wrong) =>
        Assert.Throws<UnreadableVideoException>(() => Parse(Stream, Packets, right, wrong));

    [Theory]
    [InlineData("nan")]
    [InlineData("1e999")]
    [InlineData("soon")]
    public void A_time_that_is_no_number_is_none(string time) =>
        Assert.Equal(0, Parse(Stream, Packets, "0.5", time).StartSeconds);

    [Fact]
    public void Numbers_of_the_log_that_do_not_fit_are_no_frames()
    {
        const string log = """
            frame:0 pts:0 pts_time:0
            lavfi.scd.mafd=1.5
            frame:1 pts:99999999999999999999 pts_time:0
            lavfi.scd.mafd=1.5
            frame:2 pts:40000 pts_time:0.04
            lavfi.scd.mafd=1.2.3
            frame:3 pts:80000 pts_time:0.08
            lavfi.scd.mafd=...

            """;
        Assert.Equal([0, 0.04], DecodedFrames.Parse(log).TimesSeconds);
    }

    [Theory]
    [InlineData("P6\n")]
    [InlineData("P6\nx 2\n255\n")]
    [InlineData("P6\n-2 2\n255\n")]
    [InlineData("P6\n99999999999 2\n255\n")]
    [InlineData("P6\n65536 65536\n255\n")]
    [InlineData("P5\n2 2\n255\n")]
    public async Task A_picture_s_header_that_is_none_is_refused(string header)
    {
        using var stream = new MemoryStream(Encoding.ASCII.GetBytes(header));
        await Assert.ThrowsAsync<UnreadableVideoException>(() => PpmStream.ReadAsync(stream, CancellationToken.None));
    }

    [Fact]
    public async Task A_picture_s_header_that_does_not_end_is_refused_at_once()
    {
        using var stream = new MemoryStream(Encoding.ASCII.GetBytes("P6" + new string('1', 1000)));
        await Assert.ThrowsAsync<UnreadableVideoException>(() => PpmStream.ReadAsync(stream, CancellationToken.None));
        Assert.InRange(stream.Position, 0, 20);
    }

    private static VideoInfo Parse(string stream, string packets, string right = "-", string wrong = "-")
    {
        var json = $"{{\"streams\":[{stream}],\"packets\":[{packets}],\"format\":{{\"format_name\":\"mp4\"}}}}";
        return VideoProbe.Parse(Encoding.UTF8.GetBytes(json.Replace(right, wrong)), longestSeconds: null);
    }
}
