using System.Runtime.InteropServices;
using Argus.Video;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;

namespace Argus.Detection;

/// <summary>What computed an answer: scores may differ in the last digits on another processor or version.</summary>
/// <param name="Argus">Version and commit, such as <c>0.1.0+4f2a…</c>.</param>
/// <param name="DotNet">The runtime.</param>
/// <param name="OnnxRuntime">What the models ran in.</param>
/// <param name="OpenCv">What found faces and scaled pictures.</param>
/// <param name="Ffmpeg">What decoded.</param>
/// <param name="System">The operating system.</param>
/// <param name="Processor">Its name, as it gives it.</param>
public sealed record ProgramRecord(
    string Argus,
    string DotNet,
    string OnnxRuntime,
    string OpenCv,
    string Ffmpeg,
    string System,
    string Processor
)
{
    /// <summary>Where the models ran: <c>cpu</c> or <c>cuda</c>; null in answers of earlier versions.</summary>
    public string? Device { get; init; }

    /// <summary>This process.</summary>
    internal static ProgramRecord Current => Lazy.Value with { Device = OnnxDevice.Name };

    private static readonly Lazy<ProgramRecord> Lazy = new(() =>
        new ProgramRecord(
            ProgramVersion.Text,
            RuntimeInformation.FrameworkDescription,
            FindOnnxRuntime(),
            Cv2.GetVersionString() ?? "unknown",
            FfmpegVersion.Text,
            RuntimeInformation.OSDescription,
            FindProcessor()
        )
    );

    /// <summary>Its version; asking loads it.</summary>
    internal static string FindOnnxRuntime()
    {
        OnnxTelemetry.Off();
        return OrtEnv.Instance().GetVersionString();
    }

    internal static string FindProcessor()
    {
        const string Description = "/proc/cpuinfo";
        const string Name = "model name";
        var line = File.Exists(Description)
            ? File.ReadLines(Description).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal))
            : null;
        return $"{line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "unknown"} "
            + $"({RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores)";
    }
}
