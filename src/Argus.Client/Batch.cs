namespace Argus.Client;

/// <summary>Files that were sent together, with one answer.</summary>
/// <param name="Id">The id, 32 hexadecimal digits.</param>
/// <param name="State">The state of the batch.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="States">How many of its analyses are in each state.</param>
/// <param name="Verdicts">How many of its analyses have each verdict.</param>
/// <param name="Analyses">
/// Those of its analyses that were not deleted, in the order in which the files were sent, without their results.
/// </param>
/// <param name="Refused">The files that were not taken, in the order in which they were sent.</param>
/// <param name="Webhook">What became of the message to its webhook; null where there is none.</param>
public sealed record Batch(
    string Id,
    BatchState State,
    DateTimeOffset CreatedAt,
    StateCounts States,
    VerdictCounts Verdicts,
    IReadOnlyList<Analysis> Analyses,
    IReadOnlyList<RefusedFile> Refused,
    WebhookMessage? Webhook = null
);
