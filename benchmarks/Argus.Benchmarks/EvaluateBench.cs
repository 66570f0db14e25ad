using System.Diagnostics;
using Argus.Cli.Output;
using Argus.Metrics;

namespace Argus.Benchmarks;

/// <summary>All figures with their intervals of 100,000 frame scores: what an evaluation's numbers cost.</summary>
internal static class EvaluateBench
{
    public const int Scores = 100_000;

    private const int ClipsAVideo = 16;
    private const int Repeats = 5;

    public sealed record Result(
        int Scores,
        int Videos,
        int Rounds,
        Timing Seconds,
        double PeakMegabytes,
        double Auc,
        Interval Interval
    );

    public static Result Run()
    {
        var random = KeyedRandom.Create("bench", "evaluate");
        int[] units = [.. Enumerable.Range(0, Scores).Select(i => i / ClipsAVideo)];
        int[] labels = [.. units.Select(unit => unit % 5 == 0 ? 0 : 1)];
        double[] scores = [.. labels.Select(label => 1 / (1 + Math.Exp(0.5 - label - 1.5 * random.Normal())))];
        int[] strata = [.. Enumerable.Range(0, units[^1] + 1).Select(unit => unit % 5 == 0 ? 0 : 1)];
        var seconds = new List<double>();
        var auc = 0.0;
        var interval = new Interval(0, 0);
        for (var i = 0; i < Repeats; i++)
        {
            // The first one counts too: an evaluation runs once.
            var started = Stopwatch.GetTimestamp();
            var set = new ScoreSet(labels, scores, units);
            auc = set.Measure().RocAuc!.Value;
            interval = Bootstrap.Intervals(set, strata)["roc_auc"];
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return new Result(
            Scores,
            strata.Length,
            Bootstrap.DefaultRounds,
            Timing.Compute(seconds),
            Process.GetCurrentProcess().PeakWorkingSet64 / 1e6,
            auc,
            interval
        );
    }

    public static void Print(Result result) =>
        Terminal.Facts([
            (
                "figures and intervals",
                $"{result.Seconds.Text}: {Figure.All.Count} figures, {result.Rounds:N0} bootstrap rounds over "
                    + $"{result.Videos:N0} videos with {result.Scores:N0} scores"
            ),
            ("peak memory", $"{result.PeakMegabytes:0} MB, the whole process"),
        ]);
}
