using Argus.Data.Audits;

namespace Argus.Data.Evaluations;

/// <summary>Figures, and what they are about.</summary>
public sealed record EvaluationOutcome(EvaluationSubject Subject, EvaluationResult Result);

/// <summary>What the audit of a test set found.</summary>
/// <param name="Dataset">The dataset's title.</param>
/// <param name="Audit">Audit of the store that was judged on.</param>
public sealed record DatasetAudit(string Dataset, StoreAudit Audit);

/// <summary>What a detector said of the chosen videos under one condition of the ladder.</summary>
/// <param name="Group">The kind of re-encoding.</param>
/// <param name="Label">The step, for people: <c>CRF 28</c>.</param>
/// <param name="Videos">In the order of the untouched videos; null for a video without a score.</param>
public sealed record ConditionScores(string Group, string Label, IReadOnlyList<VideoPrediction?> Videos);
