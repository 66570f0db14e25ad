using System.Diagnostics;
using System.Diagnostics.Metrics;
using Argus.Detection;

namespace Argus.Web.Queue;

/// <summary>
/// Traces and metrics of the service beside those of detection (<see cref="DetectionTelemetry"/>), by OpenTelemetry's
/// conventions. An analysis belongs to the trace of its upload, whichever process looks at it.
/// </summary>
internal static class ServiceTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "Argus.Web";

    private static readonly ActivitySource Source = new(Name, ProgramVersion.Text);
    private static readonly Meter Meter = new(Name, ProgramVersion.Text);

    /// <summary>Bytes of accepted uploads.</summary>
    public static readonly Counter<long> UploadBytes = Meter.CreateCounter<long>(
        "argus.upload.size",
        "By",
        "Bytes of accepted uploads."
    );

    /// <summary>Uploads that were not taken.</summary>
    public static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "argus.upload.refusals",
        "{upload}",
        "Uploads that were not taken, by http.response.status_code."
    );

    /// <summary>Attempts to tell a webhook.</summary>
    public static readonly Counter<long> WebhookAttempts = Meter.CreateCounter<long>(
        "argus.webhook.attempts",
        "{attempt}",
        "Attempts to tell a webhook, by argus.outcome: delivered, retried, given_up."
    );

    private static readonly Gauge<long> QueueLength = Meter.CreateGauge<long>(
        "argus.queue.length",
        "{analysis}",
        "Videos in the queue of all processes, by argus.state: queued, running."
    );

    /// <summary>Notes how much waits and runs.</summary>
    /// <param name="counts">Of all processes.</param>
    public static void RecordQueue(QueueCounts counts)
    {
        QueueLength.Record(counts.Queued, new KeyValuePair<string, object?>("argus.state", "queued"));
        QueueLength.Record(counts.Running, new KeyValuePair<string, object?>("argus.state", "running"));
    }

    /// <summary>The span of a worker's attempt; null where nobody listens.</summary>
    /// <param name="row">The analysis.</param>
    public static Activity? StartAnalysis(AnalysisRow row)
    {
        var span = Source.StartActivity("process analysis", ActivityKind.Consumer, row.TraceParent);
        span?.SetTag("argus.analysis.id", row.Id);
        span?.SetTag("argus.analysis.attempt", row.Attempts);
        return span;
    }
}
