namespace Argus.Web.Queue;

/// <summary>An upload is not taken; the message tells the client why.</summary>
/// <param name="status">The status of the HTTP answer.</param>
/// <param name="message">The reason, as a sentence for the client.</param>
internal sealed class RefusedUploadException(int status, string message) : ArgusException(message)
{
    /// <summary>The status of the HTTP answer.</summary>
    public int Status { get; } = status;
}
