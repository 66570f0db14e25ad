using System.Net;
using System.Net.Http.Headers;
using Argus.Web.Outbound;
using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>A file that was taken in, however it came.</summary>
/// <param name="Name">The name to show.</param>
/// <param name="Upload">The file.</param>
/// <param name="Source">The host that it was fetched from; null for one that was sent.</param>
internal sealed record ReceivedFile(string Name, Upload Upload, string? Source = null);

/// <summary>
/// Fetches videos from addresses that clients name, as <see cref="OutboundGuard"/> allows. What comes is treated like
/// any upload.
/// </summary>
internal sealed class RemoteFiles : IDisposable
{
    private const int MostRedirects = 5;

    private readonly ServeOptions options;
    private readonly Uploads uploads;
    private readonly HttpClient client;

    /// <param name="options">The allowed hosts and the limits.</param>
    /// <param name="uploads">Where files go.</param>
    public RemoteFiles(ServeOptions options, Uploads uploads)
    {
        this.options = options;
        this.uploads = uploads;
        Guard = new OutboundGuard("--fetch-host", options.FetchHosts, options.PrivatePorts);
        client = Guard.CreateClient();
        client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>Where it may connect to.</summary>
    public OutboundGuard Guard { get; }

    /// <summary>Checks that anything may be fetched at all.</summary>
    /// <exception cref="RefusedUploadException">Nothing may.</exception>
    public void CheckOn()
    {
        try
        {
            Guard.CheckOn();
        }
        catch (RefusedAddressException error)
        {
            throw Refuse(StatusCodes.Status403Forbidden, error.Message);
        }
    }

    /// <summary>Fetches a file, keeps it and looks what it is. One that is refused leaves nothing behind.</summary>
    /// <param name="text">The address as the client sent it.</param>
    /// <param name="cancel">Breaks it off.</param>
    /// <exception cref="RefusedUploadException">
    /// A rule forbids the address (403), it cannot be fetched (422), that takes too long (504), or the file is
    /// none that an upload may be.
    /// </exception>
    public async Task<ReceivedFile> ReceiveAsync(string text, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(options.FetchSeconds));
        try
        {
            var address = Guard.Parse(text);
            using var answer = await OpenAsync(address, limit.Token);
            Check(answer);
            await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
            var name = UploadFormReader.CleanName(Uri.UnescapeDataString(address.AbsolutePath));
            return new ReceivedFile(name, await uploads.ReceiveAsync(body, limit.Token), address.Authority);
        }
        catch (UriFormatException error)
        {
            throw Refuse(StatusCodes.Status400BadRequest, error.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Refuse(
                StatusCodes.Status504GatewayTimeout,
                $"The video did not come within {options.FetchSeconds:0.##} seconds."
            );
        }
        catch (Exception error) when (OutboundFault.FindRefusal(error) is { } refusal)
        {
            throw Refuse(StatusCodes.Status403Forbidden, refusal.Message);
        }
        catch (Exception error) when (OutboundFault.IsFailure(error))
        {
            throw CannotFetch(OutboundFault.Describe(error));
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<HttpResponseMessage> OpenAsync(Uri address, CancellationToken cancel)
    {
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (!IsRedirect(answer.StatusCode) || answer.Headers.Location is not { } location)
                return answer;
            answer.Dispose();
            var next = new Uri(address, location);
            CheckRedirect(address, next);
            address = next;
        }
        throw CannotFetch($"It redirects more than {MostRedirects} times.");
    }

    private void CheckRedirect(Uri from, Uri to)
    {
        if (to.IdnHost != from.IdnHost)
            throw new RefusedAddressException("It redirects to another host. Send the address that this leads to.");
        if (from.Scheme == Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttps)
            throw new RefusedAddressException("It redirects from https:// to another scheme.");
        Guard.Check(to);
    }

    private void Check(HttpResponseMessage answer)
    {
        if (answer.StatusCode != HttpStatusCode.OK)
            throw CannotFetch($"It answered {(int)answer.StatusCode}.");
        if (answer.Content.Headers.ContentEncoding.Any(encoding => encoding != "identity"))
            throw CannotFetch("Its answer is compressed.");
        if (answer.Content.Headers.ContentLength > options.LargestMegabytes * 1_000_000L)
            throw Uploads.TooLarge(options);
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static RefusedUploadException CannotFetch(string reason) =>
        Refuse(StatusCodes.Status422UnprocessableEntity, $"The address cannot be fetched. {reason}");

    private static RefusedUploadException Refuse(int status, string reason) => new(status, reason);
}
