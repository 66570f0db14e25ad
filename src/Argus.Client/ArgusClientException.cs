using System.Net;

namespace Argus.Client;

/// <summary>
/// The service refused a request, did not answer, or gave an answer that cannot be read; or an analysis that was waited
/// for ended without a result. The message is for people.
/// </summary>
public sealed class ArgusClientException : Exception
{
    internal ArgusClientException(string message, Exception? inner = null)
        : base(message, inner) { }

    /// <summary>The status of the answer; null if there was none, or if the status is not what was wrong.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>What the service says of it, and what to do; null if it says nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>When it may be tried again, counted from the answer; null where the service does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The analysis that failed or was deleted while it was waited for; null for everything else.</summary>
    public Analysis? Analysis { get; init; }

    /// <summary>Whether the connection broke, or never came about.</summary>
    internal bool IsConnectionFault { get; init; }

    /// <summary>Whether the same request may succeed a little later: the service restarts, or is overloaded.</summary>
    internal bool IsTransient =>
        IsConnectionFault
        || Status
            is HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout;
}
