using System.Text.Json;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Video;
using CliWrap;

namespace Argus.Benchmarks;

/// <summary>Makes a dataset of a folder of real videos, each of which is taken for another person.</summary>
internal static class RealVideos
{
    private const int ShorterSidePixels = 256;
    private const int LongestSeconds = 12;

    /// <summary>
    /// Writes a part in the layout of DFDC whose videos are all real. They are scaled down so that a face fits a small
    /// input and the traces of one codec do not hide those of another.
    /// </summary>
    /// <param name="videos">The folder of videos.</param>
    /// <param name="target">The folder of the part.</param>
    /// <param name="cancel">Stops scaling.</param>
    /// <returns>The names of the videos without extension, which stand for the people, in ordinal order.</returns>
    /// <exception cref="ArgusException">ffmpeg failed.</exception>
    public static async Task<IReadOnlyList<string>> WriteAsync(string videos, string target, CancellationToken cancel)
    {
        Directory.CreateDirectory(target);
        var files = VideoFolder.Videos(videos).Order(StringComparer.Ordinal).ToList();
        await Parallel.ForEachAsync(
            files,
            cancel,
            async (file, token) =>
                await ScaleAsync(file, Path.Combine(target, Path.GetFileNameWithoutExtension(file) + ".mp4"), token)
        );
        var names = files.Select(file => Path.GetFileNameWithoutExtension(file)).ToList();
        var labels = names.ToDictionary(name => name + ".mp4", _ => new { label = "REAL" });
        await File.WriteAllTextAsync(Path.Combine(target, "metadata.json"), JsonSerializer.Serialize(labels), cancel);
        return names;
    }

    private static async Task ScaleAsync(string file, string target, CancellationToken cancel)
    {
        const int Side = ShorterSidePixels;
        var scale = $"scale='if(lt(iw,ih),{Side},-2)':'if(lt(iw,ih),-2,{Side})':flags=area";
        string[] input = ["-v", "error", "-nostdin", "-y", "-i", "file:" + Path.GetFullPath(file)];
        string[] video = ["-vf", scale, "-c:v", "libx264", "-preset", "fast", "-crf", "10", "-pix_fmt", "yuv420p"];
        string[] sound = ["-c:a", "aac"];
        var (exitCode, error) = await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            [.. input, "-t", $"{LongestSeconds}", .. video, .. sound, target],
            null,
            PipeTarget.Null,
            cancel
        );
        if (exitCode != 0)
            throw new ArgusException($"ffmpeg could not scale {file}: {error}");
    }
}
