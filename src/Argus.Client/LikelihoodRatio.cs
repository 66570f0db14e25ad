namespace Argus.Client;

/// <summary>Evidence without a prior.</summary>
/// <param name="Log10">
/// Decimal logarithm of how much likelier the score is among forgeries than among real videos; negative where it is
/// likelier among real ones.
/// </param>
/// <param name="Interval">95%: how well so few validation videos fix it.</param>
/// <param name="IsBounded">
/// It would lie beyond what the number of validation videos can bear out, and stands at the bound.
/// </param>
public sealed record LikelihoodRatio(double Log10, Interval Interval, bool IsBounded)
{
    /// <summary>The ratio in words, as forensic reports name its strength.</summary>
    public string Support
    {
        get;
        init => field = value ?? "";
    } = "";
}
