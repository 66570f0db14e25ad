using System.Net;

namespace Argus.Client;

/// <summary>A request to the service.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path and the query, without a leading slash.</param>
internal sealed record ServiceRequest(HttpMethod Method, string Path)
{
    /// <summary>The status of an answer to a request that succeeded. Others are refusals, also below 300.</summary>
    public HttpStatusCode Success { get; init; } = HttpStatusCode.OK;

    /// <summary>Another status whose answer has the same form, if it is JSON; null if there is none.</summary>
    public HttpStatusCode? OtherSuccess { get; init; }

    /// <summary>What to send; null for all requests but uploads.</summary>
    public RequestContent? Upload { get; init; }

    /// <summary>The media type of the answer.</summary>
    public string Accept { get; init; } = "application/json";
}
