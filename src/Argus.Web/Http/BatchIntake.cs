using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>
/// Takes the files of a batch in, sent or fetched. What is wrong with one of them refuses that one; what is wrong with
/// the batch refuses all, and nothing of it is left.
/// </summary>
internal sealed class BatchIntake(
    Intake intake,
    BatchStore batches,
    Uploads uploads,
    RemoteFiles remote,
    ServeOptions options,
    ServiceMetrics metrics
)
{
    // The first files of a slow batch must not look abandoned to the sweeper, which waits for an hour.
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(10);

    private const int FetchesAtOnce = 8;
    private const int LongestShownAddress = 200;
    private const int MostShownReasons = 5;

    // The files of a batch that arrived so far, by their places.
    private sealed class Arrivals
    {
        private readonly Lock guard = new();

        public SortedDictionary<int, ReceivedFile> Taken { get; } = [];

        public SortedDictionary<int, RefusedFile> Refused { get; } = [];

        public IReadOnlyList<string> ListIds()
        {
            lock (guard)
                return [.. Taken.Values.Select(file => file.Upload.Id)];
        }

        public void Add(int position, ReceivedFile file)
        {
            lock (guard)
                Taken.Add(position, file);
        }

        public void Add(RefusedFile file)
        {
            lock (guard)
                Refused.Add(file.Position, file);
        }
    }

    /// <summary>Takes a batch in and puts its files into the queue.</summary>
    /// <param name="http">The request.</param>
    /// <param name="keepOriginal">Whether the files are to be kept.</param>
    /// <param name="webhook">The address to tell when all have ended; null for none.</param>
    /// <param name="cancel">Breaks it off.</param>
    /// <exception cref="RefusedUploadException">It is refused as a whole; nothing is left of it.</exception>
    public async Task<BatchAnswer> TakeAsync(
        HttpContext http,
        bool keepOriginal,
        string? webhook,
        CancellationToken cancel
    )
    {
        var address = intake.Check(keepOriginal, webhook);
        var room = await intake.FindRoomAsync();
        var arrivals = new Arrivals();
        var id = $"{Guid.NewGuid():n}";
        var delivery = address is null ? null : DeliveryRow.Create(address, analysis: null, id);
        BatchRow batch;
        IReadOnlyList<AnalysisRow> added;
        await using var touching = new Timer(_ => Touch(arrivals), null, TouchInterval, TouchInterval);
        try
        {
            if (UrlBody.IsJson(http.Request))
                await FetchAsync(http.Request, room, arrivals, cancel);
            else
                await ReceiveAsync(http.Request, room, arrivals, cancel);
            if (arrivals.Taken.Count == 0)
                throw NoneTaken([.. arrivals.Refused.Values]);
            batch = new BatchRow
            {
                Id = id,
                Owner = Access.FindOwner(http),
                CreatedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                Refused = BatchRow.ToJson([.. arrivals.Refused.Values]),
            };
            var rows = arrivals.Taken.Select(file => Intake.CreateRow(http, file.Value, keepOriginal, id, file.Key));
            // The queue may have filled up while these files arrived.
            added =
                await batches.AddAsync(batch, [.. rows], options.LongestQueue, delivery) ?? throw intake.QueueIsFull();
        }
        catch
        {
            foreach (var taken in arrivals.ListIds())
                uploads.Delete(taken);
            throw;
        }
        foreach (var row in added)
            metrics.CountUpload(row.Bytes);
        foreach (var file in arrivals.Refused.Values)
            metrics.CountRefusal(file.Status);
        return BatchAnswer.Create(batch, added, delivery);
    }

    private void Touch(Arrivals arrivals)
    {
        foreach (var id in arrivals.ListIds())
            uploads.Touch(id);
    }

    private async Task ReceiveAsync(HttpRequest request, int room, Arrivals arrivals, CancellationToken cancel)
    {
        var form = UploadFormReader.Create(request);
        var position = 0;
        for (; await form.ReadNextFileAsync(cancel) is { } file; position++)
        {
            if (position == options.LargestBatch)
                throw UrlBody.TooMany(options.LargestBatch);
            // What is left of a file that is refused is skipped.
            await TakeAsync(
                position,
                file.Name,
                arrivals,
                async () => new ReceivedFile(file.Name, await uploads.ReceiveAsync(file.Body, cancel))
            );
            if (arrivals.Taken.Count > room)
                throw intake.QueueIsFull();
        }
        if (position == 0)
            throw new RefusedUploadException(
                StatusCodes.Status400BadRequest,
                $"The form holds no file. {UploadFormReader.HowToSend}"
            );
    }

    private async Task FetchAsync(HttpRequest request, int room, Arrivals arrivals, CancellationToken cancel)
    {
        remote.CheckOn();
        var urls = await UrlBody.ReadManyAsync(request, options.LargestBatch, cancel);
        if (urls.Count > room)
            throw intake.QueueIsFull();
        var settings = new ParallelOptions { MaxDegreeOfParallelism = FetchesAtOnce, CancellationToken = cancel };
        await Parallel.ForAsync(
            0,
            urls.Count,
            settings,
            async (position, stop) =>
                await TakeAsync(
                    position,
                    Shorten(urls[position]),
                    arrivals,
                    () => remote.ReceiveAsync(urls[position], stop)
                )
        );
    }

    private static async Task TakeAsync(
        int position,
        string name,
        Arrivals arrivals,
        Func<Task<ReceivedFile>> receiveAsync
    )
    {
        try
        {
            arrivals.Add(position, await receiveAsync());
        }
        catch (RefusedUploadException error) when (error.Status != StatusCodes.Status507InsufficientStorage)
        {
            arrivals.Add(new RefusedFile(position, name, error.Status, error.Message));
        }
    }

    // What follows a question mark may be a secret.
    private static string Shorten(string url)
    {
        var shown = url.Split('?', '#')[0];
        return shown.Length > LongestShownAddress ? shown[..LongestShownAddress] : shown;
    }

    private static RefusedUploadException NoneTaken(List<RefusedFile> refused)
    {
        var reasons = refused.Take(MostShownReasons).Select(file => $"{file.Name}: {file.Reason}");
        var rest = refused.Count > MostShownReasons ? $" And {refused.Count - MostShownReasons} more." : "";
        return new RefusedUploadException(
            StatusCodes.Status422UnprocessableEntity,
            $"None of the files can be taken. {string.Join(' ', reasons)}{rest}"
        );
    }
}
