namespace Argus.Web.Webhooks;

/// <summary>What came of an attempt.</summary>
/// <param name="Status">The HTTP status of the answer; null if there was none.</param>
/// <param name="Error">Why it failed, as a sentence; null if the receiver took the message.</param>
internal sealed record WebhookOutcome(int? Status, string? Error)
{
    /// <summary>Whether the receiver wants no more messages: 410 Gone.</summary>
    public bool IsRefused => Status == StatusCodes.Status410Gone;
}
