using System.Text.Json;
using Argus.Detection;
using Argus.Web.Queue;
using Microsoft.AspNetCore.Diagnostics;
using Prometheus;

namespace Argus.Web.Http;

/// <summary>The service: a page, an API, and workers behind a queue.</summary>
public static class Service
{
    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    private static readonly (string Path, string Type)[] Assets =
    [
        ("index.html", "text/html; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("detail.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
    ];

    /// <summary>Where uploads and what is unpacked of them lie; the sweeper empties it.</summary>
    public static string ScratchFolder(ServeOptions options) => Uploads.FindFolder(options);

    /// <summary>Loads the models, opens the queue and serves until cancelled.</summary>
    /// <param name="ready">Called with the addresses once it answers.</param>
    /// <exception cref="RequestException">The options make no sense, or there are no models.</exception>
    public static async Task RunAsync(ServeOptions options, Action<IEnumerable<string>> ready, CancellationToken cancel)
    {
        options.Check();
        using var detector = await Detector.LoadAsync(options.Models, cancel: cancel);
        await using var database = await Database.OpenAsync(options.Database, options.Data, cancel);

        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }
        );
        builder.WebHost.UseUrls(options.Urls.Split(';'));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The form around the file is small; what is larger than the file may be is refused by name in Uploads.
            kestrel.Limits.MaxRequestBodySize = options.LargestMegabytes * 1_000_000L + (1 << 20);
        });
        builder
            .Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace
        );
        // A page that follows an analysis must not keep the worker from giving its video back.
        builder.Services.Configure<HostOptions>(host =>
            (host.ServicesStopConcurrently, host.ShutdownTimeout) = (true, ShutdownLimit)
        );
        // A page that resolves its own name to this machine could read what is meant for its user alone.
        builder.Services.AddHostFiltering(hosts =>
            hosts.AllowedHosts = options.Loopback
                ? [.. options.Urls.Split(';').Select(url => new Uri(url).Host), "localhost", "127.0.0.1", "[::1]"]
                : ["*"]
        );
        builder
            .Services.AddSingleton(options)
            .AddSingleton<Uploads>()
            .AddSingleton(detector)
            .AddSingleton(database)
            .AddSingleton<AnalysisStore>()
            .AddSingleton<ApiKeys>()
            .AddSingleton<ServiceMetrics>()
            .AddHostedService<Worker>()
            .AddHostedService<Sweeper>()
            .AddProblemDetails()
            .AddOpenApi(
                "v1",
                api =>
                    api.AddDocumentTransformer(
                        (document, _, _) =>
                        {
                            document.Info.Title = "Argus";
                            document.Info.Description =
                                "Says of videos whether they are forged, how sure that is, by which trace, "
                                + "when and where in the picture. Probabilities are P(fake).";
                            return Task.CompletedTask;
                        }
                    )
            );
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            foreach (var converter in DetectionReport.Json.Converters)
                json.SerializerOptions.Converters.Add(converter);
        });
        Limits.Add(builder.Services, options);

        await using var app = builder.Build();
        Use(app);
        ServiceMetrics.Follow(app.Services.GetRequiredService<AnalysisStore>());
        await app.StartAsync(cancel);
        ready(app.Urls);
        await using (cancel.Register(app.Lifetime.StopApplication))
            await app.WaitForShutdownAsync(CancellationToken.None);
    }

    private static void Use(WebApplication app)
    {
        app.UseHostFiltering();
        app.UseExceptionHandler(
            new ExceptionHandlerOptions { ExceptionHandler = AnswerFaultAsync, SuppressDiagnosticsCallback = _ => true }
        );
        app.UseStatusCodePages();
        app.Use(
            (http, next) =>
            {
                var headers = http.Response.Headers;
                headers.ContentSecurityPolicy =
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                headers.CacheControl = "no-store";
                return next(http);
            }
        );
        app.UseRateLimiter();

        foreach (var (path, type) in Assets)
        {
            var bytes = Asset(path);
            app.MapGet(path == "index.html" ? "/" : "/" + path, () => TypedResults.Bytes(bytes, type))
                .ExcludeFromDescription();
        }
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapMetrics("/metrics");
        app.MapMethods("/healthz", [HttpMethods.Get, HttpMethods.Head], HealthAsync)
            .WithName("health")
            .WithTags("Service")
            .WithSummary("Whether it works, and how much waits");
        var open = app.MapGroup("/v1");
        Access.Map(open);
        Endpoints.Map(app.MapGroup("/v1").AddEndpointFilter(Access.FilterAsync));
    }

    private static byte[] Asset(string name)
    {
        using var stream = typeof(Service).Assembly.GetManifestResourceStream("Page/" + name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static async Task<IResult> HealthAsync(AnalysisStore store, CancellationToken cancel)
    {
        try
        {
            var (queued, running) = await store.CountAsync().WaitAsync(HealthLimit, cancel);
            return TypedResults.Json(
                new
                {
                    Status = "ok",
                    Queued = queued,
                    Running = running,
                },
                DetectionReport.Json
            );
        }
        catch (Exception error) when (Worker.IsAway(error))
        {
            return TypedResults.Json(
                new { Status = "the database does not answer" },
                DetectionReport.Json,
                statusCode: StatusCodes.Status503ServiceUnavailable
            );
        }
    }

    private static async Task AnswerFaultAsync(HttpContext http)
    {
        var error = http.Features.Get<IExceptionHandlerFeature>()!.Error;
        var (status, detail) = error switch
        {
            BadHttpRequestException bad => (bad.StatusCode, bad.Message),
            _ when Worker.IsAway(error) => (
                StatusCodes.Status503ServiceUnavailable,
                "The database does not answer. Nothing was accepted; try again."
            ),
            _ => (StatusCodes.Status500InternalServerError, "A fault in Argus. The service's log says more."),
        };
        if (status == StatusCodes.Status500InternalServerError)
            http.RequestServices.GetRequiredService<ILogger<WebApplication>>().LogError(error, "A request failed.");
        await TypedResults.Problem(detail, statusCode: status).ExecuteAsync(http);
    }
}
