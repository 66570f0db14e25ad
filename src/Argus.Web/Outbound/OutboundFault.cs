namespace Argus.Web.Outbound;

/// <summary>
/// Says in a sentence why a request of ours came to nothing, without what only the service's own network should know,
/// such as addresses.
/// </summary>
internal static class OutboundFault
{
    // Errors of streams have this number (COR_E_IO); errors of files have the number of their system.
    private const int StreamError = unchecked((int)0x80131620);

    /// <summary>The rule that refused a connection; null if none did.</summary>
    /// <param name="error">What the request ended with.</param>
    public static RefusedAddressException? FindRefusal(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is RefusedAddressException refusal)
                return refusal;
        }
        return null;
    }

    /// <summary>Tells whether an exception is a request's failure, and no fault of the program.</summary>
    /// <param name="error">What the request ended with.</param>
    public static bool IsFailure(Exception error) =>
        error is HttpRequestException or RefusedAddressException or IOException { HResult: StreamError };

    /// <summary>Why it failed.</summary>
    /// <param name="error">One that <see cref="IsFailure"/> accepts.</param>
    public static string Describe(Exception error)
    {
        if (FindRefusal(error) is { } refusal)
            return refusal.Message;
        var kind = error switch
        {
            HttpRequestException request => request.HttpRequestError,
            HttpIOException reading => reading.HttpRequestError,
            _ => HttpRequestError.Unknown,
        };
        return kind switch
        {
            HttpRequestError.NameResolutionError => "Its name cannot be resolved.",
            HttpRequestError.ConnectionError => "It cannot be connected to.",
            HttpRequestError.SecureConnectionError => "No TLS connection came about; its certificate may be wrong.",
            HttpRequestError.ResponseEnded => "Its answer ended too early.",
            HttpRequestError.ConfigurationLimitExceeded => "Its answer has too many headers.",
            _ => "Its answer is not HTTP, or the connection broke off.",
        };
    }
}
