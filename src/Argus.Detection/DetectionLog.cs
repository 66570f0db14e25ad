using Microsoft.Extensions.Logging;

namespace Argus.Detection;

/// <summary>What a detector says in a program's log. The numbers of events stay what they are.</summary>
internal static partial class DetectionLog
{
    [LoggerMessage(
        1,
        LogLevel.Information,
        "Models {Names} of {Folder} are loaded on {Device} and checked ({Seconds:0.0} s)."
    )]
    public static partial void ModelsLoaded(
        this ILogger log,
        string names,
        string folder,
        string device,
        double seconds
    );

    [LoggerMessage(2, LogLevel.Debug, "{Video}: the analysis begins.")]
    public static partial void AnalysisStarted(this ILogger log, string video);

    [LoggerMessage(3, LogLevel.Information, "{Video}: {Verdict}, P(fake) {Probability:0.000}, after {Seconds:0.0} s.")]
    public static partial void AnalysisFinished(
        this ILogger log,
        string video,
        Verdict verdict,
        double? probability,
        double seconds
    );

    [LoggerMessage(4, LogLevel.Warning, "{Video} was not judged: {Reason}")]
    public static partial void AnalysisFailed(this ILogger log, string video, string reason);

    [LoggerMessage(6, LogLevel.Warning, "{Reason}")]
    public static partial void NoGpu(this ILogger log, string reason);

    [LoggerMessage(5, LogLevel.Debug, "{Video}: the analysis was stopped.")]
    public static partial void AnalysisStopped(this ILogger log, string video);
}
