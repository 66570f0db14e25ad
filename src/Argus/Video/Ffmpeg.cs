using System.Text;
using System.Text.RegularExpressions;
using CliWrap;

namespace Argus.Video;

/// <summary>
/// The <c>ffmpeg</c> and <c>ffprobe</c> programs. Everything that decodes or encodes goes through them (twice as fast
/// as OpenCV's bundled FFmpeg, and it reads the sound too).
/// </summary>
internal partial class Ffmpeg
{
    /// <summary>Containers that are opened: files that hold video, not lists that point to other files.</summary>
    private const string Containers = "mov,matroska,avi,mpegts,mpeg,flv,ogg,asf,gif,apng";

    // Pictures of 64 megapixels with the reference frames that H.264 allows fit; a file that makes the decoder ask for
    // more is no video.
    private const long ReadingBytes = 4L << 30;

    // Part of util-linux; sets limits and becomes the program.
    private static readonly string? Limiter = OperatingSystem.IsLinux() ? Locate("prlimit") : null;

    // How the launcher has glibc keep memory is for training; in ffmpeg it would only cost some.
    private static readonly Dictionary<string, string?> OwnMemory = new()
    {
        ["MALLOC_MMAP_MAX_"] = null,
        ["MALLOC_TRIM_THRESHOLD_"] = null,
        ["MALLOC_TOP_PAD_"] = null,
    };

    public static string Program => Find("ffmpeg");
    public static string Probe => Find("ffprobe");

    /// <summary>The arguments that open a file of others, and nothing beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="moreContainers">Opened beside the usual ones; begins with a comma.</param>
    public static string[] Input(string path, string moreContainers = "") =>
        [
            "-protocol_whitelist",
            "file,pipe",
            "-format_whitelist",
            Containers + moreContainers,
            "-i",
            "file:" + Path.GetFullPath(path),
        ];

    /// <summary>Full path of the program, or null when it is not on PATH.</summary>
    public static string? Locate(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => new[] { Path.Combine(folder, program), Path.Combine(folder, program + ".exe") })
            .FirstOrDefault(File.Exists);

    /// <summary>
    /// Runs one of the two programs to its end. Returns its exit code and what it wrote to standard error; never throws
    /// for a failed run, because only the caller knows what the failure means.
    /// </summary>
    /// <param name="limited">For files of others: 4 GiB of memory at most, where the system can limit it.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="program">ffmpeg or ffprobe.</param>
    /// <param name="output">Where its standard output goes.</param>
    /// <param name="arguments">One by one, as the program gets them.</param>
    /// <param name="input">Its standard input; null for none.</param>
    public static async Task<(int ExitCode, string Error)> RunAsync(
        string program,
        IEnumerable<string> arguments,
        PipeSource? input,
        PipeTarget output,
        CancellationToken cancel,
        bool limited = false
    )
    {
        var error = new StringBuilder();
        var result = await (
            limited && Limiter is not null
                ? Cli.Wrap(Limiter).WithArguments([$"--as={ReadingBytes}", "--core=0", program, .. arguments])
                : Cli.Wrap(program).WithArguments(arguments)
        )
            .WithStandardInputPipe(input ?? PipeSource.Null)
            .WithStandardOutputPipe(output)
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(error))
            .WithEnvironmentVariables(OwnMemory)
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(cancel);
        return (result.ExitCode, error.ToString().Trim());
    }

    // As the C library says them.
    private static readonly string[] DiskRefusals =
    [
        "No space left on device",
        "Disk quota exceeded",
        "File too large",
        "Read-only file system",
    ];

    /// <summary>Whatever ffmpeg made, part of it could not be written: that is never the video's fault.</summary>
    /// <exception cref="ArgusException">The log says that a disk took no more.</exception>
    public static void ThrowIfDiskRefuses(string log)
    {
        var line = log.Split('\n')
            .FirstOrDefault(line =>
                DiskRefusals.Any(refusal => line.Contains(refusal, StringComparison.OrdinalIgnoreCase))
            );
        if (line is not null)
            throw new ArgusException(
                $"ffmpeg could not write what it read ({LinePrefix().Replace(line, "").Trim()}). Temporary files lie "
                    + $"in {Path.GetTempPath()}: make room there, or name another folder in TMPDIR."
            );
    }

    /// <summary>What stands before a message: the part with its memory address, and the level.</summary>
    [GeneratedRegex(@"^(\[[^\]]*\] *)+")]
    internal static partial Regex LinePrefix();

    private static string Find(string program) =>
        Locate(program)
        ?? throw new ArgusException(
            $"{program} was not found on PATH. Install it (Debian, Ubuntu: apt-get install ffmpeg) and try again."
        );
}
