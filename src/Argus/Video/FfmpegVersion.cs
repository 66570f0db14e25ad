using System.Diagnostics;

namespace Argus.Video;

/// <summary>Which ffmpeg decodes here.</summary>
public static class FfmpegVersion
{
    private static readonly Lazy<string> Lazy = new(Ask);

    /// <summary>As it gives it, such as <c>5.1.9-0+deb12u1</c>; <c>unknown</c> where it does not say.</summary>
    public static string Text => Lazy.Value;

    // "ffmpeg version 5.1.9-0+deb12u1 Copyright ..."
    private static string Ask()
    {
        if (Ffmpeg.Locate("ffmpeg") is not { } program)
            return "unknown";
        using var process = Process.Start(
            new ProcessStartInfo(program, ["-version"]) { RedirectStandardOutput = true, RedirectStandardError = true }
        );
        var line = process?.StandardOutput.ReadLine() ?? "";
        process?.StandardOutput.ReadToEnd();
        process?.WaitForExit();
        return line.Split(' ') is ["ffmpeg", "version", var version, ..] ? version : "unknown";
    }
}
