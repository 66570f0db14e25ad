using Argus.Clips;
using Argus.Video;

namespace Argus.Web.Mcp;

/// <summary>Which files of this machine a language model may have judged.</summary>
/// <param name="Folders">Files below these alone, wherever links point.</param>
/// <param name="LargestMegabytes">The largest file.</param>
/// <param name="LongestMinutes">The longest video.</param>
public sealed record McpFileOptions(IReadOnlyList<string> Folders, int LargestMegabytes, double LongestMinutes)
{
    private const long BytesPerMegabyte = 1_000_000;

    /// <summary>The file that a path is.</summary>
    /// <exception cref="ArgusException">It is not there, not below the folders, or too large.</exception>
    /// <exception cref="UnreadableVideoException">It is no video, or too long.</exception>
    internal async Task<string> CheckAsync(string path, CancellationToken cancel)
    {
        var file = Resolve(Path.GetFullPath(path));
        // Nothing is said of files elsewhere, not even whether they exist.
        if (!Folders.Any(folder => IsBelow(file, Resolve(Path.GetFullPath(folder)))))
            throw new ArgusException(
                $"{path} is not below a folder that may be read: {string.Join(", ", Folders)} "
                    + "('argus mcp --folder DIR')."
            );
        if (!File.Exists(file))
            throw new ArgusException($"There is no file {path}.");
        if (new FileInfo(file).Length > LargestMegabytes * BytesPerMegabyte)
            throw new ArgusException($"{path} is larger than {LargestMegabytes} MB.");
        if (!StillPicture.IsPicture(file))
            await VideoProbe.ReadAsync(file, cancel, LongestMinutes * 60);
        return file;
    }

    private static bool IsBelow(string file, string folder) =>
        file.StartsWith(
            Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar,
            StringComparison.Ordinal
        );

    // A link in the middle of a path leads elsewhere as one at its end does.
    private static string Resolve(string path)
    {
        var resolved = Path.GetPathRoot(path)!;
        foreach (var part in path[resolved.Length..].Split(Path.DirectorySeparatorChar))
        {
            var next = Path.Combine(resolved, part);
            var link = Path.Exists(next) ? new FileInfo(next).ResolveLinkTarget(returnFinalTarget: true) : null;
            resolved = link is null ? next : Resolve(link.FullName);
        }
        return resolved;
    }
}
