using Argus.Randomness;

namespace Argus.Metrics;

/// <summary>Figures of scores P(fake) against labels (0 real, 1 fake). What needs both classes is null without them.</summary>
public sealed record BinaryMetrics
{
    public required int Real { get; init; }
    public required int Fake { get; init; }
    public required double Accuracy { get; init; }
    public double? RealAccuracy { get; init; }
    public double? FakeAccuracy { get; init; }
    /// <summary>F1 of both classes, weighted by their sizes.</summary>
    public required double WeightedF1 { get; init; }
    public double? RocAuc { get; init; }
    public double? AveragePrecision { get; init; }
    public double? EqualErrorRate { get; init; }

    /// <summary>Accuracy on real minus accuracy on fake.</summary>
    public double? Bias => RealAccuracy - FakeAccuracy;

    public static BinaryMetrics Of(IReadOnlyList<int> labels, IReadOnlyList<double> scores, double threshold = 0.5)
    {
        if (labels.Count == 0) throw new ArgusException("There is nothing to measure: no scores.");
        int real = labels.Count(label => label == 0), fake = labels.Count - real;
        var realRight = labels.Where((label, i) => label == 0 && scores[i] < threshold).Count();
        var fakeRight = labels.Where((label, i) => label == 1 && scores[i] >= threshold).Count();
        double F1(int right, int size, int other) => right == 0 ? 0 : 2.0 * right / (size + right + other);
        var curve = real > 0 && fake > 0 ? new RocCurve(labels, scores) : null;
        return new BinaryMetrics
        {
            Real = real, Fake = fake,
            Accuracy = (double)(realRight + fakeRight) / labels.Count,
            RealAccuracy = real > 0 ? (double)realRight / real : null,
            FakeAccuracy = fake > 0 ? (double)fakeRight / fake : null,
            WeightedF1 = (real * F1(realRight, real, fake - fakeRight) + fake * F1(fakeRight, fake, real - realRight)) / labels.Count,
            RocAuc = curve?.Auc, AveragePrecision = curve?.AveragePrecision, EqualErrorRate = curve?.EqualErrorRate,
        };
    }
}

/// <summary>A 95% interval.</summary>
public sealed record Interval(double Low, double High);

/// <summary>Percentile bootstrap over videos, stratified by label (Efron and Tibshirani, 1993, chapter 13).</summary>
public static class Bootstrap
{
    /// <exception cref="ArgusException">One class only.</exception>
    public static Interval Auc(IReadOnlyList<int> labels, IReadOnlyList<double> scores, int rounds = 1000, ulong seed = 0)
    {
        var classes = new[] { 0, 1 }.Select(label => Enumerable.Range(0, labels.Count).Where(i => labels[i] == label).ToArray()).ToArray();
        if (classes.Any(members => members.Length == 0)) throw new ArgusException("An interval of the AUC needs both classes.");
        var random = KeyedRandom.For("bootstrap", seed);
        var drawnLabels = classes.SelectMany((members, label) => members.Select(_ => label)).ToArray();
        var drawnScores = new double[labels.Count];
        var aucs = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var place = 0;
            foreach (var members in classes)
            {
                for (var i = 0; i < members.Length; i++) drawnScores[place++] = scores[members[random.Next(members.Length)]];
            }
            aucs[round] = new RocCurve(drawnLabels, drawnScores).Auc;
        }
        Array.Sort(aucs);
        return new Interval(aucs[(int)(0.025 * rounds)], aucs[Math.Min(rounds - 1, (int)(0.975 * rounds))]);
    }
}
