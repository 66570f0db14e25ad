using System.Text.Json;

namespace Argus.Client;

/// <summary>Reads why the service refused a request.</summary>
internal static class Refusals
{
    private const int LargestBytes = 1 << 16;

    /// <summary>Reads a refusal. One without problem details (RFC 9457) is told by its status.</summary>
    /// <param name="request">The method and the path.</param>
    /// <param name="response">The answer, whose body is still to be read.</param>
    /// <param name="cancel">Stops reading.</param>
    public static async Task<ArgusClientException> ReadAsync(
        string request,
        HttpResponseMessage response,
        CancellationToken cancel
    )
    {
        var problem = await ReadProblemAsync(response.Content, cancel);
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        var text = problem?.Text;
        return new ArgusClientException(
            text is null ? $"{request} was answered with {status}." : $"{text} ({request}: {status})"
        )
        {
            Status = response.StatusCode,
            Detail = text,
            RetryAfter = FindRetryAfter(response),
        };
    }

    private static TimeSpan? FindRetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - (response.Headers.Date ?? DateTimeOffset.UtcNow);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    // A proxy may answer in the service's place, with a page.
    private static async Task<ProblemDetails?> ReadProblemAsync(HttpContent content, CancellationToken cancel)
    {
        if (content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json"))
            return null;
        try
        {
            await using var body = await content.ReadAsStreamAsync(cancel);
            var bytes = new byte[LargestBytes];
            var count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
            return JsonSerializer.Deserialize(bytes.AsSpan(0, count), AnswerJson.Default.ProblemDetails);
        }
        catch (Exception error) when (error is JsonException or IOException or HttpRequestException)
        {
            return null;
        }
    }
}
