using System.Diagnostics;
using System.Text.Json;

namespace Argus.Detection;

/// <summary>One analysis in traces and metrics, from its beginning to its disposal.</summary>
internal sealed class MeasuredAnalysis : IDisposable
{
    private readonly Activity? span = DetectionTelemetry.Source.StartActivity("analyze video");
    private readonly long started = Stopwatch.GetTimestamp();
    private KeyValuePair<string, object?> outcome = new("error.type", "unknown");

    private MeasuredAnalysis() => DetectionTelemetry.Active.Add(1);

    public static MeasuredAnalysis Begin() => new();

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(started);

    public void Finish(Analysis analysis)
    {
        outcome = new("argus.verdict", JsonNamingPolicy.SnakeCaseLower.ConvertName($"{analysis.Verdict}"));
        DetectionTelemetry.VideoTime.Add(analysis.DurationSeconds);
        span?.SetTag("argus.video.duration", analysis.DurationSeconds);
        span?.SetTag("argus.video.faces", analysis.Faces.Count);
        span?.SetTag("argus.probability", analysis.Probability);
    }

    public void Fail(Exception error)
    {
        outcome = new("error.type", error.GetType().FullName);
        span?.SetStatus(ActivityStatusCode.Error, error.Message);
    }

    public void Dispose()
    {
        span?.SetTag(outcome.Key, outcome.Value);
        DetectionTelemetry.Duration.Record(Elapsed.TotalSeconds, outcome);
        DetectionTelemetry.Active.Add(-1);
        span?.Dispose();
    }
}
