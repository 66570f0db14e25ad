using Argus.Tests;
using Google.Protobuf;
using Xunit;

namespace Argus.Web.Tests.Otlp;

/// <summary>Traces and metrics as they arrive at a collector.</summary>
public class OtlpTests(Material material)
{
    [Fact]
    public async Task An_upload_and_its_analysis_in_another_process_are_one_trace()
    {
        using var collector = new OtlpCollector();
        using var folder = new TemporaryFolder();
        var shell =
            $"export OTEL_EXPORTER_OTLP_ENDPOINT={collector.Address} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf "
            + "OTEL_BSP_SCHEDULE_DELAY=100 OTEL_METRIC_EXPORT_INTERVAL=200 "
            + "OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=test";
        string id;
        using (var front = await RunningService.StartAsync(material, folder, shell, "--workers", "0"))
        {
            id = await front.SendAsync(material.Video);
            using var worker = await RunningService.StartAsync(material, folder, shell);
            await worker.WaitAsync(id, "done");
            await RunningService.UntilAsync(() =>
                Task.FromResult(
                    collector.Metrics.ContainsKey("argus.analysis.duration")
                        && collector.Metrics.ContainsKey("argus.upload.size")
                        && collector.Metrics.ContainsKey("argus.queue.length")
                        && collector.Spans.Any(span => span.Span.Name == "process analysis")
                )
            );
        }
        var spans = collector.Spans;
        var processed = spans.Single(span => span.Span.Name == "process analysis").Span;
        Assert.Equal(id, Attribute(processed, "argus.analysis.id").StringValue);
        var analyzed = spans.Single(span => span.Span.Name == "analyze video");
        Assert.Equal("Argus.Detection", analyzed.Scope);
        Assert.Equal(processed.SpanId, analyzed.Span.ParentSpanId);
        Assert.Equal("undecided", Attribute(analyzed.Span, "argus.verdict").StringValue);
        Assert.Contains(
            spans,
            span => span.Span.Name == "read video" && span.Span.ParentSpanId == analyzed.Span.SpanId
        );
        // The request is the root; a test's client has no trace.
        var uploaded = spans.Single(span => span.Span.SpanId == processed.ParentSpanId).Span;
        Assert.Equal("POST v1/analyses", uploaded.Name.Replace("/v1", "v1", StringComparison.Ordinal).TrimEnd('/'));
        Assert.Equal(uploaded.TraceId, analyzed.Span.TraceId);
        Assert.Equal("argus", collector.Resource["service.name"]);
        Assert.Equal("test", collector.Resource["deployment.environment.name"]);

        var duration = collector.Metrics["argus.analysis.duration"];
        Assert.Equal("s", duration.Unit);
        Assert.Equal(1UL, Assert.Single(duration.Histogram.DataPoints).Count);
        Assert.Equal(
            new FileInfo(material.Video).Length,
            collector.Metrics["argus.upload.size"].Sum.DataPoints[0].AsInt
        );
    }

    private static AnyValue Attribute(Span span, string key) =>
        span.Attributes.Single(attribute => attribute.Key == key).Value;
}
