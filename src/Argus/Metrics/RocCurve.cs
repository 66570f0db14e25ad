namespace Argus.Metrics;

/// <summary>
/// Receiver operating characteristic of scores against labels (0 real, 1 fake); a sample counts as fake when
/// <c>score &gt;= threshold</c>. Equal to scikit-learn's roc_curve (drop_intermediate=False), roc_auc_score and
/// average_precision_score.
/// </summary>
public sealed class RocCurve
{
    private readonly int positives, negatives;
    private readonly int[] truePositives, falsePositives;

    /// <exception cref="ArgusException">One class only, unequal lengths, or a score that is not a number.</exception>
    public RocCurve(IReadOnlyList<int> labels, IReadOnlyList<double> scores)
    {
        if (labels.Count != scores.Count) throw new ArgusException($"{labels.Count} labels but {scores.Count} scores.");
        if (scores.Any(double.IsNaN)) throw new ArgusException("A score is not a number (NaN); the curve would be meaningless.");
        positives = labels.Count(label => label == 1);
        negatives = labels.Count - positives;
        if (positives == 0 || negatives == 0) throw new ArgusException($"A ROC curve needs both classes: {negatives} real, {positives} fake.");

        var order = Enumerable.Range(0, labels.Count).OrderByDescending(i => scores[i]).ToArray();
        List<int> tps = [0], fps = [0];
        List<double> thresholds = [double.PositiveInfinity];
        int tp = 0, fp = 0;
        for (var i = 0; i < order.Length; i++)
        {
            if (labels[order[i]] == 1) tp++; else fp++;
            if (i + 1 < order.Length && scores[order[i + 1]] == scores[order[i]]) continue;
            tps.Add(tp);
            fps.Add(fp);
            thresholds.Add(scores[order[i]]);
        }
        (truePositives, falsePositives, Thresholds) = ([.. tps], [.. fps], [.. thresholds]);
        TruePositiveRate = [.. truePositives.Select(count => (double)count / positives)];
        FalsePositiveRate = [.. falsePositives.Select(count => (double)count / negatives)];
    }

    /// <summary>Descending, the first one infinite (nothing counts as fake).</summary>
    public double[] Thresholds { get; }
    public double[] TruePositiveRate { get; }
    public double[] FalsePositiveRate { get; }

    /// <summary>Area under the curve by trapezoids.</summary>
    public double Auc
    {
        get
        {
            var twice = 0.0;
            for (var i = 1; i < truePositives.Length; i++)
                twice += (double)(falsePositives[i] - falsePositives[i - 1]) * (truePositives[i] + truePositives[i - 1]);
            return twice / (2.0 * positives * negatives);
        }
    }

    /// <summary>Average precision: precision at each threshold, weighted by the gain in recall.</summary>
    public double AveragePrecision
    {
        get
        {
            var sum = 0.0;
            for (var i = 1; i < truePositives.Length; i++)
                sum += (TruePositiveRate[i] - TruePositiveRate[i - 1]) * truePositives[i] / (truePositives[i] + falsePositives[i]);
            return sum;
        }
    }

    /// <summary>Equal error rate: where the straight lines between steps have FPR = 1 - TPR.</summary>
    public double EqualErrorRate
    {
        get
        {
            for (var i = 1; i < truePositives.Length; i++)
            {
                var before = FalsePositiveRate[i - 1] - (1 - TruePositiveRate[i - 1]);
                var after = FalsePositiveRate[i] - (1 - TruePositiveRate[i]);
                if (after < 0) continue;
                var share = after == before ? 0 : -before / (after - before);
                return FalsePositiveRate[i - 1] + share * (FalsePositiveRate[i] - FalsePositiveRate[i - 1]);
            }
            return 1;
        }
    }

    /// <summary>TPR at the last step whose FPR does not exceed the given one.</summary>
    public double TruePositiveRateAt(double falsePositiveRate)
    {
        var last = Array.FindLastIndex(FalsePositiveRate, rate => rate <= falsePositiveRate);
        return TruePositiveRate[last];
    }
}
