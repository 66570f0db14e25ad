using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Argus.Detection;
using Argus.Web.Queue;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Argus.Web.Http;

/// <summary>The HTTP API of analyses, version 1. Errors are problem details (RFC 9457).</summary>
internal static class Endpoints
{
    private const int LargestPage = 200;
    private static readonly TimeSpan EventInterval = TimeSpan.FromMilliseconds(300);

    /// <summary>Adds the endpoints to the API.</summary>
    /// <param name="api">The group of the API's version, which <see cref="Access.FilterAsync"/> guards.</param>
    public static void Map(RouteGroupBuilder api)
    {
        var analyses = api.MapGroup("/analyses")
            .WithTags("Analyses")
            .ProducesProblem(401)
            .ProducesProblem(500)
            .ProducesProblem(503);
        UploadEndpoint.Map(analyses);
        analyses
            .MapGet("", ListAsync)
            .WithName("listAnalyses")
            .WithSummary("The history, newest first")
            .WithDescription("'before' is the id of the last one of the page before.");
        analyses
            .MapGet("/{id}", GetAsync)
            .WithName("getAnalysis")
            .WithSummary("How far an analysis is, and its result")
            .WithDescription("With pictures=true the moments have their pictures, as base64 of JPEG.")
            .Produces<AnalysisAnswer>()
            .ProducesProblem(404);
        analyses
            .MapGet("/{id}/events", FollowAsync)
            .WithName("followAnalysis")
            .WithSummary("The same as a stream of events, until it has ended")
            .WithDescription(
                "Server-sent events of the analysis without its result: 'progress' whenever something "
                    + "changed, then 'done', 'failed' or 'deleted'."
            )
            .ProducesProblem(404);
        analyses
            .MapGet("/{id}/report", GetReportAsync)
            .WithName("getReport")
            .WithSummary("A page with pictures, in one file")
            .Produces<string>(200, "text/html")
            .ProducesProblem(404);
        OriginalEndpoint.Map(analyses);
        analyses
            .MapDelete("/{id}", DeleteAsync)
            .WithName("deleteAnalysis")
            .WithSummary("Forget a video and its result, also in the middle of the analysis")
            .ProducesProblem(403)
            .ProducesProblem(404);
        BatchEndpoints.Map(api);
    }

    private static async Task<Results<Ok<IReadOnlyList<AnalysisAnswer>>, ValidationProblem>> ListAsync(
        HttpContext http,
        AnalysisStore store,
        string? before = null,
        int limit = 50
    )
    {
        if (limit is < 1 or > LargestPage)
            return RefuseParameter("limit", $"Give a number from 1 to {LargestPage}.");
        if (before is not null && !Guid.TryParseExact(before, "n", out _))
            return RefuseParameter("before", "Give the id of an analysis.");
        var rows = await store.ListAsync(Access.FindOwner(http), before, limit);
        return TypedResults.Ok<IReadOnlyList<AnalysisAnswer>>([.. rows.Select(row => AnalysisAnswer.Create(row))]);
    }

    private static ValidationProblem RefuseParameter(string name, string reason) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [name] = [reason] });

    private static async Task<Results<JsonHttpResult<AnalysisAnswer>, ProblemHttpResult>> GetAsync(
        HttpContext http,
        AnalysisStore store,
        DeliveryStore deliveries,
        string id,
        bool pictures = false
    )
    {
        if (await store.FindAsync(id, Access.FindOwner(http), result: true) is not { } row)
            return NotFound();
        var answer = await CreateAnswerAsync(store, row, await deliveries.FindAsync(id));
        return TypedResults.Json(answer, pictures ? DetectionReport.JsonWithPictures : DetectionReport.Json);
    }

    // Only the answer about an analysis that waits counts those before it.
    private static async Task<AnalysisAnswer> CreateAnswerAsync(
        AnalysisStore store,
        AnalysisRow row,
        DeliveryRow? webhook = null
    ) =>
        AnalysisAnswer.Create(
            row,
            row.State == AnalysisState.Queued ? await store.CountBeforeAsync(row) : null,
            webhook
        );

    private static async Task<Results<ServerSentEventsResult<AnalysisAnswer>, ProblemHttpResult>> FollowAsync(
        HttpContext http,
        AnalysisStore store,
        IHostApplicationLifetime life,
        string id
    )
    {
        if (await store.FindAsync(id, Access.FindOwner(http)) is not { } row)
            return NotFound();
        // nginx and those that follow it would collect events until there are enough of them.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(
            ReadEventsAsync(store, row, http.RequestAborted, life.ApplicationStopping)
        );
    }

    private static async IAsyncEnumerable<SseItem<AnalysisAnswer>> ReadEventsAsync(
        AnalysisStore store,
        AnalysisRow row,
        [EnumeratorCancellation] CancellationToken aborted,
        CancellationToken stopping
    )
    {
        AnalysisAnswer? last = null;
        while (!aborted.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            var current = await CreateAnswerAsync(store, row);
            if (current.State is AnalysisState.Done or AnalysisState.Failed)
            {
                yield return new SseItem<AnalysisAnswer>(current, $"{current.State}".ToLowerInvariant());
                yield break;
            }
            if (current != last)
            {
                last = current;
                yield return new SseItem<AnalysisAnswer>(current, "progress");
            }
            await Task.Delay(EventInterval, CancellationToken.None);
            if (await store.FindAsync(row.Id, owner: null) is not { } next)
            {
                yield return new SseItem<AnalysisAnswer>(current, "deleted");
                yield break;
            }
            row = next;
        }
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> GetReportAsync(
        HttpContext http,
        AnalysisStore store,
        AuditLog log,
        string id
    )
    {
        if (
            await store.FindAsync(id, Access.FindOwner(http), result: true) is not { } row
            || AnalysisAnswer.ParseResult(row) is not { } analysis
        )
            return NotFound();
        await log.WriteAsync(
            AuditNote.Create(AuditNote.ActorOf(Access.FindOwner(http)), AuditEvent.ReportRead, row, row.Name)
        );
        // Drawing the pictures keeps a processor busy for a moment.
        var page = await Task.Run(() => DetectionReport.Page(analysis));
        http.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'";
        return TypedResults.Content(page, "text/html; charset=utf-8");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        HttpContext http,
        AnalysisStore store,
        Uploads uploads,
        string id
    )
    {
        if (!await store.DeleteAsync(id, Access.FindOwner(http)))
            return NotFound();
        uploads.Delete(id);
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult NotFound() =>
        TypedResults.Problem(
            "There is no such analysis, or it was deleted.",
            statusCode: StatusCodes.Status404NotFound
        );
}
