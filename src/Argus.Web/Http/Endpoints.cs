using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Argus.Detection;
using Argus.Web.Queue;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Argus.Web.Http;

/// <summary>The HTTP API, version 1. Errors are problem details (RFC 9457).</summary>
internal static class Endpoints
{
    private const string How = "Send the video as a form: curl -F file=@clip.mp4 URL.";

    // The number that the form's reader gives its errors; errors of files have their system's number.
    private const int BrokenForm = unchecked((int)0x80131620);
    private const int LargestPage = 200;
    private const int LongestName = 200;
    private const int LongestBoundary = 70; // RFC 2046
    private static readonly TimeSpan EventPause = TimeSpan.FromMilliseconds(300);

    public static void Map(RouteGroupBuilder api)
    {
        var analyses = api.MapGroup("/analyses").WithTags("Analyses");
        analyses
            .MapPost("", CreateAsync)
            .WithName("createAnalysis")
            .WithSummary("Send a video")
            .RequireRateLimiting(Limits.Uploads)
            .WithDescription(
                "multipart/form-data with one file in the field 'file'. It is taken when the answer is 202: "
                    + "from then on it is looked at, whatever happens to the service."
            )
            .Accepts<UploadForm>("multipart/form-data")
            .ProducesProblem(400)
            .ProducesProblem(413)
            .ProducesProblem(415)
            .ProducesProblem(422)
            .ProducesProblem(429)
            .ProducesProblem(503)
            .ProducesProblem(507);
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
            .ProducesProblem(404);
        analyses
            .MapGet("/{id}/events", EventsAsync)
            .WithName("followAnalysis")
            .WithSummary("The same as a stream of events, until it has ended")
            .WithDescription(
                "Server-sent events of the analysis without its result: 'progress' whenever something "
                    + "changed, then 'done', 'failed' or 'deleted'."
            )
            .ProducesProblem(404);
        analyses
            .MapGet("/{id}/report", ReportAsync)
            .WithName("getReport")
            .WithSummary("A page with pictures, in one file")
            .Produces(200, contentType: "text/html")
            .ProducesProblem(404);
        analyses
            .MapDelete("/{id}", DeleteAsync)
            .WithName("deleteAnalysis")
            .WithSummary("Forget a video and its result, also in the middle of the analysis")
            .ProducesProblem(404);
    }

    private static async Task<Results<AcceptedAtRoute<AnalysisAnswer>, ProblemHttpResult>> CreateAsync(
        HttpContext http,
        AnalysisStore store,
        Uploads uploads,
        ServeOptions options,
        ServiceMetrics metrics,
        CancellationToken cancel
    )
    {
        try
        {
            var full = new RefusedUploadException(
                StatusCodes.Status503ServiceUnavailable,
                $"{options.LongestQueue} videos wait already. Try again later."
            );
            if ((await store.CountAsync()).Queued >= options.LongestQueue)
                throw full;
            var form = FormOf(http.Request);
            var (name, body) =
                await NextFileAsync(form, cancel)
                ?? throw new RefusedUploadException(StatusCodes.Status400BadRequest, $"The form holds no file. {How}");
            var upload = await uploads.ReceiveAsync(body, cancel);
            AnalysisRow added;
            try
            {
                var row = new AnalysisRow
                {
                    Id = upload.Id,
                    Name = name,
                    Owner = Access.OwnerOf(http),
                    Bytes = upload.Bytes,
                    Sha256 = upload.Sha256,
                    DurationSeconds = upload.DurationSeconds,
                };
                if (await NextFileAsync(form, cancel) is not null)
                    throw new RefusedUploadException(
                        StatusCodes.Status400BadRequest,
                        "The form holds several files. Send each by itself."
                    );
                // While this one came others may have.
                added = await store.AddAsync(row, options.LongestQueue) ?? throw full;
            }
            catch
            {
                uploads.Delete(upload.Id);
                throw;
            }
            metrics.Accepted(upload.Bytes);
            return TypedResults.AcceptedAtRoute(AnalysisAnswer.Create(added), "getAnalysis", new { id = upload.Id });
        }
        catch (RefusedUploadException error)
        {
            return Refuse(error.Status, error.Message);
        }
        catch (Exception error)
            when (error is InvalidDataException
                || (
                    error is IOException { HResult: BrokenForm } and not BadHttpRequestException
                    && !cancel.IsCancellationRequested
                )
            )
        {
            return Refuse(StatusCodes.Status400BadRequest, $"The form is broken or ends too early. {How}");
        }

        ProblemHttpResult Refuse(int status, string reason)
        {
            metrics.Refuse(status);
            // The rest of the body is not read; the connection ends with the answer.
            http.Response.Headers.Connection = "close";
            return TypedResults.Problem(reason, statusCode: status);
        }
    }

    private static MultipartReader FormOf(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            throw new RefusedUploadException(
                StatusCodes.Status415UnsupportedMediaType,
                "Send the video as it is, without Content-Encoding."
            );
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= LongestBoundary } boundary
        )
            throw new RefusedUploadException(StatusCodes.Status415UnsupportedMediaType, How);
        return new MultipartReader(boundary, request.Body);
    }

    // Its body as it comes.
    private static async Task<(string Name, Stream Body)?> NextFileAsync(MultipartReader form, CancellationToken cancel)
    {
        while (await form.ReadNextSectionAsync(cancel) is { } section)
        {
            if (section.GetContentDispositionHeader() is { } disposition && disposition.IsFileDisposition())
                return (NameOf(disposition), section.Body);
        }
        return null;
    }

    // Only shown, never opened.
    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        var given =
            HeaderUtilities
                .RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName)
                .Value
            ?? "";
        var name = string.Concat(
                given.Split('/', '\\')[^1].EnumerateRunes().Where(rune => !Rune.IsControl(rune)).Take(LongestName)
            )
            .Trim();
        return name.Length > 0 ? name : "video";
    }

    private static async Task<Results<Ok<IReadOnlyList<AnalysisAnswer>>, ValidationProblem>> ListAsync(
        HttpContext http,
        AnalysisStore store,
        string? before = null,
        int limit = 50
    )
    {
        if (limit is < 1 or > LargestPage)
            return TypedResults.ValidationProblem(
                new Dictionary<string, string[]> { ["limit"] = [$"Give a number from 1 to {LargestPage}."] }
            );
        if (before is not null && !Guid.TryParseExact(before, "n", out _))
            return TypedResults.ValidationProblem(
                new Dictionary<string, string[]> { ["before"] = ["Give the id of an analysis."] }
            );
        return TypedResults.Ok<IReadOnlyList<AnalysisAnswer>>([
            .. (await store.ListAsync(Access.OwnerOf(http), before, limit)).Select(row => AnalysisAnswer.Create(row)),
        ]);
    }

    private static async Task<Results<JsonHttpResult<AnalysisAnswer>, ProblemHttpResult>> GetAsync(
        HttpContext http,
        AnalysisStore store,
        string id,
        bool pictures = false
    ) =>
        await store.FindAsync(id, Access.OwnerOf(http), result: true) is { } row
            ? TypedResults.Json(
                await AnswerAsync(store, row),
                pictures ? DetectionReport.JsonWithPictures : DetectionReport.Json
            )
            : NotFound();

    // While it waits, with how many are before it.
    private static async Task<AnalysisAnswer> AnswerAsync(AnalysisStore store, AnalysisRow row) =>
        AnalysisAnswer.Create(row, row.State == AnalysisState.Queued ? await store.BeforeAsync(row) : null);

    private static async Task<Results<ServerSentEventsResult<AnalysisAnswer>, ProblemHttpResult>> EventsAsync(
        HttpContext http,
        AnalysisStore store,
        IHostApplicationLifetime life,
        string id
    ) =>
        await store.FindAsync(id, Access.OwnerOf(http)) is { } row
            ? TypedResults.ServerSentEvents(FollowAsync(store, row, http.RequestAborted, life.ApplicationStopping))
            : NotFound();

    private static async IAsyncEnumerable<SseItem<AnalysisAnswer>> FollowAsync(
        AnalysisStore store,
        AnalysisRow row,
        [EnumeratorCancellation] CancellationToken gone,
        CancellationToken stopping
    )
    {
        AnalysisAnswer? said = null;
        while (!gone.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            var now = await AnswerAsync(store, row);
            if (now.State is AnalysisState.Done or AnalysisState.Failed)
            {
                yield return new SseItem<AnalysisAnswer>(now, $"{now.State}".ToLowerInvariant());
                yield break;
            }
            if (now != said)
                yield return new SseItem<AnalysisAnswer>(said = now, "progress");
            await Task.Delay(EventPause, CancellationToken.None);
            if (await store.FindAsync(row.Id, null) is not { } next)
            {
                yield return new SseItem<AnalysisAnswer>(now, "deleted");
                yield break;
            }
            row = next;
        }
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> ReportAsync(
        HttpContext http,
        AnalysisStore store,
        string id
    )
    {
        if (
            await store.FindAsync(id, Access.OwnerOf(http), result: true) is not { } row
            || AnalysisAnswer.ResultOf(row) is not { } analysis
        )
            return NotFound();
        // Drawing takes a moment of a processor.
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
        if (!await store.DeleteAsync(id, Access.OwnerOf(http)))
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

/// <summary>The form of an upload, for the API's description.</summary>
internal sealed record UploadForm([property: FromForm(Name = "file")] IFormFile File);
