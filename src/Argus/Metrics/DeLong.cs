using MathNet.Numerics.Distributions;

namespace Argus.Metrics;

/// <summary>An AUC with its standard error.</summary>
/// <param name="Auc">Ties count half.</param>
/// <param name="StandardError">Of the AUC.</param>
/// <param name="Interval">95%, normal, within 0 to 1.</param>
public sealed record AucEstimate(double Auc, double StandardError, Interval Interval);

/// <summary>A test of whether two AUCs differ.</summary>
/// <param name="Difference">The first AUC less the second.</param>
/// <param name="Statistic">z of a paired test, D of an unpaired one.</param>
/// <param name="DegreesOfFreedom">Of an unpaired test's t distribution; null for a normal one.</param>
/// <param name="PValue">Two-sided.</param>
public sealed record AucTest(double Difference, double Statistic, double? DegreesOfFreedom, double PValue);

/// <summary>
/// Areas under ROC curves by DeLong, DeLong and Clarke-Pearson (1988), with the midranks of Sun and Xu (2014); numbers
/// equal R's pROC 1.18. Labels are 0 = real, 1 = fake; the higher score is the more fake.
/// </summary>
public static class DeLong
{
    private const double Z95 = 1.959963984540054; // the normal distribution's 97.5% point

    // How each fake and each real ranks among the other class: the share that it beats, ties counting half.
    private sealed record Placements(double Auc, double[] Fakes, double[] Reals)
    {
        public double Variance => Covariance(this);

        public double Covariance(Placements other) =>
            DeLong.Covariance(Fakes, other.Fakes) / Fakes.Length + DeLong.Covariance(Reals, other.Reals) / Reals.Length;
    }

    /// <summary>The AUC with its interval.</summary>
    /// <exception cref="ArgusException">Fewer than two of a class, unequal lengths, or a NaN.</exception>
    public static AucEstimate Estimate(IReadOnlyList<int> labels, IReadOnlyList<double> scores)
    {
        var placed = Place(labels, scores);
        var error = Math.Sqrt(placed.Variance);
        return new AucEstimate(
            placed.Auc,
            error,
            new Interval(Math.Max(0, placed.Auc - Z95 * error), Math.Min(1, placed.Auc + Z95 * error))
        );
    }

    /// <summary>Two detectors on the same videos.</summary>
    /// <param name="labels">Of the videos.</param>
    /// <param name="first">Its scores of them.</param>
    /// <param name="second">The other's, in the same order.</param>
    /// <exception cref="ArgusException">Fewer than two of a class, unequal lengths, or a NaN.</exception>
    public static AucTest TestPaired(
        IReadOnlyList<int> labels,
        IReadOnlyList<double> first,
        IReadOnlyList<double> second
    )
    {
        var a = Place(labels, first);
        var b = Place(labels, second);
        var z = Standardise(a.Auc - b.Auc, a.Variance + b.Variance - 2 * a.Covariance(b));
        return new AucTest(a.Auc - b.Auc, z, null, 2 * Normal.CDF(0, 1, -Math.Abs(z)));
    }

    /// <summary>A detector on two sets of videos, or two on sets of their own (Welch-Satterthwaite).</summary>
    /// <exception cref="ArgusException">Fewer than two of a class, unequal lengths, or a NaN.</exception>
    public static AucTest TestUnpaired(
        IReadOnlyList<int> firstLabels,
        IReadOnlyList<double> first,
        IReadOnlyList<int> secondLabels,
        IReadOnlyList<double> second
    )
    {
        var a = Place(firstLabels, first);
        var b = Place(secondLabels, second);
        var variance = a.Variance + b.Variance;
        var statistic = Standardise(a.Auc - b.Auc, variance);
        var freedom =
            variance
            * variance
            / (a.Variance * a.Variance / (firstLabels.Count - 1) + b.Variance * b.Variance / (secondLabels.Count - 1));
        // Two perfect detectors have no variance and no doubt.
        return new AucTest(
            a.Auc - b.Auc,
            statistic,
            freedom,
            double.IsFinite(freedom) ? 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(statistic))
                : statistic == 0 ? 1
                : 0
        );
    }

    private static double Standardise(double difference, double variance) =>
        difference == 0 ? 0 : difference / Math.Sqrt(Math.Max(0, variance));

    private static Placements Place(IReadOnlyList<int> labels, IReadOnlyList<double> scores)
    {
        ScoreSet.Check(labels, scores);
        double[] Of(int label) => [.. scores.Where((_, i) => labels[i] == label)];
        var fakes = Of(1);
        var reals = Of(0);
        if (fakes.Length < 2 || reals.Length < 2)
            throw new ArgusException(
                $"A variance of the AUC needs two videos of each class; there are {reals.Length} real and "
                    + $"{fakes.Length} fake."
            );
        var ranks = Midranks([.. fakes, .. reals]);
        var fakeRanks = Midranks(fakes);
        var realRanks = Midranks(reals);
        var beaten = fakes.Select((_, i) => (ranks[i] - fakeRanks[i]) / reals.Length).ToArray();
        var beating = reals.Select((_, i) => 1 - (ranks[fakes.Length + i] - realRanks[i]) / fakes.Length).ToArray();
        return new Placements(beaten.Average(), beaten, beating);
    }

    // Ranks from 1; equal values share the mean of theirs.
    private static double[] Midranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Length];
        for (var first = 0; first < order.Length; )
        {
            var end = first + 1;
            while (end < order.Length && values[order[end]] == values[order[first]])
                end++;
            for (var i = first; i < end; i++)
                ranks[order[i]] = (first + 1 + end) / 2.0;
            first = end;
        }
        return ranks;
    }

    private static double Covariance(double[] x, double[] y)
    {
        var meanX = x.Average();
        var meanY = y.Average();
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / (x.Length - 1);
    }
}
