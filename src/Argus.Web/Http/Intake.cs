using System.Diagnostics;
using Argus.Web.Queue;
using Argus.Web.Webhooks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Argus.Web.Http;

/// <summary>
/// Takes files in, one or many, sent or fetched: what all ways have in common, and how a refusal is said.
/// </summary>
internal sealed class Intake(
    AnalysisStore store,
    Uploads uploads,
    RemoteFiles remote,
    WebhookSender sender,
    ServeOptions options,
    ServiceMetrics metrics,
    Drain drain
)
{
    private const string RetrySeconds = "5";

    /// <summary>Takes one file in and puts it into the queue.</summary>
    /// <param name="http">The request.</param>
    /// <param name="keepOriginal">Whether the file is to be kept.</param>
    /// <param name="webhook">The address to tell of the end; null for none.</param>
    /// <param name="cancel">Breaks it off.</param>
    /// <exception cref="RefusedUploadException">It is refused; nothing is left of it.</exception>
    public async Task<AnalysisAnswer> TakeOneAsync(
        HttpContext http,
        bool keepOriginal,
        string? webhook,
        CancellationToken cancel
    )
    {
        var address = Check(keepOriginal, webhook);
        await FindRoomAsync();
        var file = UrlBody.IsJson(http.Request)
            ? await FetchOneAsync(http.Request, cancel)
            : await ReceiveOneAsync(http.Request, cancel);
        var (added, delivery) = await KeepAsync(http, file, keepOriginal, address);
        return AnalysisAnswer.Create(added, webhook: delivery);
    }

    /// <summary>Puts a file that was taken in into the queue.</summary>
    /// <param name="http">The request that it came with.</param>
    /// <param name="file">The file; it is deleted if it cannot be kept.</param>
    /// <param name="keepOriginal">Whether it is to be kept after its analysis.</param>
    /// <param name="address">Whom to tell of the end; null for nobody.</param>
    /// <exception cref="RefusedUploadException">The queue is full.</exception>
    public async Task<(AnalysisRow Added, DeliveryRow? Delivery)> KeepAsync(
        HttpContext http,
        ReceivedFile file,
        bool keepOriginal,
        Uri? address
    )
    {
        try
        {
            var row = CreateRow(http, file, keepOriginal);
            var delivery = address is null ? null : DeliveryRow.Create(address, row.Id, batch: null);
            // The queue may have filled up while this upload arrived.
            var added = await store.AddAsync(row, options.LongestQueue, delivery) ?? throw QueueIsFull();
            metrics.CountUpload(added.Bytes);
            return (added, delivery);
        }
        catch
        {
            uploads.Delete(file.Upload.Id);
            throw;
        }
    }

    /// <summary>Runs what takes files in, and says why where it refuses.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="http">The request.</param>
    /// <param name="takeAsync">Takes them in.</param>
    /// <param name="cancel">The request's end.</param>
    public async Task<Results<AcceptedAtRoute<T>, ProblemHttpResult>> AnswerAsync<T>(
        HttpContext http,
        Func<Task<AcceptedAtRoute<T>>> takeAsync,
        CancellationToken cancel
    )
    {
        try
        {
            return await takeAsync();
        }
        catch (RefusedUploadException error)
        {
            return Refuse(http, error.Status, error.Message);
        }
        catch (InvalidDataException)
        {
            return RefuseBrokenForm(http);
        }
        catch (Exception error) when (UploadFormReader.IsTruncation(error) && !cancel.IsCancellationRequested)
        {
            return RefuseBrokenForm(http);
        }
    }

    /// <summary>Refuses what can be refused before anything of the body was read.</summary>
    /// <param name="keepOriginal">Whether the file is to be kept.</param>
    /// <param name="webhook">The address to tell of the end; null for none.</param>
    /// <returns>The address to tell of the end.</returns>
    /// <exception cref="RefusedUploadException">It is refused.</exception>
    public Uri? Check(bool keepOriginal, string? webhook)
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
        return WebhookParameter.Parse(sender, webhook);
    }

    /// <summary>Counts the files that the queue has room for, at least one.</summary>
    /// <exception cref="RefusedUploadException">There is room for none.</exception>
    public async Task<int> FindRoomAsync()
    {
        var room = options.LongestQueue - (await store.CountAsync()).Queued;
        return room > 0 ? room : throw QueueIsFull();
    }

    private async Task<ReceivedFile> FetchOneAsync(HttpRequest request, CancellationToken cancel)
    {
        remote.CheckOn();
        return await remote.ReceiveAsync(await UrlBody.ReadOneAsync(request, cancel), cancel);
    }

    private async Task<ReceivedFile> ReceiveOneAsync(HttpRequest request, CancellationToken cancel)
    {
        var form = UploadFormReader.Create(request);
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
            return new ReceivedFile(file.Name, upload);
        }
        catch
        {
            uploads.Delete(upload.Id);
            throw;
        }
    }

    /// <summary>The row of a file that was taken in.</summary>
    /// <param name="http">The request that it came with.</param>
    /// <param name="file">The file.</param>
    /// <param name="keepOriginal">Whether it is to be kept.</param>
    /// <param name="batch">The id of its batch; null for a file that came alone.</param>
    /// <param name="position">Its place in the batch, from 0.</param>
    public static AnalysisRow CreateRow(
        HttpContext http,
        ReceivedFile file,
        bool keepOriginal,
        string? batch = null,
        int? position = null
    ) =>
        new()
        {
            Id = file.Upload.Id,
            Name = file.Name,
            Owner = Access.FindOwner(http),
            Bytes = file.Upload.Bytes,
            Sha256 = file.Upload.Sha256,
            DurationSeconds = file.Upload.DurationSeconds,
            Source = file.Source,
            Batch = batch,
            BatchPosition = position,
            KeepOriginal = keepOriginal,
            TraceParent = Activity.Current?.Id,
        };

    /// <summary>The refusal where the queue has no room.</summary>
    public RefusedUploadException QueueIsFull() =>
        new(
            StatusCodes.Status503ServiceUnavailable,
            $"No more than {options.LongestQueue} videos may wait. Nothing of this was taken; try again later."
        );

    private ProblemHttpResult RefuseBrokenForm(HttpContext http) =>
        Refuse(
            http,
            StatusCodes.Status400BadRequest,
            $"The form is broken or ends too early. {UploadFormReader.HowToSend}"
        );

    private ProblemHttpResult Refuse(HttpContext http, int status, string reason)
    {
        metrics.CountRefusal(status);
        // The rest of the body is not read; the connection ends with the answer.
        http.Response.Headers.Connection = "close";
        if (status == StatusCodes.Status503ServiceUnavailable)
            http.Response.Headers.RetryAfter = RetrySeconds;
        return TypedResults.Problem(reason, statusCode: status);
    }
}
