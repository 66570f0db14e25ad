namespace Argus.Client;

/// <summary>An analysis of the service: how far it is, and when it is done what was found.</summary>
/// <param name="Id">The id, 32 hexadecimal digits.</param>
/// <param name="Name">The file's name as it was sent.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Sha256">The SHA-256 of the file in lower-case hexadecimal digits.</param>
/// <param name="DurationSeconds">The length of the video in seconds; 0 for a still picture.</param>
/// <param name="State">The state.</param>
/// <param name="Progress">The part of the work that is done, from 0 to 1.</param>
/// <param name="Before">
/// The number of videos that are analysed before this one; null unless it waits, and in lists.
/// </param>
/// <param name="CreatedAt">When the upload was accepted.</param>
/// <param name="StartedAt">When the latest attempt began; null before the first.</param>
/// <param name="FinishedAt">When the analysis ended; null before.</param>
/// <param name="Error">The reason why the analysis failed; null unless it did.</param>
/// <param name="Verdict">The verdict; null until the analysis is done.</param>
/// <param name="Probability">
/// P(fake) that a face in the video is forged, from 0 to 1; null where nobody could judge.
/// </param>
/// <param name="KeepsOriginal">Whether the service keeps the file as long as the result.</param>
/// <param name="Result">
/// Everything that was found. Only <see cref="ArgusClient.GetAsync"/> and what waits for the end give it, of an
/// analysis that is done.
/// </param>
/// <param name="Webhook">
/// What became of the message to its webhook; null where there is none, and in lists.
/// </param>
/// <param name="Batch">The id of the batch that the file came in; null for one that came alone.</param>
public sealed record Analysis(
    string Id,
    string Name,
    long Bytes,
    string Sha256,
    double DurationSeconds,
    AnalysisState State,
    double Progress,
    int? Before,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    string? Error,
    Verdict? Verdict,
    double? Probability,
    bool KeepsOriginal,
    AnalysisResult? Result = null,
    WebhookMessage? Webhook = null,
    string? Batch = null
);
