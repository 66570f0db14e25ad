using System.Collections;
using Argus.Detection;
using Argus.Web.Queue;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Argus.Web.Http;

/// <summary>
/// Sends traces and metrics by OpenTelemetry's protocol where its own variables name an endpoint
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, or one for traces or metrics alone); all its variables count.
/// </summary>
internal static class OtlpExport
{
    private const string Prefix = "OTEL_";
    private const string Service = "argus";

    private static readonly string[] Endpoints =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    ];

    // Of ASP.NET Core itself: requests and connections.
    private static readonly string[] WebMeters =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
    ];

    /// <summary>Adds the export where it is wanted.</summary>
    /// <param name="builder">The application, which reads no variables by itself.</param>
    public static void Add(WebApplicationBuilder builder)
    {
        if (!Endpoints.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }))
            return;
        builder.Configuration.AddInMemoryCollection(
            Environment
                .GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value))
                .Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal))
        );
        builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource.AddService(Service, serviceVersion: ProgramVersion.Text).AddEnvironmentVariableDetector()
            )
            .WithTracing(tracing =>
                tracing
                    .AddAspNetCoreInstrumentation()
                    .AddSource(ServiceTelemetry.Name, DetectionTelemetry.Name)
                    .AddOtlpExporter()
            )
            .WithMetrics(metrics =>
                metrics.AddMeter([ServiceTelemetry.Name, DetectionTelemetry.Name, .. WebMeters]).AddOtlpExporter()
            );
    }
}
