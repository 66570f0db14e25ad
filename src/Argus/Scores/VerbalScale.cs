namespace Argus.Scores;

/// <summary>
/// Words for likelihood ratios: the scale of ENFSI's guideline for evaluative reporting (2015, version 3.0, section
/// 4.4), which begins at 2; below, findings support neither side.
/// </summary>
public static class VerbalScale
{
    private static readonly (double From, string Strength)[] Steps =
    [
        (1_000_000, "extremely strong"),
        (10_000, "very strong"),
        (1_000, "strong"),
        (100, "moderately strong"),
        (10, "moderate"),
        (2, "weak"),
    ];

    /// <param name="log10Ratio">Decimal logarithm; below 0 it supports that the face is real.</param>
    public static string Describe(double log10Ratio)
    {
        // Rounding must not put a ratio of exactly 10 a step lower.
        var ratio = Math.Pow(10, Math.Abs(log10Ratio)) * (1 + 1e-12);
        var strength = Steps.FirstOrDefault(step => ratio >= step.From).Strength;
        return strength is null
            ? "support for neither"
            : $"{strength} support that the face is {(log10Ratio > 0 ? "forged" : "real")}";
    }
}
