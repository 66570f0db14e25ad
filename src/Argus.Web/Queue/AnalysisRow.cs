using System.Text.Json;
using Argus.Detection;

namespace Argus.Web.Queue;

/// <summary>The state of an analysis. The database holds its name in lower case.</summary>
internal enum AnalysisState
{
    /// <summary>The upload was accepted and waits for a worker.</summary>
    Queued,

    /// <summary>A worker holds the lease and analyses the video.</summary>
    Running,

    /// <summary>The analysis ended with a result.</summary>
    Done,

    /// <summary>The analysis ended without a result; <see cref="AnalysisRow.Error"/> says why.</summary>
    Failed,
}

/// <summary>One row of the queue and of the history. All times are milliseconds since 1970, UTC.</summary>
internal sealed class AnalysisRow
{
    /// <summary>The identifier, a random GUID of 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The file's name as the client gave it. It is shown and never opened.</summary>
    public required string Name { get; init; }

    /// <summary>The name of the key that the video was sent with; null where no key is required.</summary>
    public string? Owner { get; init; }

    /// <summary>The id of the batch that the file came in; null for one that came alone.</summary>
    public string? Batch { get; init; }

    /// <summary>The place of the file in its batch, from 0; null for one that came alone.</summary>
    public long? BatchPosition { get; init; }

    /// <summary>
    /// The host that the file was fetched from, for the audit log; null for a file that was sent, and for rows that
    /// were read.
    /// </summary>
    public string? Source { get; init; }

    /// <summary>Whether the file is kept, sealed by its hash, as long as the result.</summary>
    public bool KeepOriginal { get; init; }

    /// <summary>The trace that the upload belongs to (W3C trace context); null where nobody traced it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The size of the file in bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>The SHA-256 of the file in lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The length of the video in seconds; 0 for a still picture.</summary>
    public double DurationSeconds { get; init; }

    /// <summary>The state that the analysis is in.</summary>
    public AnalysisState State { get; init; }

    /// <summary>The part of the work that is done, from 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>The number of times that a worker began this analysis.</summary>
    public long Attempts { get; init; }

    /// <summary>When the upload was accepted.</summary>
    public long CreatedAt { get; init; }

    /// <summary>When the latest attempt began.</summary>
    public long? StartedAt { get; init; }

    /// <summary>When the analysis ended, with or without a result.</summary>
    public long? FinishedAt { get; init; }

    /// <summary>The reason why there is no result, as a sentence for the user.</summary>
    public string? Error { get; init; }

    /// <summary>The verdict as <see cref="ToWord"/> has it; null until the analysis is done.</summary>
    public string? Verdict { get; init; }

    /// <summary>A verdict in snake case.</summary>
    public static string ToWord(Verdict verdict) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{verdict}");

    /// <summary>The verdict that a word stands for.</summary>
    public static Verdict FromWord(string word) => Enum.GetValues<Verdict>().Single(verdict => ToWord(verdict) == word);

    /// <summary>P(fake) from 0 to 1; null where nobody could judge.</summary>
    public double? Probability { get; init; }

    /// <summary>
    /// The whole <see cref="Detection.Analysis"/> as JSON, pictures included. Only queries that ask for the result fill
    /// it.
    /// </summary>
    public string? Result { get; init; }
}
