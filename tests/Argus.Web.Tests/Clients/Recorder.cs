using System.Net;

namespace Argus.Web.Tests.Clients;

/// <summary>
/// Passes on what a client sends and notes it. It can be closed, so that nothing is sent until a test has arranged what
/// the client is to find.
/// </summary>
internal sealed class Recorder() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly List<Exchange> exchanges = [];
    private volatile TaskCompletionSource? closed;

    /// <summary>A request and the head of its answer.</summary>
    public sealed record Exchange(HttpMethod Method, Uri Uri, HttpStatusCode Status, string? MediaType);

    public IReadOnlyList<Exchange> Exchanges
    {
        get
        {
            lock (exchanges)
                return [.. exchanges];
        }
    }

    public void Close() => closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => closed?.TrySetResult();

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (closed is { } gate)
            await gate.Task.WaitAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        var type = response.Content.Headers.ContentType?.MediaType;
        lock (exchanges)
            exchanges.Add(new Exchange(request.Method, request.RequestUri!, response.StatusCode, type));
        return response;
    }
}
