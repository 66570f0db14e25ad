namespace Argus.Scores;

/// <summary>
/// One number that log odds are divided by, chosen for the lowest log-loss (Guo et al., 2017) against targets a little
/// off 0 and 1 (Platt, 1999): so few validation videos that scores separate them do not prove that nothing will ever be
/// mistaken.
/// </summary>
public static class TemperatureScaling
{
    // Where scores say nothing, the best temperature is infinite.
    private const double Lowest = 0.05;
    private const double Highest = 20;

    /// <returns>0.05 to 20.</returns>
    public static double Fit(IReadOnlyList<int> labels, IReadOnlyList<double> logits)
    {
        var fakes = labels.Count(label => label == 1);
        double[] targets = [1.0 / (labels.Count - fakes + 2), (fakes + 1.0) / (fakes + 2)];
        // The log-loss is convex in the inverse temperature: its slope rises, and is zero at the best one.
        var low = 1 / Highest;
        var high = 1 / Lowest;
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            var slope = 0.0;
            for (var i = 0; i < logits.Count; i++)
                slope += (Odds.ToProbability(middle * logits[i]) - targets[labels[i]]) * logits[i];
            if (slope < 0)
                low = middle;
            else
                high = middle;
        }
        return 2 / (low + high);
    }
}

/// <summary>
/// A non-decreasing curve from log odds to probability: straight between its points, level beyond them.
/// </summary>
/// <param name="Logits">Ascending.</param>
/// <param name="Probabilities">P(fake) at each of them, not descending.</param>
public sealed record IsotonicCurve(double[] Logits, double[] Probabilities)
{
    /// <summary>
    /// The least-squares one, by pooling adjacent violators (Ayer et al., 1955); scikit-learn's
    /// IsotonicRegression(out_of_bounds="clip").
    /// </summary>
    public static IsotonicCurve Fit(IReadOnlyList<int> labels, IReadOnlyList<double> logits)
    {
        var groups = logits
            .Zip(labels)
            .GroupBy(pair => pair.First)
            .OrderBy(group => group.Key)
            .Select(group => (Logit: group.Key, Sum: (double)group.Sum(pair => pair.Second), Count: group.Count()))
            .ToList();
        var blocks = new List<(double Sum, int Count, int Groups)>();
        foreach (var group in groups)
        {
            var block = (group.Sum, group.Count, Groups: 1);
            while (blocks.Count > 0 && blocks[^1].Sum * block.Count >= block.Sum * blocks[^1].Count)
            {
                block = (block.Sum + blocks[^1].Sum, block.Count + blocks[^1].Count, block.Groups + blocks[^1].Groups);
                blocks.RemoveAt(blocks.Count - 1);
            }
            blocks.Add(block);
        }
        // A block's two ends say all of it.
        var x = new List<double>();
        var y = new List<double>();
        var place = 0;
        foreach (var (sum, count, size) in blocks)
        {
            x.AddRange(size == 1 ? [groups[place].Logit] : [groups[place].Logit, groups[place + size - 1].Logit]);
            y.AddRange(Enumerable.Repeat(sum / count, size == 1 ? 1 : 2));
            place += size;
        }
        return new IsotonicCurve([.. x], [.. y]);
    }

    /// <summary>P(fake) of log odds.</summary>
    public double Probability(double logit)
    {
        if (logit <= Logits[0])
            return Probabilities[0];
        if (logit >= Logits[^1])
            return Probabilities[^1];
        var at = Array.BinarySearch(Logits, logit);
        if (at >= 0)
            return Probabilities[at];
        var right = ~at;
        var share = (logit - Logits[right - 1]) / (Logits[right] - Logits[right - 1]);
        return Probabilities[right - 1] + share * (Probabilities[right] - Probabilities[right - 1]);
    }
}
