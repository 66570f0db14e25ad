using Prometheus;
using Series = Prometheus.Metrics;

namespace Argus.Web.Queue;

/// <summary>What Prometheus is told beside ASP.NET Core's own figures.</summary>
internal sealed class ServiceMetrics
{
    private static readonly Counter Analyses = Series.CreateCounter(
        "argus_analyses_total",
        "Videos that were answered, by outcome: real, forged, undecided, failed.",
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

    public void Ended(string outcome, TimeSpan time, double videoSeconds)
    {
        Analyses.WithLabels(outcome).Inc();
        Seconds.Observe(time.TotalSeconds);
        VideoSeconds.Inc(videoSeconds);
    }

    public void Accepted(long bytes) => UploadBytes.Inc(bytes);

    public void Refuse(int status) => Refused.WithLabels($"{status}").Inc();

    /// <summary>Asks the queue each time somebody asks for the figures.</summary>
    public static void Follow(AnalysisStore store) =>
        Series.DefaultRegistry.AddBeforeCollectCallback(async _ =>
        {
            try
            {
                var (queued, running) = await store.CountAsync();
                Waiting.WithLabels("queued").Set(queued);
                Waiting.WithLabels("running").Set(running);
            }
            catch (Exception error) when (Worker.IsAway(error))
            {
                Waiting.WithLabels("queued").Set(double.NaN);
                Waiting.WithLabels("running").Set(double.NaN);
            }
        });
}
