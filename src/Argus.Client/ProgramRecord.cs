namespace Argus.Client;

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
}
