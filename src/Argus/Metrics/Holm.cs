namespace Argus.Metrics;

/// <summary>
/// Holm's adjustment (1979) of the p values of several comparisons: what stays below a level is significant at it for
/// all comparisons together. Equal to R's <c>p.adjust(method = "holm")</c>.
/// </summary>
public static class Holm
{
    /// <summary>The adjusted p values, in the order given, at most 1.</summary>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        var adjusted = new double[pValues.Count];
        var largest = 0.0;
        foreach (var (rank, place) in Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]).Index())
        {
            largest = Math.Max(largest, Math.Min(1, (pValues.Count - rank) * pValues[place]));
            adjusted[place] = largest;
        }
        return adjusted;
    }
}
