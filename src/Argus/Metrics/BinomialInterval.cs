namespace Argus.Metrics;

/// <summary>95% intervals of shares: Wilson's score interval (1927), which holds for few cases and for none.</summary>
public static class BinomialInterval
{
    private const double TwoSided95 = 1.959964;

    /// <param name="count">How many of them.</param>
    /// <param name="of">How many there were; 0 gives 0 to 1.</param>
    public static Interval Compute(int count, int of)
    {
        if (of == 0)
            return new Interval(0, 1);
        var share = (double)count / of;
        var z2 = TwoSided95 * TwoSided95;
        var centre = share + z2 / (2 * of);
        var half = TwoSided95 * Math.Sqrt(share * (1 - share) / of + z2 / (4.0 * of * of));
        // At none and at all the formula ends at 0 and 1 but for rounding.
        return new Interval(
            count == 0 ? 0 : (centre - half) / (1 + z2 / of),
            count == of ? 1 : (centre + half) / (1 + z2 / of)
        );
    }
}
