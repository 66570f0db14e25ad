using Argus.Cli.Output;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Video;
using CliWrap;

namespace Argus.Benchmarks;

/// <summary>Draws videos that cost what footage of a camera costs, for benches that are given none.</summary>
internal static class DrawnVideos
{
    private const int MostVideos = 6;
    private const int DrawnPixels = 480;
    private const int Seconds = 10;

    // Camera noise that x264 at CRF 23 spends 1.5 to 3 Mbit/s on. Behind the square picture lies its own enlargement,
    // blurred.
    private const string Footage =
        "fps=30,split[a][b];[a]scale=1280:1280,crop=1280:720,boxblur=20[back];"
        + "[b]scale=720:720:flags=bicubic[front];"
        + "[back][front]overlay=(W-w)/2:0,noise=alls=6:allf=t,format=yuv420p";

    /// <summary>Writes videos of ten seconds in 1280x720 with sound, H.264 at CRF 23.</summary>
    /// <param name="folder">The folder that the videos are written to.</param>
    /// <param name="cancel">Stops drawing.</param>
    /// <param name="count">How many, at most six.</param>
    /// <returns>The paths of the videos.</returns>
    /// <exception cref="ArgusException">ffmpeg failed.</exception>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        string folder,
        CancellationToken cancel,
        int count = MostVideos
    )
    {
        var drawn = Path.Combine(folder, "drawn");
        await SampleDataset.WriteAsync(
            drawn,
            new SampleOptions
            {
                SizePixels = DrawnPixels,
                Seconds = Seconds,
                Quads = new Dictionary<ForgeryKind, QuadCounts> { [ForgeryKind.Resolution] = new(1, 0, 0) },
            },
            TerminalLog.Instance,
            cancel
        );
        var sources = Directory
            .EnumerateFiles(drawn, "*.mp4", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Take(count)
            .ToList();
        return await Terminal.ProgressAsync(
            "videos encoded (1280x720, x264 medium, CRF 23)",
            sources.Count,
            async progress =>
            {
                var files = new List<string>();
                foreach (var source in sources)
                {
                    var file = Path.Combine(folder, $"{files.Count}.mp4");
                    await EncodeAsync(source, file, cancel);
                    files.Add(file);
                    progress.Report(files.Count);
                }
                return files;
            }
        );
    }

    private static async Task EncodeAsync(string source, string target, CancellationToken cancel)
    {
        string[] input = ["-nostdin", "-v", "error", "-i", source];
        string[] video = ["-vf", Footage, "-c:v", "libx264", "-preset", "medium", "-crf", "23"];
        string[] sound = ["-c:a", "aac"];
        var (exitCode, error) = await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            [.. input, .. video, .. sound, target],
            null,
            PipeTarget.Null,
            cancel
        );
        if (exitCode != 0)
            throw new ArgusException($"ffmpeg could not make a video for the bench: {error}");
    }
}
