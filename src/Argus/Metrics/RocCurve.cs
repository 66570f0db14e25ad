namespace Argus.Metrics;

/// <summary>
/// Receiver operating characteristic of scores against labels (0 real, 1 fake); a sample counts as fake when <c>score
/// &gt;= threshold</c>. Equal to scikit-learn's roc_curve (drop_intermediate=False), roc_auc_score and
/// average_precision_score.
/// </summary>
public sealed class RocCurve
{
    private readonly Ranking ranking;

    /// <exception cref="ArgusException">One class only, unequal lengths, or a score that is not a number.</exception>
    public RocCurve(IReadOnlyList<int> labels, IReadOnlyList<double> scores)
    {
        var set = new ScoreSet(labels, scores);
        int positives = labels.Count(label => label == 1);
        int negatives = labels.Count - positives;
        ranking =
            set.Rank()
            ?? throw new ArgusException($"A ROC curve needs both classes: {negatives} real, {positives} fake.");
        List<double> thresholds = [double.PositiveInfinity];
        List<double> tpr = [0];
        List<double> fpr = [0];
        List<double> precision = [1];
        int tp = 0;
        int fp = 0;
        foreach (var (score, label, isLast) in set.Descending)
        {
            if (label == 1)
                tp++;
            else
                fp++;
            if (!isLast)
                continue;
            thresholds.Add(score);
            tpr.Add((double)tp / positives);
            fpr.Add((double)fp / negatives);
            precision.Add((double)tp / (tp + fp));
        }
        Thresholds = [.. thresholds];
        TruePositiveRate = [.. tpr];
        FalsePositiveRate = [.. fpr];
        Precision = [.. precision];
    }

    /// <summary>Descending, the first one infinite (nothing counts as fake).</summary>
    public double[] Thresholds { get; }

    /// <summary>At each threshold, ascending.</summary>
    public double[] TruePositiveRate { get; }

    /// <summary>At each threshold, ascending.</summary>
    public double[] FalsePositiveRate { get; }

    /// <summary>Share of fakes among what counts as fake, at each threshold; 1 at the first.</summary>
    public double[] Precision { get; }

    /// <summary>Area under the curve by trapezoids.</summary>
    public double Auc => ranking.Auc;

    /// <summary>Average precision: precision at each threshold, weighted by the gain in recall.</summary>
    public double AveragePrecision => ranking.AveragePrecision;

    /// <summary>Equal error rate: where the straight lines between steps have FPR = 1 - TPR.</summary>
    public double EqualErrorRate => ranking.EqualErrorRate;

    /// <summary>The last step whose FPR does not exceed the given one.</summary>
    public int StepAt(double falsePositiveRate) =>
        Array.FindLastIndex(FalsePositiveRate, rate => rate <= falsePositiveRate);

    /// <summary>TPR at the last step whose FPR does not exceed the given one.</summary>
    public double TruePositiveRateAt(double falsePositiveRate) => TruePositiveRate[StepAt(falsePositiveRate)];
}
