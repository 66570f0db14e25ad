namespace Argus.Metrics;

/// <summary>
/// Figures of scores P(fake) against labels (0 real, 1 fake), equal to scikit-learn's where it has them. A sample
/// counts as fake when <c>score &gt;= threshold</c>. What needs both classes is null without them.
/// </summary>
public sealed record BinaryMetrics
{
    /// <summary>Real samples from which on a false positive rate of 0.1% is more than none.</summary>
    public const int RealsForFpr01 = 1000;

    /// <summary>Real videos or clips.</summary>
    public required int Real { get; init; }

    /// <summary>Fake videos or clips.</summary>
    public required int Fake { get; init; }

    /// <summary>Real samples called real, and fake ones called fake.</summary>
    public required int RealRight { get; init; }

    /// <summary>Fake ones at or above the threshold.</summary>
    public required int FakeRight { get; init; }

    /// <summary>Share that is judged right, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Share of the real ones that is judged right; null without any.</summary>
    public double? RealAccuracy { get; init; }

    /// <summary>Share of the fake ones that is judged right; null without any.</summary>
    public double? FakeAccuracy { get; init; }

    /// <summary>Mean of the two accuracies; null where a class is missing.</summary>
    public double? BalancedAccuracy { get; init; }

    /// <summary>F1 of both classes, weighted by their sizes.</summary>
    public required double WeightedF1 { get; init; }

    /// <summary>F1 of the class "fake".</summary>
    public double? F1 { get; init; }

    /// <summary>Matthews correlation coefficient, -1 to 1.</summary>
    public double? Mcc { get; init; }

    /// <summary>Area under the ROC curve, ties count half; null where a class is missing.</summary>
    public double? RocAuc { get; init; }

    /// <summary>
    /// Average precision as scikit-learn's average_precision_score computes it; null where a class is missing.
    /// </summary>
    public double? AveragePrecision { get; init; }

    /// <summary>Where the two error rates are equal, interpolated; null where a class is missing.</summary>
    public double? EqualErrorRate { get; init; }

    /// <summary>
    /// Share of fakes found at the last ROC step whose false positive rate does not exceed 0.1%; null with fewer reals
    /// than <see cref="RealsForFpr01"/>, of which not one may be called fake.
    /// </summary>
    public double? TprAtFpr01 { get; init; }

    /// <summary>True positive rate of the last ROC step whose false positive rate is at most 1%.</summary>
    public double? TprAtFpr1 { get; init; }

    /// <summary>True positive rate of the last ROC step whose false positive rate is at most 5%.</summary>
    public double? TprAtFpr5 { get; init; }

    /// <summary>
    /// Mean of -ln of the probability given to the truth, scores clipped to <see cref="ScoreSet.Clip"/>.
    /// </summary>
    public required double LogLoss { get; init; }

    /// <summary>Mean squared difference of P(fake) and label.</summary>
    public required double Brier { get; init; }

    /// <summary>
    /// Expected calibration error: 15 equal bins on P(fake), each one's |mean score - share of fakes| weighted by its
    /// size.
    /// </summary>
    public required double CalibrationError { get; init; }

    /// <summary>Accuracy on real minus accuracy on fake.</summary>
    public double? Bias => RealAccuracy - FakeAccuracy;

    /// <exception cref="ArgusException">No scores, unequal lengths, NaN, or a score outside 0 to 1.</exception>
    public static BinaryMetrics Compute(
        IReadOnlyList<int> labels,
        IReadOnlyList<double> scores,
        double threshold = 0.5
    ) => new ScoreSet(labels, scores, null, threshold).Measure();

    internal static BinaryMetrics Create(
        long real,
        long fake,
        long realRight,
        long fakeRight,
        double logLoss,
        double brier,
        double gap,
        Ranking? ranking
    )
    {
        double all = real + fake;
        double falsePositives = real - realRight;
        double falseNegatives = fake - fakeRight;
        double F1Of(long right, long size, double other) => right == 0 ? 0 : 2.0 * right / (size + right + other);
        var f1Real = F1Of(realRight, real, falseNegatives);
        var f1Fake = F1Of(fakeRight, fake, falsePositives);
        var spread = Math.Sqrt((fakeRight + falsePositives) * fake * real * (realRight + falseNegatives));
        double? realAccuracy = real > 0 ? (double)realRight / real : null;
        double? fakeAccuracy = fake > 0 ? (double)fakeRight / fake : null;
        return new BinaryMetrics
        {
            Real = (int)real,
            Fake = (int)fake,
            RealRight = (int)realRight,
            FakeRight = (int)fakeRight,
            Accuracy = (realRight + fakeRight) / all,
            RealAccuracy = realAccuracy,
            FakeAccuracy = fakeAccuracy,
            BalancedAccuracy = (realAccuracy + fakeAccuracy) / 2,
            WeightedF1 = (real * f1Real + fake * f1Fake) / all,
            F1 = ranking is null ? null : f1Fake,
            Mcc =
                ranking is null ? null
                : spread == 0 ? 0
                : ((double)fakeRight * realRight - falsePositives * falseNegatives) / spread,
            LogLoss = logLoss / all,
            Brier = brier / all,
            CalibrationError = gap / all,
            RocAuc = ranking?.Auc,
            AveragePrecision = ranking?.AveragePrecision,
            EqualErrorRate = ranking?.EqualErrorRate,
            TprAtFpr01 = real >= RealsForFpr01 ? ranking?.TprAt01 : null,
            TprAtFpr1 = ranking?.TprAt1,
            TprAtFpr5 = ranking?.TprAt5,
        };
    }
}

/// <summary>A figure's name in files, its name for people, and where it stands.</summary>
public sealed record Figure(string Name, string Title, Func<BinaryMetrics, double?> Of)
{
    /// <summary>Every figure that has an interval, in the order of tables.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        new("roc_auc", "ROC AUC", m => m.RocAuc),
        new("average_precision", "AP", m => m.AveragePrecision),
        new("eer", "EER", m => m.EqualErrorRate),
        new("tpr_at_fpr_0_1", "TPR at FPR 0.1%", m => m.TprAtFpr01),
        new("tpr_at_fpr_1", "TPR at FPR 1%", m => m.TprAtFpr1),
        new("tpr_at_fpr_5", "TPR at FPR 5%", m => m.TprAtFpr5),
        new("accuracy", "accuracy", m => m.Accuracy),
        new("balanced_accuracy", "balanced accuracy", m => m.BalancedAccuracy),
        new("real_accuracy", "accuracy on real", m => m.RealAccuracy),
        new("fake_accuracy", "accuracy on fake", m => m.FakeAccuracy),
        new("bias", "real minus fake", m => m.Bias),
        new("f1", "F1", m => m.F1),
        new("mcc", "MCC", m => m.Mcc),
        new("log_loss", "log-loss", m => m.LogLoss),
        new("brier", "Brier", m => m.Brier),
        new("ece", "ECE", m => m.CalibrationError),
    ];
}
