using Argus.Clips;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Clips;

/// <summary>Videos whose pixels are not what a viewer sees: they are read as they are shown.</summary>
public sealed class DisplayTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("wide", "scale=128:256,setsar=2/1")]
    [InlineData("high", "scale=256:128,setsar=1/2")]
    [InlineData("pal", "scale=180:256,setsar=64/45")]
    public async Task Pixels_that_are_not_square_give_what_square_ones_give(string name, string filter)
    {
        var square = await Videos.RunAsync(
            folder["square.mkv"],
            ["-f", "lavfi", "-i", "testsrc=size=256x256:rate=25:duration=1", "-c:v", "ffv1"]
        );
        var video = await Videos.RunAsync(folder[name + ".mkv"], ["-i", square, "-vf", filter, "-c:v", "ffv1"]);
        using var expected = await WholeVideo.ReadAsync(square, folder.Path);
        using var reading = await WholeVideo.ReadAsync(video, folder.Path);
        var picture = reading.PictureClips(0)[1].Frames[0];
        Assert.Equal(new Size(256, 256), picture.Picture.Size());
        Assert.Equal(new Rect(0, 0, 256, 256), picture.Rectangle);
        Assert.True(Difference(expected.PictureClips(0)[1].Frames[0].Picture, picture.Picture) < 6);
        Assert.Contains("square", Assert.Single(reading.Info.Remarks));
    }

    [Theory]
    [InlineData("smpte2084", 100)]
    [InlineData("smpte2084", 203)]
    [InlineData("arib-std-b67", 203)]
    public async Task High_dynamic_range_is_mapped_to_what_the_standard_range_was(string transfer, int whiteNits)
    {
        var standard = await Videos.RunAsync(
            folder["sdr.mkv"],
            [
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=320x240:rate=25:duration=0.4",
                "-vf",
                "scale=out_color_matrix=bt709,"
                    + "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv",
                "-pix_fmt",
                "yuv444p",
                "-c:v",
                "ffv1",
            ]
        );
        var high = await Videos.RunAsync(
            folder["hdr.mkv"],
            [
                "-i",
                standard,
                "-vf",
                $"zscale=t=linear:npl={whiteNits},format=gbrpf32le,"
                    + $"zscale=p=bt2020:t={transfer}:m=bt2020nc:r=tv:npl={whiteNits},format=yuv444p10le",
                "-c:v",
                "ffv1",
            ]
        );
        using var expected = await WholeVideo.ReadAsync(standard, folder.Path);
        using var reading = await WholeVideo.ReadAsync(high, folder.Path);
        var want = expected.PictureClips(0)[1].Frames[0].Picture;
        var have = reading.PictureClips(0)[1].Frames[0].Picture;
        Assert.Equal(Cv2.Mean(want).Val0, Cv2.Mean(have).Val0, 6.0);
        Assert.Equal(Saturation(want), Saturation(have), 0.1 * Saturation(want));
        Assert.Contains("high dynamic range", Assert.Single(reading.Info.Remarks));
    }

    [Theory]
    [InlineData("a.mp4", "libx264")]
    [InlineData("a.ts", "mpeg2video")]
    public async Task An_interlaced_picture_becomes_one_moment(string name, string codec)
    {
        // A bar that moves ten pixels a field.
        const string Bar =
            "color=black:size=320x240:rate=50:duration=1[b];color=white:size=40x240:rate=50:duration=1[w];"
            + "[b][w]overlay=x='10*n':y=0,format=yuv420p";
        var video = await Videos.RunAsync(
            folder[name],
            [
                "-filter_complex",
                Bar + ",tinterlace=interleave_top,fieldorder=tff",
                "-c:v",
                codec,
                "-flags",
                "+ilme+ildct",
                "-q:v",
                "2",
            ]
        );
        using var reading = await WholeVideo.ReadAsync(video, folder.Path);
        Assert.Equal(25, reading.Info.FrameCount);
        using var grey = reading.PictureClips(0)[1].Frames[0].Picture.CvtColor(ColorConversionCodes.BGR2GRAY);
        // Combed, every row of the bar's sides differs from the next by the whole range.
        using var upper = grey[new Rect(0, 60, 320, 100)];
        using var lower = grey[new Rect(0, 61, 320, 100)];
        Assert.True(Difference(upper, lower) < 3);
        Assert.Contains("interlaced", Assert.Single(reading.Info.Remarks));
    }

    // Mean absolute difference, 0 to 255.
    private static double Difference(Mat a, Mat b) => Cv2.Norm(a, b, NormTypes.L1) / a.Total() / a.Channels();

    internal static double Saturation(Mat bgr)
    {
        using var hsv = bgr.CvtColor(ColorConversionCodes.BGR2HSV);
        return Cv2.Mean(hsv).Val1;
    }

    public void Dispose() => folder.Dispose();
}
