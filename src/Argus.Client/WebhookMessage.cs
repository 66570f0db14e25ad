namespace Argus.Client;

/// <summary>What became of the message to a webhook.</summary>
/// <param name="Address">Where it goes.</param>
/// <param name="State">Whether it waits, arrived or was given up.</param>
/// <param name="Attempts">The number of attempts that began.</param>
/// <param name="LastStatus">The HTTP status of the latest attempt; null where it got no answer.</param>
/// <param name="LastError">Why the latest attempt failed; null unless it did.</param>
/// <param name="NextAttemptAt">When the next attempt may begin; null before the first and after the last.</param>
public sealed record WebhookMessage(
    string Address,
    WebhookState State,
    int Attempts,
    int? LastStatus,
    string? LastError,
    DateTimeOffset? NextAttemptAt
);
