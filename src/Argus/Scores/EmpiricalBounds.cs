namespace Argus.Scores;

/// <summary>
/// The smallest and the largest likelihood ratio that so many videos can bear out: beyond them a system does worse than
/// one that always says 1, if the next video of each class misleads it (empirical lower and upper bounds; Vergeer et
/// al., 2016, as the Netherlands Forensic Institute's lir computes them).
/// </summary>
/// <param name="Lower">Decimal logarithm, at most 0.</param>
/// <param name="Upper">Decimal logarithm, at least 0.</param>
public sealed record EmpiricalBounds(double Lower, double Upper)
{
    private const double Step = 0.01;

    /// <param name="labels">0 = real, 1 = fake.</param>
    /// <param name="log10Ratios">Decimal logarithms of the ratios that the system gives these videos.</param>
    public static EmpiricalBounds Find(IReadOnlyList<int> labels, IReadOnlyList<double> log10Ratios)
    {
        var fake = Sorted(1);
        var real = Sorted(0);
        var lowest = Math.Max(log10Ratios.Min(), -Math.Log10(fake.Length + 1));
        var highest = Math.Min(log10Ratios.Max(), Math.Log10(real.Length + 1));
        var first = Math.Min(0, (int)Math.Floor(lowest / Step));
        var last = Math.Max(0, (int)Math.Floor(highest / Step) + 1);
        var lower = first;
        for (var step = 0; step >= first; step--)
        {
            if (IsUseful(step))
                continue;
            lower = Math.Min(step + 1, 0);
            break;
        }
        var upper = last;
        for (var step = 0; step <= last; step++)
        {
            if (IsUseful(step))
                continue;
            upper = Math.Max(step - 1, 0);
            break;
        }
        return new EmpiricalBounds(lower * Step, upper * Step);

        double[] Sorted(int label) => [.. log10Ratios.Where((_, i) => labels[i] == label).Order()];

        // Whoever decides for fake above this ratio pays 1 for a missed fake and the ratio for a false alarm.
        bool IsUseful(int step)
        {
            var threshold = step * Step;
            var price = Math.Pow(10, threshold);
            var missed = (CountUpTo(fake, threshold) + 1.0) / (fake.Length + 1);
            var falseAlarms = (real.Length - CountUpTo(real, threshold) + 1.0) / (real.Length + 1);
            var neutral = threshold >= 0 ? 1 : price;
            return missed + price * falseAlarms <= neutral;
        }
    }

    private static int CountUpTo(double[] sorted, double limit)
    {
        var low = 0;
        var high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] <= limit)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
