namespace Argus.Metrics;

internal static class Median
{
    /// <summary>The middle value, or the mean of the two in the middle; at least one value.</summary>
    public static double Compute(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
