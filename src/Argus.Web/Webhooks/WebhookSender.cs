using System.Globalization;
using System.Net.Http.Headers;
using Argus.Web.Outbound;
using Argus.Web.Queue;

namespace Argus.Web.Webhooks;

/// <summary>
/// Sends messages to webhooks, signed as the Standard Webhooks specification says. Of an answer only the status counts.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    /// <summary>How long an attempt may take, from the look-up of the name to the answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private const int FirstRedirect = 300;
    private const int FirstClientError = 400;

    private readonly WebhookSignature? signature;
    private readonly HttpClient client;

    /// <param name="options">The hosts that are allowed, and the secret.</param>
    public WebhookSender(ServeOptions options)
    {
        Guard = new OutboundGuard("--webhook-host", options.WebhookHosts, options.PrivatePorts);
        signature = options.WebhookSecret is { } secret ? WebhookSignature.Parse(secret) : null;
        client = Guard.CreateClient();
    }

    /// <summary>Where it may connect to.</summary>
    public OutboundGuard Guard { get; }

    /// <summary>Sends a message once.</summary>
    /// <param name="row">The message.</param>
    /// <param name="body">JSON in UTF-8.</param>
    /// <param name="cancel">Breaks the attempt off.</param>
    /// <exception cref="OperationCanceledException">It was broken off.</exception>
    public async Task<WebhookOutcome> SendAsync(DeliveryRow row, byte[] body, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        try
        {
            var address = new Uri(row.Url);
            Guard.Check(address);
            using var request = CreateRequest(address, row.Id, body);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var status = (int)answer.StatusCode;
            return new WebhookOutcome(status, answer.IsSuccessStatusCode ? null : DescribeStatus(status));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new WebhookOutcome(null, $"It did not answer within {Limit.TotalSeconds:0} seconds.");
        }
        catch (Exception error) when (OutboundFault.IsFailure(error))
        {
            return new WebhookOutcome(null, OutboundFault.Describe(error));
        }
    }

    public void Dispose() => client.Dispose();

    private HttpRequestMessage CreateRequest(Uri address, string id, byte[] body)
    {
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", signature!.Sign(id, timestamp, body));
        return request;
    }

    private static string DescribeStatus(int status) =>
        status switch
        {
            StatusCodes.Status410Gone => "It answered 410: it wants no more messages.",
            >= FirstRedirect and < FirstClientError => $"It answered {status}, a redirect; those are not followed.",
            _ => $"It answered {status}.",
        };
}
