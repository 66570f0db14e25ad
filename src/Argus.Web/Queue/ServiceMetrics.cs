using Prometheus;
using Series = Prometheus.Metrics;

namespace Argus.Web.Queue;

/// <summary>The figures that Prometheus reads at <c>/metrics</c>, beside ASP.NET Core's own.</summary>
internal sealed class ServiceMetrics
{
    private static readonly Counter Analyses = Series.CreateCounter(
        "argus_analyses_total",
        "Videos that were answered, by outcome: real, forged, undecided, outside_scope, failed.",
        "outcome"
    );
    private static readonly Histogram Seconds = Series.CreateHistogram(
        "argus_analysis_seconds",
        "Time that an analysis took.",
        new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.5, 2, 12) }
    );
    private static readonly Counter VideoSeconds = Series.CreateCounter(
        "argus_video_seconds_total",
        "Length of the videos that were answered."
    );
    private static readonly Counter UploadBytes = Series.CreateCounter(
        "argus_upload_bytes_total",
        "Bytes of accepted uploads."
    );
    private static readonly Counter Refused = Series.CreateCounter(
        "argus_uploads_refused_total",
        "Uploads that were not taken, by HTTP status.",
        "status"
    );
    private static readonly Gauge Waiting = Series.CreateGauge(
        "argus_queue",
        "Videos in the queue of all processes, by state: queued, running.",
        "state"
    );

    private static readonly Counter Webhooks = Series.CreateCounter(
        "argus_webhook_attempts_total",
        "Attempts to tell a webhook, by outcome: delivered, retried, given_up.",
        "outcome"
    );

    /// <summary>Counts an attempt to tell a webhook.</summary>
    /// <param name="outcome"><c>delivered</c>, <c>retried</c> or <c>given_up</c>.</param>
    public void CountWebhook(string outcome)
    {
        Webhooks.WithLabels(outcome).Inc();
        ServiceTelemetry.WebhookAttempts.Add(1, new KeyValuePair<string, object?>("argus.outcome", outcome));
    }

    /// <summary>Counts an analysis that ended.</summary>
    /// <param name="outcome">The verdict in lower case, or <c>failed</c>.</param>
    /// <param name="time">How long the analysis took.</param>
    /// <param name="videoSeconds">The length of the video in seconds.</param>
    public void CountAnalysis(string outcome, TimeSpan time, double videoSeconds)
    {
        Analyses.WithLabels(outcome).Inc();
        Seconds.Observe(time.TotalSeconds);
        VideoSeconds.Inc(videoSeconds);
    }

    /// <summary>Counts the bytes of an upload that was accepted.</summary>
    /// <param name="bytes">The size of the file.</param>
    public void CountUpload(long bytes)
    {
        UploadBytes.Inc(bytes);
        ServiceTelemetry.UploadBytes.Add(bytes);
    }

    /// <summary>Counts an upload that was refused.</summary>
    /// <param name="status">The status of the HTTP answer.</param>
    public void CountRefusal(int status)
    {
        Refused.WithLabels($"{status}").Inc();
        ServiceTelemetry.Refusals.Add(1, new KeyValuePair<string, object?>("http.response.status_code", status));
    }

    /// <summary>
    /// Measures the queue's length each time that somebody reads the figures; it is NaN while the database is
    /// unreachable.
    /// </summary>
    /// <param name="store">The queue.</param>
    public static void ObserveQueue(AnalysisStore store) =>
        Series.DefaultRegistry.AddBeforeCollectCallback(async _ =>
        {
            try
            {
                var counts = await store.CountAsync();
                SetWaiting(counts.Queued, counts.Running);
            }
            catch (Exception error) when (Database.IsUnreachable(error))
            {
                SetWaiting(double.NaN, double.NaN);
            }
        });

    private static void SetWaiting(double queued, double running)
    {
        Waiting.WithLabels("queued").Set(queued);
        Waiting.WithLabels("running").Set(running);
    }
}
