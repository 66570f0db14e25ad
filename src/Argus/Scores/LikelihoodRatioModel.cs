using Argus.Metrics;

namespace Argus.Scores;

/// <summary>
/// From a video's log odds to a likelihood ratio: how much likelier such a score is among forgeries than among real
/// videos, whatever the share of forgeries is thought to be. The logarithm is a straight line of the score, by a
/// logistic regression without penalty whose prior is taken out (Morrison, 2013), and is held within the
/// <see cref="EmpiricalBounds"/> of the videos that it was fitted to.
/// </summary>
/// <param name="Slope">Of the natural logarithm, for a unit of log odds.</param>
/// <param name="Intercept">Of the natural logarithm, where the log odds are 0.</param>
/// <param name="SlopeVariance">From the information that the fitted videos carry, like the next two.</param>
/// <param name="InterceptVariance">The intercept's.</param>
/// <param name="Covariance">Of slope and intercept.</param>
/// <param name="Bounds">What the ratio is held within.</param>
/// <param name="KernelDensity">A second opinion, without a straight line; null where it is not kept.</param>
/// <param name="Real">Real videos that it was fitted to.</param>
/// <param name="Fake">Fake ones.</param>
public sealed record LikelihoodRatioModel(
    double Slope,
    double Intercept,
    double SlopeVariance,
    double InterceptVariance,
    double Covariance,
    EmpiricalBounds Bounds,
    KernelDensity? KernelDensity,
    int Real,
    int Fake
)
{
    /// <summary>Videos of each class that a fit needs.</summary>
    public const int FewestOfAClass = 5;

    private const double TwoSided95 = 1.959964;
    private static readonly double Ln10 = Math.Log(10);

    /// <returns>
    /// Null where a class has fewer than <see cref="FewestOfAClass"/> videos, where scores separate the classes without
    /// any overlap (then no finite line is the best one), or where higher scores are not likelier for fakes.
    /// </returns>
    /// <param name="labels">0 = real, 1 = fake.</param>
    /// <param name="logits">Log odds, one a label.</param>
    public static LikelihoodRatioModel? Fit(IReadOnlyList<int> labels, IReadOnlyList<double> logits)
    {
        var fake = labels.Count(label => label == 1);
        var real = labels.Count - fake;
        if (Math.Min(fake, real) < FewestOfAClass || logits.Distinct().Count() == 1 || Separates(labels, logits))
            return null;
        var (intercept, weights) = LogisticRegression.Fit([.. logits.Select(x => new[] { x })], labels, 0).Linear;
        if (weights is not [> 0 and var slope])
            return null;
        // The inverse of the information matrix.
        double ones = 0;
        double first = 0;
        double second = 0;
        foreach (var x in logits)
        {
            var p = Odds.ToProbability(intercept + slope * x);
            ones += p * (1 - p);
            first += p * (1 - p) * x;
            second += p * (1 - p) * x * x;
        }
        var determinant = ones * second - first * first;
        var line = new LikelihoodRatioModel(
            slope,
            intercept - Math.Log((double)fake / real),
            ones / determinant,
            // The counts of the classes are given, not drawn, so what they add to the intercept's variance goes.
            Math.Max(0, second / determinant - 1.0 / fake - 1.0 / real),
            -first / determinant,
            new EmpiricalBounds(double.NegativeInfinity, double.PositiveInfinity),
            KernelDensity.Fit(labels, logits),
            real,
            fake
        );
        return line with { Bounds = EmpiricalBounds.Find(labels, [.. logits.Select(line.Line)]) };
    }

    /// <summary>The ratio of log odds.</summary>
    public LikelihoodRatio Evaluate(double logit)
    {
        var log10 = Line(logit);
        var deviation =
            Math.Sqrt(Math.Max(0, logit * logit * SlopeVariance + 2 * logit * Covariance + InterceptVariance)) / Ln10;
        double Inside(double value) => Math.Clamp(value, Bounds.Lower, Bounds.Upper);
        return new LikelihoodRatio(
            Inside(log10),
            new Interval(Inside(log10 - TwoSided95 * deviation), Inside(log10 + TwoSided95 * deviation)),
            log10 < Bounds.Lower || log10 > Bounds.Upper
        );
    }

    /// <summary>The decimal logarithm by <see cref="KernelDensity"/>, within the bounds; null without it.</summary>
    public double? EvaluateKernelDensity(double logit) =>
        KernelDensity is { } density ? Math.Clamp(density.Log10(logit), Bounds.Lower, Bounds.Upper) : null;

    /// <summary>
    /// The same for log odds that were divided by a temperature, by the line alone.
    /// </summary>
    public LikelihoodRatioModel Divide(double temperature) =>
        this with
        {
            Slope = Slope * temperature,
            SlopeVariance = SlopeVariance * temperature * temperature,
            Covariance = Covariance * temperature,
            KernelDensity = null,
        };

    /// <summary>What would be computed with, silently, and come out as nonsense; null where nothing is wrong.</summary>
    internal string? FindFault() =>
        Bounds is { Lower: <= 0, Upper: >= 0 }
        && double.IsFinite(Slope)
        && double.IsFinite(Intercept)
        && SlopeVariance >= 0
        && InterceptVariance >= 0
        && double.IsFinite(Covariance)
        && KernelDensity is null or { Logits.Length: > 0 }
        && KernelDensity?.Logits.Length == KernelDensity?.Log10Ratios?.Length
            ? null
            : "its likelihood ratios are no line within bounds";

    private double Line(double logit) => (Intercept + Slope * logit) / Ln10;

    private static bool Separates(IReadOnlyList<int> labels, IReadOnlyList<double> logits)
    {
        double[] real = [.. logits.Where((_, i) => labels[i] == 0)];
        double[] fake = [.. logits.Where((_, i) => labels[i] == 1)];
        return real.Max() <= fake.Min() || fake.Max() <= real.Min();
    }
}
