using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Argus.Detection;

/// <summary>
/// Traces and metrics of detection, named as OpenTelemetry's semantic conventions name things: seconds, lower case with
/// dots, <c>error.type</c> for what failed. Nothing carries a file's name.
/// </summary>
public static class DetectionTelemetry
{
    /// <summary>Name of the activity source and of the meter, for <c>AddSource</c> and <c>AddMeter</c>.</summary>
    public const string Name = "Argus.Detection";

    internal static readonly ActivitySource Source = new(Name, ProgramVersion.Text);

    private static readonly Meter Meter = new(Name, ProgramVersion.Text);

    internal static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "argus.analysis.duration",
        "s",
        "How long analyses took, by argus.verdict or error.type.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
        }
    );

    internal static readonly UpDownCounter<int> Active = Meter.CreateUpDownCounter<int>(
        "argus.analysis.active",
        "{analysis}",
        "Analyses in work."
    );

    internal static readonly Counter<double> VideoTime = Meter.CreateCounter<double>(
        "argus.analysis.video_time",
        "s",
        "Length of the videos that were judged."
    );
}
