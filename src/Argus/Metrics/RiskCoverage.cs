namespace Argus.Metrics;

/// <summary>
/// What a detector that may abstain gets wrong (Geifman and El-Yaniv, 2017): the error among the share of videos that
/// it is surest of, as that share grows.
/// </summary>
/// <param name="Coverage">Shares of the videos, ascending to 1, one for each video.</param>
/// <param name="Risk">The error among so many of the surest, 0 to 1.</param>
public sealed record RiskCoverage(IReadOnlyList<double> Coverage, IReadOnlyList<double> Risk)
{
    /// <summary>The area under the curve: the mean risk over all coverages. 0 is best.</summary>
    public double Area => Risk.Average();

    /// <summary>The error when every video counts.</summary>
    public double Error => Risk[^1];

    /// <summary>
    /// The curve of scores whose sign is the verdict (fake from 0 on) and whose size is how sure it is: logits or
    /// log-likelihood ratios. Videos of equal confidence each take the mean error of theirs.
    /// </summary>
    /// <param name="labels">0 = real, 1 = fake.</param>
    /// <param name="scores">One a label.</param>
    /// <exception cref="ArgusException">No scores, unequal lengths, or a NaN.</exception>
    public static RiskCoverage Compute(IReadOnlyList<int> labels, IReadOnlyList<double> scores)
    {
        ScoreSet.Check(labels, scores);
        var errors = labels
            .Zip(scores, (label, score) => (Confidence: Math.Abs(score), Error: score >= 0 == (label == 1) ? 0.0 : 1.0))
            .GroupBy(video => video.Confidence, video => video.Error)
            .OrderByDescending(same => same.Key)
            .SelectMany(same => Enumerable.Repeat(same.Average(), same.Count()));
        var risks = new List<double>();
        var sum = 0.0;
        foreach (var error in errors)
            risks.Add((sum += error) / (risks.Count + 1));
        return new RiskCoverage([.. risks.Select((_, i) => (i + 1.0) / risks.Count)], risks);
    }
}
