using Argus.Detection;
using Argus.Web.Queue;
using Microsoft.AspNetCore.Diagnostics;
using Prometheus;

namespace Argus.Web.Http;

/// <summary>What a request passes through, and all the addresses that are answered.</summary>
internal static class Pipeline
{
    private const string HomePage = "index.html";
    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(2);

    private static readonly (string Path, string Type)[] Assets =
    [
        (HomePage, "text/html; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("detail.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
    ];

    /// <summary>Adds the middleware and the endpoints to an application.</summary>
    /// <param name="app">The application, whose services are all added.</param>
    public static void Add(WebApplication app)
    {
        if (app.Services.GetRequiredService<ServeOptions>().Proxies.Count > 0)
            app.UseForwardedHeaders();
        app.UseHostFiltering();
        app.UseExceptionHandler(
            new ExceptionHandlerOptions { ExceptionHandler = AnswerFaultAsync, SuppressDiagnosticsCallback = _ => true }
        );
        app.UseStatusCodePages();
        app.Use(
            (http, next) =>
            {
                AddSecurityHeaders(http.Response.Headers);
                return next(http);
            }
        );
        app.UseRateLimiter();

        MapPage(app);
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapMetrics("/metrics");
        app.MapGet("/healthz", GetHealthAsync)
            .WithName("health")
            .WithTags("Service")
            .WithSummary("Whether it works, and how much waits")
            .Produces<HealthAnswer>()
            .Produces<HealthAnswer>(503);
        app.MapMethods("/healthz", [HttpMethods.Head], GetHealthAsync).ExcludeFromDescription();
        Access.Map(app.MapGroup("/v1"));
        Endpoints.Map(app.MapGroup("/v1").AddEndpointFilter(Access.FilterAsync));
    }

    private static void AddSecurityHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
    }

    private static void MapPage(WebApplication app)
    {
        foreach (var (path, type) in Assets)
        {
            var bytes = ReadAsset(path);
            var address = path == HomePage ? "/" : "/" + path;
            app.MapGet(address, () => TypedResults.Bytes(bytes, type)).ExcludeFromDescription();
        }
    }

    private static byte[] ReadAsset(string name)
    {
        using var stream = typeof(Pipeline).Assembly.GetManifestResourceStream("Page/" + name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static async Task<IResult> GetHealthAsync(AnalysisStore store, CancellationToken cancel)
    {
        try
        {
            var counts = await store.CountAsync().WaitAsync(HealthLimit, cancel);
            return TypedResults.Json(new HealthAnswer("ok", counts.Queued, counts.Running), DetectionReport.Json);
        }
        catch (Exception error) when (Database.IsUnreachable(error))
        {
            return TypedResults.Json(
                new HealthAnswer("the database does not answer"),
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
            _ when Database.IsUnreachable(error) => (
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
