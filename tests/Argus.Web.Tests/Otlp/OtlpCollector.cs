using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;

namespace Argus.Web.Tests.Otlp;

/// <summary>Takes what is sent by OpenTelemetry's protocol over HTTP, as a collector does.</summary>
internal sealed class OtlpCollector : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<ExportTraceServiceRequest> traces = [];
    private readonly ConcurrentQueue<ExportMetricsServiceRequest> metrics = [];

    public OtlpCollector()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        }
        listener.Prefixes.Add(Address + "/");
        listener.Start();
        _ = TakeAsync();
    }

    public string Address { get; }

    /// <summary>All spans, with their scope's name.</summary>
    public IReadOnlyList<(string Scope, Span Span)> Spans =>
        [
            .. traces
                .SelectMany(request => request.ResourceSpans)
                .SelectMany(resource => resource.ScopeSpans)
                .SelectMany(scope => scope.Spans.Select(span => (scope.Scope.Name, span))),
        ];

    /// <summary>The latest of each name.</summary>
    public IReadOnlyDictionary<string, Metric> Metrics =>
        metrics
            .SelectMany(request => request.ResourceMetrics)
            .SelectMany(resource => resource.ScopeMetrics)
            .SelectMany(scope => scope.Metrics)
            .GroupBy(metric => metric.Name)
            .ToDictionary(same => same.Key, same => same.Last());

    /// <summary>Attributes of whoever sent spans.</summary>
    public IReadOnlyDictionary<string, string> Resource =>
        traces
            .First()
            .ResourceSpans[0]
            .Resource.Attributes.ToDictionary(entry => entry.Key, entry => entry.Value.StringValue);

    private async Task TakeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            if (context.Request.Url!.AbsolutePath == "/v1/traces")
                traces.Enqueue(ExportTraceServiceRequest.Parser.ParseFrom(context.Request.InputStream));
            else if (context.Request.Url.AbsolutePath == "/v1/metrics")
                metrics.Enqueue(ExportMetricsServiceRequest.Parser.ParseFrom(context.Request.InputStream));
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    public void Dispose() => listener.Close();
}
