using System.Diagnostics;
using Argus.Web.Queue;
using Argus.Web.Webhooks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Argus.Web.Http;

/// <summary>Takes the upload of a video: checks it, keeps it and puts it into the queue.</summary>
internal static class UploadEndpoint
{
    private const string RetrySeconds = "5";

    /// <summary>Adds the endpoint to the API.</summary>
    /// <param name="analyses">The group of analyses.</param>
    public static void Map(RouteGroupBuilder analyses) =>
        analyses
            .MapPost("", CreateAsync)
            .WithName("createAnalysis")
            .WithSummary("Send a video")
            .RequireRateLimiting(Limits.Uploads)
            .WithDescription(
                "multipart/form-data with one file in the field 'file'. It is taken when the answer is 202: "
                    + "from then on it is looked at, whatever happens to the service. With keep_original=true the file "
                    + "is kept as long as the result, where the service was started with --keep-originals. "
                    + WebhookParameter.Description
            )
            .Accepts<UploadForm>("multipart/form-data")
            .ProducesProblem(400)
            .ProducesProblem(403)
            .ProducesProblem(413)
            .ProducesProblem(415)
            .ProducesProblem(422)
            .ProducesProblem(429)
            .ProducesProblem(503)
            .ProducesProblem(507);

    private static async Task<Results<AcceptedAtRoute<AnalysisAnswer>, ProblemHttpResult>> CreateAsync(
        HttpContext http,
        AnalysisStore store,
        Uploads uploads,
        ServeOptions options,
        ServiceMetrics metrics,
        Drain drain,
        WebhookSender sender,
        CancellationToken cancel,
        [FromQuery(Name = "keep_original")] bool keepOriginal = false,
        string? webhook = null
    )
    {
        try
        {
            if (drain.Begun.IsCancellationRequested)
                throw new RefusedUploadException(
                    StatusCodes.Status503ServiceUnavailable,
                    "This service is stopping. Send the file again in a moment."
                );
            if (keepOriginal && !options.KeepOriginals)
                throw new RefusedUploadException(
                    StatusCodes.Status403Forbidden,
                    "This service keeps no originals: it was started without --keep-originals. Send the file without "
                        + "keep_original."
                );
            var address = WebhookParameter.Parse(sender, webhook);
            var (added, delivery) = await ReceiveAsync(http, store, uploads, options, keepOriginal, address, cancel);
            metrics.CountUpload(added.Bytes);
            return TypedResults.AcceptedAtRoute(
                AnalysisAnswer.Create(added, webhook: delivery),
                "getAnalysis",
                new { id = added.Id }
            );
        }
        catch (RefusedUploadException error)
        {
            return Refuse(http, metrics, error.Status, error.Message);
        }
        catch (InvalidDataException)
        {
            return RefuseBrokenForm(http, metrics);
        }
        catch (Exception error) when (UploadFormReader.IsTruncation(error) && !cancel.IsCancellationRequested)
        {
            return RefuseBrokenForm(http, metrics);
        }
    }

    private static async Task<(AnalysisRow Added, DeliveryRow? Delivery)> ReceiveAsync(
        HttpContext http,
        AnalysisStore store,
        Uploads uploads,
        ServeOptions options,
        bool keepOriginal,
        Uri? webhook,
        CancellationToken cancel
    )
    {
        if ((await store.CountAsync()).Queued >= options.LongestQueue)
            throw QueueIsFull(options);
        var form = UploadFormReader.Create(http.Request);
        var file =
            await form.ReadNextFileAsync(cancel)
            ?? throw new RefusedUploadException(
                StatusCodes.Status400BadRequest,
                $"The form holds no file. {UploadFormReader.HowToSend}"
            );
        var upload = await uploads.ReceiveAsync(file.Body, cancel);
        try
        {
            if (await form.ReadNextFileAsync(cancel) is not null)
                throw new RefusedUploadException(
                    StatusCodes.Status400BadRequest,
                    "The form holds several files. Send each by itself."
                );
            var row = new AnalysisRow
            {
                Id = upload.Id,
                Name = file.Name,
                Owner = Access.FindOwner(http),
                Bytes = upload.Bytes,
                Sha256 = upload.Sha256,
                DurationSeconds = upload.DurationSeconds,
                KeepOriginal = keepOriginal,
                TraceParent = Activity.Current?.Id,
            };
            var delivery = webhook is null ? null : DeliveryRow.Create(webhook, row.Id, batch: null);
            // The queue may have filled up while this upload arrived.
            var added = await store.AddAsync(row, options.LongestQueue, delivery) ?? throw QueueIsFull(options);
            return (added, delivery);
        }
        catch
        {
            uploads.Delete(upload.Id);
            throw;
        }
    }

    private static RefusedUploadException QueueIsFull(ServeOptions options) =>
        new(StatusCodes.Status503ServiceUnavailable, $"{options.LongestQueue} videos wait already. Try again later.");

    private static ProblemHttpResult RefuseBrokenForm(HttpContext http, ServiceMetrics metrics) =>
        Refuse(
            http,
            metrics,
            StatusCodes.Status400BadRequest,
            $"The form is broken or ends too early. {UploadFormReader.HowToSend}"
        );

    private static ProblemHttpResult Refuse(HttpContext http, ServiceMetrics metrics, int status, string reason)
    {
        metrics.CountRefusal(status);
        // The rest of the body is not read; the connection ends with the answer.
        http.Response.Headers.Connection = "close";
        if (status == StatusCodes.Status503ServiceUnavailable)
            http.Response.Headers.RetryAfter = RetrySeconds;
        return TypedResults.Problem(reason, statusCode: status);
    }
}
