using System.Text.Json;
using System.Text.Json.Serialization;
using Argus.Detection;
using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>An analysis as the API gives it.</summary>
/// <param name="Id">The id of the analysis, 32 hexadecimal digits.</param>
/// <param name="Name">The file's name as the client gave it.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Sha256">The SHA-256 of the file in lower-case hexadecimal digits.</param>
/// <param name="DurationSeconds">The length of the video in seconds; 0 for a still picture.</param>
/// <param name="State">The state of the analysis.</param>
/// <param name="Progress">The part of the work that is done, from 0 to 1.</param>
/// <param name="Before">The number of videos that are analysed before this one; null unless it waits.</param>
/// <param name="CreatedAt">When the upload was accepted.</param>
/// <param name="StartedAt">When the latest attempt began.</param>
/// <param name="FinishedAt">When the analysis ended.</param>
/// <param name="Error">The reason why the analysis failed; null unless it did.</param>
/// <param name="Verdict">The verdict; null until the analysis is done.</param>
/// <param name="Probability">P(fake) that a face in the video is forged; null where nobody could judge.</param>
/// <param name="KeepsOriginal">Whether the file is kept as long as the result.</param>
/// <param name="Result">
/// Everything that was found. Only the answer about a single analysis that is done has it.
/// </param>
/// <param name="Webhook">
/// What became of the message to its webhook. Only the answer about a single analysis with a webhook has it.
/// </param>
/// <param name="Batch">The id of the batch that the file came in; only a file of a batch has it.</param>
internal sealed record AnalysisAnswer(
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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Analysis? Result = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WebhookAnswer? Webhook = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Batch = null
)
{
    /// <summary>Makes the answer from a row of the queue.</summary>
    /// <param name="row">The row, with or without its result.</param>
    /// <param name="before">The number of videos that are analysed before this one; null unless it waits.</param>
    /// <param name="webhook">The message to its webhook; null where there is none, or it is not to be told.</param>
    public static AnalysisAnswer Create(AnalysisRow row, int? before = null, DeliveryRow? webhook = null) =>
        new(
            row.Id,
            row.Name,
            row.Bytes,
            row.Sha256,
            row.DurationSeconds,
            row.State,
            row.Progress,
            before,
            DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
            FromMilliseconds(row.StartedAt),
            FromMilliseconds(row.FinishedAt),
            row.Error,
            row.Verdict is { } verdict ? AnalysisRow.FromWord(verdict) : null,
            row.Probability,
            row.KeepOriginal,
            ParseResult(row),
            WebhookAnswer.Create(webhook),
            row.Batch
        );

    /// <summary>Parses the result of a row; null if the row has none.</summary>
    /// <param name="row">A row that was read with its result.</param>
    public static Analysis? ParseResult(AnalysisRow row) =>
        row.Result is { } json ? JsonSerializer.Deserialize<Analysis>(json, DetectionReport.JsonWithPictures) : null;

    private static DateTimeOffset? FromMilliseconds(long? milliseconds) =>
        milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
