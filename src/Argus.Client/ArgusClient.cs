using System.Net;
using System.Runtime.CompilerServices;

namespace Argus.Client;

/// <summary>
/// A client of the HTTP API of <c>argus serve</c>. One may be used by several threads at once. All methods throw
/// <see cref="ArgusClientException"/> if the service refuses, does not answer or answers what cannot be read, and
/// <see cref="OperationCanceledException"/> if they are cancelled.
/// </summary>
public sealed class ArgusClient
{
    private const int LargestPage = 200;

    private readonly ServiceConnection connection;

    /// <summary>Makes a client of a service.</summary>
    /// <param name="http">
    /// What sends, with the service's address as its base address. Its <see cref="HttpClient.Timeout"/> of 100 seconds
    /// counts for uploads too: set it to <see cref="Timeout.InfiniteTimeSpan"/> for large videos.
    /// </param>
    /// <param name="options">The address and the key, unless <paramref name="http"/> has them, and limits.</param>
    /// <exception cref="ArgumentException">An option makes no sense, or there is no address.</exception>
    public ArgusClient(HttpClient http, ArgusClientOptions? options = null) =>
        connection = new ServiceConnection(http, options ?? new ArgusClientOptions());

    /// <summary>Sends a video or picture and waits for its result.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">
    /// Told how far the analysis is, from 0 to 1, rising. The upload comes before 0.
    /// </param>
    /// <param name="keepOriginal">Whether the service is to keep the file as long as the result.</param>
    /// <param name="pictures">Whether to get the moments' pictures too, which may be megabytes.</param>
    /// <param name="cancel">Stops the upload, or waiting. A video that was accepted is analysed all the same.</param>
    /// <returns>The analysis with its result.</returns>
    /// <exception cref="ArgusClientException">
    /// Also if the analysis failed or was deleted; <see cref="ArgusClientException.Analysis"/> is then set.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<Analysis> AnalyzeAsync(
        string path,
        IProgress<double>? progress = null,
        bool keepOriginal = false,
        bool pictures = false,
        CancellationToken cancel = default
    )
    {
        var created = await CreateAsync(path, keepOriginal, cancel: cancel);
        return await FinishAsync(created.Id, true, progress, pictures, cancel);
    }

    /// <summary>Sends a video or picture and waits for its result.</summary>
    /// <param name="video">The video, from where the stream stands. It stays open.</param>
    /// <param name="name">The name to show.</param>
    /// <param name="progress">
    /// Told how far the analysis is, from 0 to 1, rising. The upload comes before 0.
    /// </param>
    /// <param name="keepOriginal">Whether the service is to keep the file as long as the result.</param>
    /// <param name="pictures">Whether to get the moments' pictures too, which may be megabytes.</param>
    /// <param name="cancel">Stops the upload, or waiting. A video that was accepted is analysed all the same.</param>
    /// <returns>The analysis with its result.</returns>
    /// <exception cref="ArgusClientException">
    /// Also if the analysis failed or was deleted; <see cref="ArgusClientException.Analysis"/> is then set.
    /// </exception>
    public async Task<Analysis> AnalyzeAsync(
        Stream video,
        string name,
        IProgress<double>? progress = null,
        bool keepOriginal = false,
        bool pictures = false,
        CancellationToken cancel = default
    )
    {
        var created = await CreateAsync(video, name, keepOriginal, cancel: cancel);
        return await FinishAsync(created.Id, true, progress, pictures, cancel);
    }

    /// <summary>Sends a video or picture. The service has it for certain as soon as this returns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keepOriginal">Whether the service is to keep the file as long as the result.</param>
    /// <param name="webhook">Whom the service is to tell of the end (<c>--webhook-host</c>); null for nobody.</param>
    /// <param name="cancel">Stops the upload, of which nothing is left then.</param>
    /// <returns>The analysis, which waits for its turn.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<Analysis> CreateAsync(
        string path,
        bool keepOriginal = false,
        Uri? webhook = null,
        CancellationToken cancel = default
    )
    {
        await using var file = BatchUpload.Open(path);
        return await CreateAsync(file, Path.GetFileName(path), keepOriginal, webhook, cancel);
    }

    /// <summary>Sends a video or picture. The service has it for certain as soon as this returns.</summary>
    /// <param name="video">The video, from where the stream stands. It stays open.</param>
    /// <param name="name">The name to show.</param>
    /// <param name="keepOriginal">Whether the service is to keep the file as long as the result.</param>
    /// <param name="webhook">Whom the service is to tell of the end (<c>--webhook-host</c>); null for nobody.</param>
    /// <param name="cancel">Stops the upload, of which nothing is left then.</param>
    /// <returns>The analysis, which waits for its turn.</returns>
    public Task<Analysis> CreateAsync(
        Stream video,
        string name,
        bool keepOriginal = false,
        Uri? webhook = null,
        CancellationToken cancel = default
    )
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return SendAsync(new VideoUpload(video, name), keepOriginal, webhook, cancel);
    }

    /// <summary>
    /// Has the service fetch a video itself, from a host that it was allowed (<c>--fetch-host</c>). It has it for
    /// certain as soon as this returns.
    /// </summary>
    /// <param name="address">With http or https.</param>
    /// <param name="keepOriginal">Whether the service is to keep the file as long as the result.</param>
    /// <param name="webhook">Whom the service is to tell of the end (<c>--webhook-host</c>); null for nobody.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The analysis, which waits for its turn.</returns>
    public Task<Analysis> CreateAsync(
        Uri address,
        bool keepOriginal = false,
        Uri? webhook = null,
        CancellationToken cancel = default
    )
    {
        ArgumentNullException.ThrowIfNull(address);
        return SendAsync(new AddressContent([address], isBatch: false), keepOriginal, webhook, cancel);
    }

    /// <summary>
    /// Sends several videos or pictures with one answer. Those that are refused are named in it and do not refuse the
    /// others.
    /// </summary>
    /// <param name="paths">The files.</param>
    /// <param name="keepOriginal">Whether the service is to keep the files as long as the results.</param>
    /// <param name="webhook">Whom the service is to tell when all have ended; null for nobody.</param>
    /// <param name="cancel">Stops the upload, of which nothing is left then.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public Task<Batch> CreateBatchAsync(
        IReadOnlyList<string> paths,
        bool keepOriginal = false,
        Uri? webhook = null,
        CancellationToken cancel = default
    ) => SendBatchAsync(new BatchUpload(paths), keepOriginal, webhook, cancel);

    /// <summary>Has the service fetch several videos itself, with one answer.</summary>
    /// <param name="addresses">Each with http or https.</param>
    /// <param name="keepOriginal">Whether the service is to keep the files as long as the results.</param>
    /// <param name="webhook">Whom the service is to tell when all have ended; null for nobody.</param>
    /// <param name="cancel">Stops it.</param>
    public Task<Batch> CreateBatchAsync(
        IReadOnlyList<Uri> addresses,
        bool keepOriginal = false,
        Uri? webhook = null,
        CancellationToken cancel = default
    ) => SendBatchAsync(new AddressContent(addresses, isBatch: true), keepOriginal, webhook, cancel);

    /// <summary>Gets a batch with counts and with its analyses in order, without their results.</summary>
    /// <param name="id">The id of the batch.</param>
    /// <param name="cancel">Stops it.</param>
    public Task<Batch> GetBatchAsync(string id, CancellationToken cancel = default) =>
        connection.ReadAsync(
            new ServiceRequest(HttpMethod.Get, AnalysisPath.OfBatch(id)),
            AnswerJson.Default.Batch,
            cancel
        );

    /// <summary>Deletes all analyses of a batch in any state, with their videos and their results.</summary>
    /// <param name="id">The id of the batch.</param>
    /// <param name="cancel">Stops waiting for the answer; it may be deleted all the same.</param>
    public Task DeleteBatchAsync(string id, CancellationToken cancel = default) =>
        DeletePathAsync(AnalysisPath.OfBatch(id), cancel);

    /// <summary>Gets an analysis in any state.</summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="pictures">Whether to get the moments' pictures too, which may be megabytes.</param>
    /// <param name="cancel">Stops it.</param>
    public Task<Analysis> GetAsync(string id, bool pictures = false, CancellationToken cancel = default) =>
        connection.ReadAsync(
            new ServiceRequest(HttpMethod.Get, AnalysisPath.Of(id, pictures ? "?pictures=true" : "")),
            AnswerJson.Default.Analysis,
            cancel
        );

    /// <summary>
    /// Lists the analyses without their results, the newest first, a page whenever it is needed. Those that were listed
    /// may be deleted meanwhile.
    /// </summary>
    /// <param name="before">The id of an analysis: only older ones are listed. Null lists all.</param>
    /// <param name="pageSize">The number of analyses of a page, from 1 to 200.</param>
    /// <param name="cancel">Stops it.</param>
    public IAsyncEnumerable<Analysis> ListAsync(
        string? before = null,
        int pageSize = 50,
        CancellationToken cancel = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, LargestPage);
        return ListPagesAsync(before, pageSize, cancel);
    }

    /// <summary>
    /// Follows an analysis until it has ended: first how it is, then every change. If the connection is lost or the
    /// service restarts, it goes on as soon as the service is back (<see cref="ArgusClientOptions.ResumeLimit"/>).
    /// </summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="cancel">Stops it; the analysis goes on.</param>
    /// <returns>Events, of which only the last is no <see cref="AnalysisEventKind.Progress"/>.</returns>
    public IAsyncEnumerable<AnalysisEvent> FollowAsync(string id, CancellationToken cancel = default) =>
        new AnalysisFollower(connection, id, isHeard: false).FollowAsync(cancel);

    /// <summary>Waits for the result of an analysis.</summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="progress">Told how far the analysis is, from 0 to 1, rising.</param>
    /// <param name="pictures">Whether to get the moments' pictures too, which may be megabytes.</param>
    /// <param name="cancel">Stops waiting; the analysis goes on.</param>
    /// <returns>The analysis with its result.</returns>
    /// <exception cref="ArgusClientException">
    /// Also if the analysis failed or was deleted; <see cref="ArgusClientException.Analysis"/> is then set.
    /// </exception>
    public Task<Analysis> WaitAsync(
        string id,
        IProgress<double>? progress = null,
        bool pictures = false,
        CancellationToken cancel = default
    ) => FinishAsync(id, false, progress, pictures, cancel);

    /// <summary>Gets the page with pictures, in one HTML file. The service's audit log records it.</summary>
    /// <param name="id">The id of an analysis that is done.</param>
    /// <param name="cancel">Stops it, until the stream is there.</param>
    /// <returns>The page as it arrives, for the caller to dispose of.</returns>
    public Task<Stream> GetReportAsync(string id, CancellationToken cancel = default) =>
        OpenFileAsync(AnalysisPath.Of(id, "/report"), "text/html", cancel);

    /// <summary>
    /// Gets the file as it was sent, of an analysis that ended and keeps it. The service checks its SHA-256 first and
    /// records it in its audit log.
    /// </summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="cancel">Stops it, until the stream is there.</param>
    /// <returns>The file as it arrives, for the caller to dispose of.</returns>
    public Task<Stream> GetOriginalAsync(string id, CancellationToken cancel = default) =>
        OpenFileAsync(AnalysisPath.Of(id, "/original"), "application/octet-stream", cancel);

    /// <summary>Deletes an analysis in any state, with its video and its result.</summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="cancel">Stops waiting for the answer; it may be deleted all the same.</param>
    public Task DeleteAsync(string id, CancellationToken cancel = default) =>
        DeletePathAsync(AnalysisPath.Of(id), cancel);

    /// <summary>Asks whether the service works and how much waits. It needs no key.</summary>
    /// <param name="cancel">Stops it.</param>
    public Task<ServiceHealth> GetHealthAsync(CancellationToken cancel = default) =>
        connection.ReadAsync(
            new ServiceRequest(HttpMethod.Get, "healthz") { OtherSuccess = HttpStatusCode.ServiceUnavailable },
            AnswerJson.Default.ServiceHealth,
            cancel
        );

    private Task<Analysis> SendAsync(
        RequestContent content,
        bool keepOriginal,
        Uri? webhook,
        CancellationToken cancel
    ) =>
        connection.ReadAsync(
            CreateSending(AnalysisPath.All, content, keepOriginal, webhook),
            AnswerJson.Default.Analysis,
            cancel
        );

    private Task<Batch> SendBatchAsync(
        RequestContent content,
        bool keepOriginal,
        Uri? webhook,
        CancellationToken cancel
    ) =>
        connection.ReadAsync(
            CreateSending(AnalysisPath.Batches, content, keepOriginal, webhook),
            AnswerJson.Default.Batch,
            cancel
        );

    private static ServiceRequest CreateSending(string all, RequestContent content, bool keepOriginal, Uri? webhook) =>
        new(HttpMethod.Post, AnalysisPath.OfSending(all, keepOriginal, webhook))
        {
            Success = HttpStatusCode.Accepted,
            Upload = content,
        };

    private async Task DeletePathAsync(string path, CancellationToken cancel)
    {
        var request = new ServiceRequest(HttpMethod.Delete, path) { Success = HttpStatusCode.NoContent };
        using var response = await connection.OpenAsync(request, cancel);
    }

    private async Task<Analysis> FinishAsync(
        string id,
        bool isHeard,
        IProgress<double>? progress,
        bool pictures,
        CancellationToken cancel
    )
    {
        var follower = new AnalysisFollower(connection, id, isHeard);
        await follower.WaitAsync(progress, cancel);
        return await follower.AskAsync(() => GetAsync(id, pictures, cancel), cancel);
    }

    // The page after is fetched before the last analysis of a page is given out: the service finds the place by that
    // analysis, which the caller may delete.
    private async IAsyncEnumerable<Analysis> ListPagesAsync(
        string? before,
        int pageSize,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var page = await ListPageAsync(before, pageSize, cancel);
        while (page.Count > 0)
        {
            foreach (var analysis in page.SkipLast(1))
                yield return analysis;
            var last = page[^1];
            page = page.Count < pageSize ? [] : await ListPageAsync(last.Id, pageSize, cancel);
            yield return last;
        }
    }

    private Task<IReadOnlyList<Analysis>> ListPageAsync(string? before, int limit, CancellationToken cancel)
    {
        var place = before is null ? "" : $"&before={Uri.EscapeDataString(before)}";
        return connection.ReadAsync(
            new ServiceRequest(HttpMethod.Get, $"{AnalysisPath.All}?limit={limit}{place}"),
            AnswerJson.Default.IReadOnlyListAnalysis,
            cancel
        );
    }

    private async Task<Stream> OpenFileAsync(string path, string type, CancellationToken cancel)
    {
        var response = await connection.OpenAsync(new ServiceRequest(HttpMethod.Get, path) { Accept = type }, cancel);
        // The stream's end is the answer's, too.
        return await response.Content.ReadAsStreamAsync(cancel);
    }
}
