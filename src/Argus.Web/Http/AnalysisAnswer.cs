using System.Text.Json;
using System.Text.Json.Serialization;
using Argus.Detection;
using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>An analysis as the API gives it.</summary>
/// <param name="Before">Videos that are looked at before it, while it waits.</param>
/// <param name="Progress">From 0 to 1.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Probability">That a face in it is forged; null where nobody could judge.</param>
/// <param name="Result">Everything that was found; only of a single analysis that is done.</param>
public sealed record AnalysisAnswer(
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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Analysis? Result = null
)
{
    internal static AnalysisAnswer Create(AnalysisRow row, int? before = null) =>
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
            Time(row.StartedAt),
            Time(row.FinishedAt),
            row.Error,
            row.Verdict is { } verdict ? Enum.Parse<Verdict>(verdict, ignoreCase: true) : null,
            row.Probability,
            ResultOf(row)
        );

    internal static Analysis? ResultOf(AnalysisRow row) =>
        row.Result is { } json ? JsonSerializer.Deserialize<Analysis>(json, DetectionReport.JsonWithPictures) : null;

    private static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
