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
        Add("/healthz", "health", "Whether it works, and how much waits", GetAsync);
        Add(
            "/health/live",
            "live",
            "Whether the process lives: always 200",
            () => TypedResults.Ok(new { Status = Fine })
        );
        Add(
            "/health/ready",
            "ready",
            "Whether it should get requests: models, database, disk, stopping",
            GetReadyAsync
        );

        void Add(string path, string name, string summary, Delegate answer) =>
            app.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], answer)
                .WithName(name)
                .WithTags("Service")
                .WithSummary(summary);
    }

    private static async Task<IResult> GetAsync(AnalysisStore store, CancellationToken cancel)
    {
        try
        {
            var counts = await store.CountAsync().WaitAsync(Limit, cancel);
            return TypedResults.Json(
                new
                {
                    Status = Fine,
                    counts.Queued,
                    counts.Running,
                },
                DetectionReport.Json
            );
        }
        catch (Exception error) when (Database.IsUnreachable(error))
        {
            return TypedResults.Json(
                new { Status = "the database does not answer" },
                DetectionReport.Json,
                statusCode: StatusCodes.Status503ServiceUnavailable
            );
        }
    }

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
            ["database"] = await CheckDatabaseAsync(store, cancel),
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

    private static async Task<string> CheckDatabaseAsync(AnalysisStore store, CancellationToken cancel)
    {
        try
        {
            await store.CountAsync().WaitAsync(Limit, cancel);
            return Fine;
        }
        catch (Exception error) when (Database.IsUnreachable(error))
        {
            return "it does not answer";
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
