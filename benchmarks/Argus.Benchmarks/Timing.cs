namespace Argus.Benchmarks;

/// <summary>Repeated timings of the same work, in seconds.</summary>
/// <param name="Median">The median of the timings.</param>
/// <param name="Min">The shortest timing.</param>
/// <param name="Max">The longest timing.</param>
/// <param name="Repeats">The number of timings.</param>
internal sealed record Timing(double Median, double Min, double Max, int Repeats)
{
    /// <summary>Summarises timings.</summary>
    /// <param name="seconds">At least one timing, in seconds.</param>
    public static Timing Compute(IReadOnlyCollection<double> seconds) =>
        new(Metrics.Median.Compute(seconds), seconds.Min(), seconds.Max(), seconds.Count);

    /// <summary>The timings as they are printed.</summary>
    public string Text => $"{Median:0.000} s ({Min:0.000}-{Max:0.000}, {Repeats} times)";
}
