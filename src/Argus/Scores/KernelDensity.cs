namespace Argus.Scores;

/// <summary>
/// The likelihood ratio of a score as the quotient of two densities, each a sum of Gaussians about the scores of one
/// class, as wide as Silverman's rule says (1986, equation 3.28: 1.06 σ n^-1/5).
/// </summary>
/// <param name="Logits">Ascending: where the curve is known; straight between them, level beyond.</param>
/// <param name="Log10Ratios">Decimal logarithms there.</param>
public sealed record KernelDensity(double[] Logits, double[] Log10Ratios)
{
    private const int Points = 101;

    // Below this share of its peak a density is extrapolation.
    private const double Floor = 1e-9;

    /// <param name="labels">0 = real, 1 = fake; at least two of each.</param>
    /// <param name="logits">A score a label.</param>
    public static KernelDensity Fit(IReadOnlyList<int> labels, IReadOnlyList<double> logits)
    {
        double[] real = [.. logits.Where((_, i) => labels[i] == 0)];
        double[] fake = [.. logits.Where((_, i) => labels[i] == 1)];
        var from = logits.Min();
        var to = logits.Max();
        double[] places = [.. Enumerable.Range(0, Points).Select(i => from + (to - from) * i / (Points - 1))];
        var realWidth = Bandwidth(real);
        var fakeWidth = Bandwidth(fake);
        return new KernelDensity(
            places,
            [.. places.Select(place => Math.Log10(Density(fake, fakeWidth, place) / Density(real, realWidth, place)))]
        );
    }

    /// <summary>The decimal logarithm of the ratio at a score.</summary>
    public double Log10(double logit)
    {
        var right = Array.FindIndex(Logits, place => place >= logit);
        if (right <= 0)
            return right == 0 ? Log10Ratios[0] : Log10Ratios[^1];
        var share = (logit - Logits[right - 1]) / (Logits[right] - Logits[right - 1]);
        return Log10Ratios[right - 1] + share * (Log10Ratios[right] - Log10Ratios[right - 1]);
    }

    private static double Density(double[] values, double width, double place) =>
        Math.Max(Floor, values.Average(value => Math.Exp(-Math.Pow((place - value) / width, 2) / 2))) / width;

    private static double Bandwidth(double[] values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(value => Math.Pow(value - mean, 2)) / Math.Max(1, values.Length - 1));
        return Math.Max(1e-6, 1.06 * deviation * Math.Pow(values.Length, -0.2));
    }
}
