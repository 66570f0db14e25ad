namespace Argus.Web.Queue;

/// <summary>Where an analysis is: accepted and waiting, with a worker, or ended.</summary>
public enum AnalysisState
{
    Queued,
    Running,
    Done,
    Failed,
}

/// <summary>A row of the queue and of the history. Times are milliseconds since 1970.</summary>
public sealed class AnalysisRow
{
    public required string Id { get; init; }

    /// <summary>Name of the file, as its owner called it.</summary>
    public required string Name { get; init; }

    /// <summary>The key that it came with.</summary>
    public string? Owner { get; init; }

    public long Bytes { get; init; }
    public required string Sha256 { get; init; }
    public double DurationSeconds { get; init; }
    public AnalysisState State { get; init; }
    public double Progress { get; init; }

    /// <summary>How often a worker began.</summary>
    public long Attempts { get; init; }

    public long CreatedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? FinishedAt { get; init; }

    /// <summary>Why there is no result.</summary>
    public string? Error { get; init; }

    public string? Verdict { get; init; }
    public double? Probability { get; init; }

    /// <summary>
    /// The whole <see cref="Detection.Analysis"/> as JSON, pictures included; only where it was asked for.
    /// </summary>
    public string? Result { get; init; }
}
