using System.Diagnostics;
using Argus.Video;
using OpenCvSharp;
using Xunit;
using VideoWriter = Argus.Video.VideoWriter;

namespace Argus.Tests.Video;

public sealed class VideoWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("argus-writer-").FullName;
    private readonly Mat[] frames = [.. Enumerable.Range(0, 10).Select(Frame)];

    // 0.4 s.
    private readonly float[] voice = [.. Enumerable.Range(0, 6400).Select(i => (float)(.3 * Math.Sin(i * .1)))];

    [Fact]
    public async Task Frames_and_voice_come_back_as_H264_and_AAC()
    {
        var path = At("a.mp4");
        await VideoWriter.WriteAsync([new(path, frames, voice)], 25, TestContext.Current.CancellationToken);

        Assert.Equal(["h264,48,32,25/1,10", "aac,16000,1"], Probe(path));
        using var capture = new VideoCapture(path);
        using var decoded = new Mat();
        foreach (var frame in frames)
        {
            Assert.True(capture.Read(decoded));
            Assert.True(Cv2.PSNR(frame, decoded) > 36, $"PSNR {Cv2.PSNR(frame, decoded):f1}");
        }
        Assert.False(capture.Read(decoded));
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    [Fact]
    public async Task A_video_can_do_without_sound()
    {
        await VideoWriter.WriteAsync([new(At("a.mp4"), frames, default)], 12.5, TestContext.Current.CancellationToken);
        Assert.Equal(["h264,48,32,25/2,10"], Probe(At("a.mp4")));
    }

    [Fact]
    public async Task A_batch_writes_the_same_bytes_as_one_at_a_time()
    {
        await VideoWriter.WriteAsync(
            [new(At("a.mp4"), frames, voice), new(At("b.mp4"), frames[..5], voice.AsMemory(0, 3200))],
            25,
            TestContext.Current.CancellationToken
        );
        await VideoWriter.WriteAsync(
            [new(At("alone.mp4"), frames[..5], voice.AsMemory(0, 3200))],
            25,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            await File.ReadAllBytesAsync(At("alone.mp4"), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(At("b.mp4"), TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task A_file_cut_short_is_not_whole()
    {
        var path = At("a.mp4");
        await VideoWriter.WriteAsync([new(path, frames, voice)], 25, TestContext.Current.CancellationToken);
        Assert.True(VideoWriter.IsWhole(path));
        await using (var file = File.OpenWrite(path))
            file.SetLength(file.Length - 1);
        Assert.False(VideoWriter.IsWhole(path));
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        Assert.False(VideoWriter.IsWhole(path));
    }

    [Fact]
    public async Task An_odd_side_is_refused_with_the_reason()
    {
        using var odd = new Mat(31, 48, MatType.CV_8UC3, Scalar.Gray);
        var error = await Assert.ThrowsAsync<ArgusException>(() =>
            VideoWriter.WriteAsync([new(At("a.mp4"), [odd], default)], 25, TestContext.Current.CancellationToken)
        );
        Assert.Contains("48x31", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_ffmpeg_leaves_nothing_behind()
    {
        await Assert.ThrowsAsync<ArgusException>(() =>
            VideoWriter.WriteAsync([new(At("a.mp4"), frames, voice)], 0, TestContext.Current.CancellationToken)
        );
        Assert.Empty(Directory.GetFiles(folder));
    }

    public void Dispose()
    {
        foreach (var frame in frames)
            frame.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string At(string name) => Path.Combine(folder, name);

    // Grey, because colour is stored at half the resolution; smooth blobs between 40 and 215.
    private static Mat Frame(int number)
    {
        var random = KeyedRandom.Create("frame", number);
        using Mat small = new(4, 6, MatType.CV_8UC1);
        using Mat large = new();
        for (var i = 0; i < 24; i++)
            small.Set(i / 6, i % 6, (byte)(40 + random.Next(176)));
        Cv2.Resize(small, large, new Size(48, 32), 0, 0, InterpolationFlags.Linear);
        var frame = new Mat();
        Cv2.CvtColor(large, frame, ColorConversionCodes.GRAY2BGR);
        return frame;
    }

    private static string[] Probe(string path)
    {
        using var probe = Process.Start(
            new ProcessStartInfo(
                Ffmpeg.Probe,
                [
                    "-v",
                    "error",
                    "-show_entries",
                    "stream=codec_name,width,height,r_frame_rate,nb_frames,sample_rate,channels",
                    "-of",
                    "csv=p=0",
                    path,
                ]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;
        var lines = probe.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // ffprobe's order: codec, width, height, rate, frames; for sound codec, rate, channels, 0/0, frames.
        return
        [
            .. lines.Select(line =>
                line.Contains("aac", StringComparison.Ordinal) ? string.Join(',', line.Split(',').Take(3)) : line
            ),
        ];
    }
}
