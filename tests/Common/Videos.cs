using Argus.Video;
using CliWrap;
using Xunit;

namespace Argus.Tests;

/// <summary>Real video files, made by ffmpeg.</summary>
internal static class Videos
{
    /// <summary>
    /// A test picture that changes with time, H.264 with a tone unless other arguments say otherwise.
    /// </summary>
    public static Task<string> MakeAsync(string path, int frames = 20, string size = "64x64", params string[] output) =>
        RunAsync(
            path,
            [
                "-f",
                "lavfi",
                "-i",
                $"testsrc2=size={size}:rate=10",
                "-f",
                "lavfi",
                "-i",
                "sine=frequency=300",
                "-frames:v",
                $"{frames}",
                "-t",
                $"{frames / 10.0}",
                .. output.Length > 0
                    ? output
                    : ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"],
            ]
        );

    /// <summary>Frame n is flat grey of level 4n, stored without loss: which frame was read can be seen.</summary>
    public static Task<string> NumberedAsync(string path, int frames, params string[] output) =>
        RunAsync(
            path,
            [
                "-f",
                "lavfi",
                "-i",
                $"color=black:size=32x32:rate=10,format=gray,geq=lum='4*N'",
                "-frames:v",
                $"{frames}",
                "-c:v",
                "ffv1",
                .. output,
            ]
        );

    public static async Task<string> RunAsync(string path, IEnumerable<string> arguments)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var (code, error) = await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            ["-v", "error", "-y", .. arguments, path],
            null,
            PipeTarget.Null,
            CancellationToken.None
        );
        Assert.True(code == 0, error);
        return path;
    }
}
