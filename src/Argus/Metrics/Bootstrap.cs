namespace Argus.Metrics;

/// <summary>A 95% interval.</summary>
public sealed record Interval(double Low, double High)
{
    /// <summary>Percentiles 2.5 and 97.5 of bootstrap values.</summary>
    public static Interval Compute(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return new Interval(
            sorted[(int)(0.025 * sorted.Length)],
            sorted[Math.Min(sorted.Length - 1, (int)(0.975 * sorted.Length))]
        );
    }
}

/// <summary>A difference of one figure between two detectors on the same videos.</summary>
/// <param name="PValue">Two-sided: how often a bootstrap round has the other sign, twice.</param>
/// <param name="Videos">Videos that both were measured on.</param>
/// <param name="Interval">Percentiles of the rounds.</param>
/// <param name="Value">The difference on all videos.</param>
public sealed record PairedDifference(double Value, Interval Interval, double PValue, int Videos)
{
    /// <param name="rounds">The difference in each bootstrap round.</param>
    /// <param name="videos">Videos that it is about.</param>
    /// <param name="value">The difference on all videos.</param>
    public static PairedDifference Compute(double value, double[] rounds, int videos)
    {
        var smaller = Math.Min(
            rounds.Count(difference => difference <= 0),
            rounds.Count(difference => difference >= 0)
        );
        return new PairedDifference(
            value,
            Interval.Compute(rounds),
            Math.Min(1, 2.0 * (smaller + 1) / (rounds.Length + 1)),
            videos
        );
    }
}

/// <summary>
/// Percentile bootstrap over videos (Efron and Tibshirani, 1993, chapter 13), stratified: every round has as many
/// videos of each stratum as there are. A round depends on the seed and its number alone, not on the number of threads.
/// </summary>
public static class Bootstrap
{
    /// <summary>Rounds unless somebody says otherwise.</summary>
    public const int DefaultRounds = 1000;

    /// <summary>What <paramref name="measure"/> says of each round's weights (how often each unit was drawn).</summary>
    /// <param name="strata">The stratum of each unit, from 0.</param>
    /// <param name="measure">Called by several threads; the array is used again afterwards.</param>
    /// <param name="seed">Every draw follows from it.</param>
    /// <param name="rounds">Bootstrap rounds.</param>
    public static T[] Run<T>(
        IReadOnlyList<int> strata,
        Func<int[], T> measure,
        int rounds = DefaultRounds,
        ulong seed = 0
    )
    {
        var members = Enumerable
            .Range(0, strata.Count)
            .GroupBy(unit => strata[unit])
            .OrderBy(stratum => stratum.Key)
            .Select(stratum => stratum.ToArray())
            .ToArray();
        var results = new T[rounds];
        Parallel.For(
            0,
            rounds,
            () => new int[strata.Count],
            (round, _, weights) =>
            {
                Array.Clear(weights);
                var random = KeyedRandom.Create("bootstrap", seed, round);
                foreach (var stratum in members)
                {
                    for (var i = 0; i < stratum.Length; i++)
                        weights[stratum[random.Next(stratum.Length)]]++;
                }
                results[round] = measure(weights);
                return weights;
            },
            _ => { }
        );
        return results;
    }

    /// <summary>Intervals of all figures by their names; figures without a value have none.</summary>
    public static IReadOnlyDictionary<string, Interval> Intervals(
        ScoreSet scores,
        IReadOnlyList<int> strata,
        int rounds = DefaultRounds,
        ulong seed = 0
    )
    {
        var all = scores.Measure();
        var measured = Run(strata, weights => scores.Measure(weights), rounds, seed);
        return Figure
            .All.Where(figure => figure.Of(all) is not null)
            .ToDictionary(
                figure => figure.Name,
                figure => Interval.Compute(measured.Select(figure.Of).OfType<double>().DefaultIfEmpty(double.NaN))
            );
    }

    /// <summary>An interval over scores that are a video each.</summary>
    /// <exception cref="ArgusException">One class only.</exception>
    public static Interval Auc(
        IReadOnlyList<int> labels,
        IReadOnlyList<double> scores,
        int rounds = DefaultRounds,
        ulong seed = 0
    )
    {
        var set = new ScoreSet(labels, scores);
        if (set.Rank() is null)
            throw new ArgusException("An interval of the AUC needs both classes.");
        return Interval.Compute(Run(labels, weights => set.Rank(weights)!.Value.Auc, rounds, seed));
    }

    /// <summary>
    /// The AUC of <paramref name="b"/> minus that of <paramref name="a"/>, of the same units; null with one class only.
    /// </summary>
    public static PairedDifference? AucDifference(
        ScoreSet a,
        ScoreSet b,
        IReadOnlyList<int> strata,
        int rounds = DefaultRounds,
        ulong seed = 0
    )
    {
        if (a.Units != b.Units)
            throw new ArgusException(
                $"A paired comparison needs the same videos on both sides; there are {a.Units} and {b.Units}."
            );
        if (a.Rank() is not { } first || b.Rank() is not { } second)
            return null;
        var differences = Run(
            strata,
            weights => b.Rank(weights) is { } to && a.Rank(weights) is { } from ? to.Auc - from.Auc : double.NaN,
            rounds,
            seed
        );
        return PairedDifference.Compute(second.Auc - first.Auc, differences, a.Units);
    }
}
