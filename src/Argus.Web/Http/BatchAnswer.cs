using System.Text.Json.Serialization;
using Argus.Detection;
using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>The state of a batch.</summary>
internal enum BatchState
{
    /// <summary>None of its analyses has begun.</summary>
    Queued,

    /// <summary>Some have begun, and not all have ended.</summary>
    Running,

    /// <summary>All have ended, with or without a result.</summary>
    Done,
}

/// <summary>How many analyses of a batch are in each state.</summary>
internal sealed record StateCounts(int Queued, int Running, int Done, int Failed);

/// <summary>How many analyses of a batch have each verdict.</summary>
internal sealed record VerdictCounts(int Real, int Forged, int Undecided, int OutsideScope);

/// <summary>A batch as the API gives it.</summary>
/// <param name="Id">The id of the batch, 32 hexadecimal digits.</param>
/// <param name="State">The state of the batch.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="States">How many of its analyses are in each state.</param>
/// <param name="Verdicts">How many of its analyses have each verdict.</param>
/// <param name="Analyses">
/// Those of its analyses that were not deleted, in the order in which the files were sent, without their results.
/// </param>
/// <param name="Refused">The files that were not taken, in the order in which they were sent.</param>
/// <param name="Webhook">What became of the message to its webhook; it is missing where there is none.</param>
internal sealed record BatchAnswer(
    string Id,
    BatchState State,
    DateTimeOffset CreatedAt,
    StateCounts States,
    VerdictCounts Verdicts,
    IReadOnlyList<AnalysisAnswer> Analyses,
    IReadOnlyList<RefusedFile> Refused,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WebhookAnswer? Webhook = null
)
{
    /// <summary>Makes the answer from rows.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">Its analyses in order, without results.</param>
    /// <param name="webhook">The message to its webhook; null where there is none, or it is not to be told.</param>
    public static BatchAnswer Create(BatchRow batch, IReadOnlyList<AnalysisRow> rows, DeliveryRow? webhook)
    {
        int CountState(AnalysisState state) => rows.Count(row => row.State == state);
        int CountVerdict(Verdict verdict) => rows.Count(row => row.Verdict == AnalysisRow.ToWord(verdict));
        var states = new StateCounts(
            CountState(AnalysisState.Queued),
            CountState(AnalysisState.Running),
            CountState(AnalysisState.Done),
            CountState(AnalysisState.Failed)
        );
        return new BatchAnswer(
            batch.Id,
            states.Queued == rows.Count ? BatchState.Queued
                : states.Queued + states.Running > 0 ? BatchState.Running
                : BatchState.Done,
            DateTimeOffset.FromUnixTimeMilliseconds(batch.CreatedAt),
            states,
            new VerdictCounts(
                CountVerdict(Verdict.Real),
                CountVerdict(Verdict.Forged),
                CountVerdict(Verdict.Undecided),
                CountVerdict(Verdict.OutsideScope)
            ),
            [.. rows.Select(row => AnalysisAnswer.Create(row))],
            batch.ParseRefused(),
            WebhookAnswer.Create(webhook)
        );
    }
}
