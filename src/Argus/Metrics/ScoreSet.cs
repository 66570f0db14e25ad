namespace Argus.Metrics;

/// <summary>What depends on the order of scores alone; both classes are there.</summary>
public readonly record struct Ranking(
    double Auc,
    double AveragePrecision,
    double EqualErrorRate,
    double TprAt01,
    double TprAt1,
    double TprAt5
);

/// <summary>
/// Scores against labels (0 real, 1 fake), sorted once, so that the figures of any weighting of their units (videos)
/// take one pass over them: 1,000 bootstrap rounds need no further sorting and next to no memory. A unit may have
/// several scores (its clips); a weight counts all of them.
/// </summary>
public sealed class ScoreSet
{
    /// <summary>Log-loss is bounded by treating scores as at least this far from 0 and 1.</summary>
    public const double Clip = 1e-7;

    /// <summary>Equal bins on P(fake) that the expected calibration error is computed over.</summary>
    public const int CalibrationBins = 15;

    private readonly int[] units;
    private readonly int[] masks; // by descending score: the sample's unit, and -1 for fake, 0 for real
    private readonly bool[] ends; // whether the next score is another one
    private readonly UnitSums[] sums;
    private readonly double[] sorted;
    private readonly Lazy<(double[] Residuals, int[] Bins)> calibration;

    private struct UnitSums
    {
        public int Real;
        public int Fake;
        public int RealRight;
        public int FakeRight;
        public double LogLoss;
        public double Brier;
    }

    /// <exception cref="ArgusException">No scores, unequal lengths, or a NaN.</exception>
    internal static void Check(IReadOnlyList<int> labels, IReadOnlyList<double> scores)
    {
        if (labels.Count == 0)
            throw new ArgusException("There is nothing to measure: no scores.");
        if (labels.Count != scores.Count)
            throw new ArgusException($"{labels.Count} labels but {scores.Count} scores.");
        if (scores.Any(double.IsNaN))
            throw new ArgusException("A score is not a number (NaN); every figure would be meaningless.");
    }

    /// <param name="unitOf">The unit of each score, from 0; null where every score is its own.</param>
    /// <param name="threshold">Scores from this on count as fake.</param>
    /// <param name="scores">P(fake), one a label.</param>
    /// <param name="labels">0 = real, 1 = fake.</param>
    /// <exception cref="ArgusException">
    /// No scores, unequal lengths, a label other than 0 and 1, or a score that is not a number.
    /// </exception>
    public ScoreSet(
        IReadOnlyList<int> labels,
        IReadOnlyList<double> scores,
        IReadOnlyList<int>? unitOf = null,
        double threshold = 0.5
    )
    {
        Check(labels, scores);
        sorted = [.. scores];
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(sorted, order);
        Array.Reverse(sorted);
        Array.Reverse(order);
        units = new int[order.Length];
        masks = new int[order.Length];
        ends = new bool[order.Length];
        sums = new UnitSums[unitOf is null ? labels.Count : unitOf.Max() + 1];
        for (var i = 0; i < order.Length; i++)
        {
            var label = labels[order[i]];
            if (label is not (0 or 1))
                throw new ArgusException($"A label is {label}; it must be 0 (real) or 1 (fake).");
            units[i] = unitOf is null ? order[i] : unitOf[order[i]];
            masks[i] = -label;
            ends[i] = i + 1 == order.Length || sorted[i + 1] != sorted[i];
            Add(ref sums[units[i]], label, sorted[i], threshold);
        }
        calibration = new(Residuals);
    }

    /// <summary>Units that weights are given for.</summary>
    public int Units => sums.Length;

    /// <summary>Scores in descending order, with their labels.</summary>
    internal IEnumerable<(double Score, int Label, bool IsLast)> Descending =>
        sorted.Select((score, i) => (score, -masks[i], ends[i]));

    private static void Add(ref UnitSums unit, int label, double score, double threshold)
    {
        var right = score >= threshold == (label == 1) ? 1 : 0;
        if (label == 1)
        {
            unit.Fake = unit.Fake + 1;
            unit.FakeRight = unit.FakeRight + right;
        }
        else
        {
            unit.Real = unit.Real + 1;
            unit.RealRight = unit.RealRight + right;
        }
        var clipped = Math.Clamp(score, Clip, 1 - Clip);
        unit.LogLoss -= Math.Log(label == 1 ? clipped : 1 - clipped);
        unit.Brier += (score - label) * (score - label);
    }

    // In order of scores the bins are stretches: each one's difference between confidence and truth is a sum.
    private (double[], int[]) Residuals()
    {
        if (sorted[0] > 1 || sorted[^1] < 0)
            throw new ArgusException(
                $"Scores must be probabilities, 0 to 1; there is {(sorted[0] > 1 ? sorted[0] : sorted[^1]):R}."
            );
        var residuals = sorted.Select((score, i) => score + masks[i]).ToArray();
        return (
            residuals,
            [
                .. Enumerable
                    .Range(0, CalibrationBins)
                    .Select(bin => Array.FindLastIndex(sorted, score => Bin(score) >= CalibrationBins - 1 - bin) + 1),
            ]
        );
    }

    /// <summary>The bin of a probability, from 0; a bin holds its lower end, the last one both.</summary>
    public static int Bin(double probability) => Math.Min(CalibrationBins - 1, (int)(probability * CalibrationBins));

    /// <summary>Figures that need no more than an order; null with one class only.</summary>
    /// <param name="weights">How often each unit counts; none for once.</param>
    public Ranking? Rank(ReadOnlySpan<int> weights = default)
    {
        var once = weights.IsEmpty ? AllOnce() : weights;
        long real = 0;
        long fake = 0;
        for (var unit = 0; unit < sums.Length; unit++)
        {
            real = real + (long)once[unit] * sums[unit].Real;
            fake = fake + (long)once[unit] * sums[unit].Fake;
        }
        if (real == 0 || fake == 0)
            return null;

        long tp = 0;
        long fp = 0;
        long area = 0;
        long tpAt01 = 0;
        long tpAt1 = 0;
        long tpAt5 = 0;
        var mostAt01 = Most(0.001, real);
        var mostAt1 = Most(0.01, real);
        var mostAt5 = Most(0.05, real);
        var precision = 0.0;
        var eer = 1.0;
        var crossed = false;
        for (var i = 0; i < units.Length; i++)
        {
            long fakes = 0;
            long all = 0;
            while (true)
            {
                var weight = once[units[i]];
                fakes += weight & masks[i];
                all += weight;
                if (ends[i])
                    break;
                i++;
            }
            var reals = all - fakes;
            area += reals * (2 * tp + fakes);
            var earlierTp = tp;
            var earlierFp = fp;
            tp += fakes;
            fp += reals;
            precision += (double)fakes * tp / Math.Max(1, tp + fp);
            if (fp <= mostAt01)
                tpAt01 = tp;
            if (fp <= mostAt1)
                tpAt1 = tp;
            if (fp <= mostAt5)
                tpAt5 = tp;
            if (!crossed && fp * fake >= (fake - tp) * real)
            {
                crossed = true;
                double before = (double)earlierFp / real - (1 - (double)earlierTp / fake);
                double after = (double)fp / real - (1 - (double)tp / fake);
                eer = (double)earlierFp / real + (after == before ? 0 : -before / (after - before)) * reals / real;
            }
        }
        return new Ranking(
            area / (2.0 * real * fake),
            precision / fake,
            eer,
            (double)tpAt01 / fake,
            (double)tpAt1 / fake,
            (double)tpAt5 / fake
        );
    }

    /// <summary>Every figure; scores must be probabilities.</summary>
    /// <param name="weights">How often each unit counts; none for once.</param>
    /// <exception cref="ArgusException">A score lies outside 0 to 1.</exception>
    public BinaryMetrics Measure(ReadOnlySpan<int> weights = default)
    {
        var once = weights.IsEmpty ? AllOnce() : weights;
        var (residuals, bins) = calibration.Value;
        long real = 0;
        long fake = 0;
        long realRight = 0;
        long fakeRight = 0;
        double logLoss = 0;
        double brier = 0;
        double gap = 0;
        for (var unit = 0; unit < sums.Length; unit++)
        {
            ref readonly var sum = ref sums[unit];
            long weight = once[unit];
            real = real + weight * sum.Real;
            fake = fake + weight * sum.Fake;
            realRight = realRight + weight * sum.RealRight;
            fakeRight = fakeRight + weight * sum.FakeRight;
            logLoss += weight * sum.LogLoss;
            brier += weight * sum.Brier;
        }
        var place = 0;
        foreach (var end in bins)
        {
            var residual = 0.0;
            for (; place < end; place++)
                residual += once[units[place]] * residuals[place];
            gap += Math.Abs(residual);
        }
        return BinaryMetrics.Create(real, fake, realRight, fakeRight, logLoss, brier, gap, Rank(once));
    }

    // The largest count of false positives whose rate does not exceed the given one.
    private static long Most(double rate, long real)
    {
        var most = (long)(rate * real) + 1;
        while ((double)most / real > rate)
            most--;
        return most;
    }

    private int[] AllOnce()
    {
        var once = new int[sums.Length];
        Array.Fill(once, 1);
        return once;
    }
}
