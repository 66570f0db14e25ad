using Argus.Metrics;

namespace Argus.Scores;

/// <summary>
/// How good likelihood ratios are, in bits: Cllr (Brümmer and du Preez, 2006). 0 is perfect; 1 is what ratios of 1,
/// which say nothing, cost; more than 1 misleads.
/// </summary>
public static class LikelihoodRatioCost
{
    /// <summary>The cost of ratios as they are.</summary>
    /// <param name="labels">0 = real, 1 = fake; both.</param>
    /// <param name="logRatios">Natural logarithms.</param>
    /// <exception cref="ArgusException">One class only, or unequal lengths.</exception>
    public static double Compute(IReadOnlyList<int> labels, IReadOnlyList<double> logRatios)
    {
        RequireBothClasses(labels, logRatios);
        double Mean(int label) =>
            Enumerable
                .Range(0, labels.Count)
                .Where(i => labels[i] == label)
                .Average(i => Softplus(label == 1 ? -logRatios[i] : logRatios[i]));
        return (Mean(0) + Mean(1)) / 2 / Math.Log(2);
    }

    /// <summary>
    /// The cost that the best calibration would leave: that of the same order of videos, by pooling adjacent violators.
    /// What <see cref="Compute"/> costs beyond it is the calibration loss.
    /// </summary>
    /// <param name="labels">0 = real, 1 = fake; both.</param>
    /// <param name="scores">Any numbers that are higher for likelier fakes.</param>
    /// <exception cref="ArgusException">One class only, or unequal lengths.</exception>
    public static double ComputeMinimum(IReadOnlyList<int> labels, IReadOnlyList<double> scores)
    {
        RequireBothClasses(labels, scores);
        var curve = IsotonicCurve.Fit(labels, scores);
        double fake = labels.Count(label => label == 1);
        var prior = Math.Log(fake / (labels.Count - fake));
        // Probabilities of 0 and 1 are infinite ratios on the right side, which cost nothing.
        return Compute(
            labels,
            [
                .. scores.Select(score =>
                    curve.Probability(score) is var p && p <= 0 ? double.NegativeInfinity
                    : p >= 1 ? double.PositiveInfinity
                    : Math.Log(p / (1 - p)) - prior
                ),
            ]
        );
    }

    // log(1 + exp(x)) without overflow.
    private static double Softplus(double x) =>
        double.IsNegativeInfinity(x) ? 0 : Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    private static void RequireBothClasses(IReadOnlyList<int> labels, IReadOnlyList<double> values)
    {
        if (labels.Count != values.Count)
            throw new ArgusException($"{labels.Count} labels but {values.Count} likelihood ratios.");
        if (labels.Distinct().Count() != 2)
            throw new ArgusException("What likelihood ratios cost needs videos of both classes.");
    }
}
