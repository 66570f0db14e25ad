namespace Argus.Scores;

/// <summary>Log odds and probabilities.</summary>
public static class Odds
{
    // Other software writes probabilities of 0 and 1, whose log odds are infinite; these are 16.
    private const double Closest = 1e-7;

    /// <summary>The logistic function.</summary>
    public static double ToProbability(double logit) => 1 / (1 + Math.Exp(-logit));

    /// <summary>Log odds of a probability, within -16 to 16.</summary>
    public static double ToLogit(double probability)
    {
        var inside = Math.Clamp(probability, Closest, 1 - Closest);
        return Math.Log(inside) - Math.Log(1 - inside);
    }
}
