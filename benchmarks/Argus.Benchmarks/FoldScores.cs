using Argus.Metrics;

namespace Argus.Benchmarks;

/// <summary>A video that was judged.</summary>
/// <param name="Kind">The kind of forgery; its real twin has the same.</param>
/// <param name="Person">The person in the video.</param>
/// <param name="Fold">The fold whose model judged it.</param>
/// <param name="Label">0 for real, 1 for fake.</param>
/// <param name="Value">The model's logit.</param>
internal sealed record VideoScore(string Kind, string Person, int Fold, int Label, double Value);

/// <summary>Figures of scores of several folds, which come from several models and are not comparable.</summary>
internal static class FoldScores
{
    private const int Rounds = 500;
    private const double LowQuantile = 0.025;
    private const double HighQuantile = 0.975;

    /// <summary>
    /// Computes the ROC AUC within folds: the part of the (real, fake) pairs of one fold that are in the right order.
    /// Equal scores count half. It is NaN without a pair.
    /// </summary>
    /// <param name="scores">Scores of one kind of forgery.</param>
    public static double ComputeAuc(IReadOnlyList<VideoScore> scores)
    {
        double right = 0;
        double all = 0;
        foreach (var fold in scores.GroupBy(score => score.Fold))
        {
            var real = fold.Where(score => score.Label == 0).ToList();
            var fake = fold.Where(score => score.Label == 1).ToList();
            right += fake.Sum(above => real.Sum(below => ScorePair(above.Value, below.Value)));
            all += (double)real.Count * fake.Count;
        }
        return all == 0 ? double.NaN : right / all;
    }

    /// <summary>
    /// Computes a 95% interval of the AUC by bootstrap over people, who are drawn with replacement within their folds.
    /// </summary>
    /// <param name="scores">Scores of one kind of forgery.</param>
    /// <param name="seed">The seed of the draws.</param>
    public static Interval ComputeInterval(IReadOnlyList<VideoScore> scores, int seed)
    {
        var random = KeyedRandom.Create("people", seed);
        var folds = scores
            .GroupBy(score => score.Fold)
            .Select(fold => fold.GroupBy(score => score.Person).Select(person => person.ToList()).ToList())
            .ToList();
        var aucs = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var drawn = folds.SelectMany(people => people.SelectMany(_ => random.Pick(people)));
            aucs.Add(ComputeAuc([.. drawn]));
        }
        aucs.Sort();
        return new Interval(aucs[(int)(LowQuantile * Rounds)], aucs[(int)(HighQuantile * Rounds)]);
    }

    private static double ScorePair(double fake, double real)
    {
        if (fake == real)
            return 0.5;
        return fake > real ? 1 : 0;
    }
}
