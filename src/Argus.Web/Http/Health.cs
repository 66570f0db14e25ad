using Argus.Detection;
using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>What a supervisor asks: does the process live, and should it get requests?</summary>
internal static class Health
{
    private const long BytesPerMegabyte = 1_000_000;
    private const string Fine = "ok";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Adds the endpoints, which ask for no key.</summary>
    /// <param name="app">The application.</param>
    public static void Map(WebApplication app)
    {
        app.MapGet("/healthz", GetAsync)
            .WithName("health")
            .WithTags("Service")
            .WithSummary("Whether it works, and how much waits")
            .Produces<HealthAnswer>()
            .Produces<HealthAnswer>(StatusCodes.Status503ServiceUnavailable);
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/healthz", [HttpMethods.Head], GetAsync).ExcludeFromDescription();
        // Probes are for supervisors, and no part of the API.
        app.MapMethods("/health/live", methods, () => TypedResults.Ok(new { Status = Fine })).ExcludeFromDescription();
        app.MapMethods("/health/ready", methods, GetReadyAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> GetAsync(AnalysisStore store, CancellationToken cancel) =>
        await CountAsync(store, cancel) is { } counts
            ? TypedResults.Json(new HealthAnswer(Fine, counts.Queued, counts.Running), DetectionReport.Json)
            : TypedResults.Json(
                new HealthAnswer("the database does not answer"),
                DetectionReport.Json,
                statusCode: StatusCodes.Status503ServiceUnavailable
            );

    private static async Task<IResult> GetReadyAsync(
        AnalysisStore store,
        ServeOptions options,
        Detector detector,
        Drain drain,
        CancellationToken cancel
    )
    {
        var checks = new Dictionary<string, string>
        {
            ["models"] = detector.Models.Specialists.Count > 0 ? Fine : "no model is loaded",
            ["database"] = await CountAsync(store, cancel) is null ? "it does not answer" : Fine,
            ["disk"] = CheckDisk(options),
            ["work"] = drain.Begun.IsCancellationRequested ? "the service is stopping" : Fine,
        };
        var isReady = checks.Values.All(check => check == Fine);
        return TypedResults.Json(
            new { Status = isReady ? Fine : "not ready", Checks = checks },
            DetectionReport.Json,
            statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable
        );
    }

    // Null where the database does not answer in time.
    private static async Task<QueueCounts?> CountAsync(AnalysisStore store, CancellationToken cancel)
    {
        try
        {
            return await store.CountAsync().WaitAsync(Limit, cancel);
        }
        catch (Exception error) when (Database.IsUnreachable(error))
        {
            return null;
        }
    }

    // The largest upload must fit.
    private static string CheckDisk(ServeOptions options)
    {
        var free = new DriveInfo(Path.GetFullPath(options.Data)).AvailableFreeSpace / BytesPerMegabyte;
        return free >= options.LargestMegabytes
            ? Fine
            : $"{free} MB are free where uploads lie; the largest one may have {options.LargestMegabytes}";
    }
}
