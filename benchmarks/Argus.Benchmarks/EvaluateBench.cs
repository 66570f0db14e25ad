using System.CommandLine;
using System.Diagnostics;
using Argus.Cli.Output;
using Argus.Metrics;

namespace Argus.Benchmarks;

/// <summary>
/// Measures what the numbers of an evaluation cost: all figures of 100,000 frame scores with intervals.
/// </summary>
internal static class EvaluateBench
{
    private const int ScoreCount = 100_000;
    private const int ScoresPerVideo = 16;
    private const int Repeats = 5;

    /// <summary>What was measured.</summary>
    /// <param name="Scores">The number of frame scores.</param>
    /// <param name="Videos">The number of videos that the scores belong to.</param>
    /// <param name="Rounds">The number of bootstrap rounds.</param>
    /// <param name="Seconds">The time of one evaluation.</param>
    /// <param name="PeakMegabytes">The largest memory of the whole process.</param>
    /// <param name="Auc">The ROC AUC of the drawn scores.</param>
    /// <param name="Interval">The 95% interval of the ROC AUC.</param>
    public sealed record Result(
        int Scores,
        int Videos,
        int Rounds,
        Timing Seconds,
        double PeakMegabytes,
        double Auc,
        Interval Interval
    );

    /// <summary>Creates the command <c>argus bench evaluate</c>.</summary>
    public static Command CreateCommand()
    {
        var command = new Command(
            "evaluate",
            $"All figures with 1,000 bootstrap rounds over {ScoreCount:N0} frame scores."
        )
        {
            BenchOptions.Json,
        };
        command.SetAction(parse => BenchOptions.Write(parse, Run(), Print));
        return command;
    }

    private static Result Run()
    {
        var random = KeyedRandom.Create("bench", "evaluate");
        int[] units = [.. Enumerable.Range(0, ScoreCount).Select(i => i / ScoresPerVideo)];
        int[] labels = [.. units.Select(unit => unit % 5 == 0 ? 0 : 1)];
        double[] scores = [.. labels.Select(label => 1 / (1 + Math.Exp(0.5 - label - 1.5 * random.Normal())))];
        int[] strata = [.. Enumerable.Range(0, units[^1] + 1).Select(unit => unit % 5 == 0 ? 0 : 1)];
        var seconds = new List<double>();
        var auc = 0.0;
        var interval = new Interval(0, 0);
        for (var i = 0; i < Repeats; i++)
        {
            // The first repeat counts too, because an evaluation runs once.
            var started = Stopwatch.GetTimestamp();
            var set = new ScoreSet(labels, scores, units);
            auc = set.Measure().RocAuc!.Value;
            interval = Bootstrap.Intervals(set, strata)["roc_auc"];
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return new Result(
            ScoreCount,
            strata.Length,
            Bootstrap.DefaultRounds,
            Timing.Compute(seconds),
            Process.GetCurrentProcess().PeakWorkingSet64 / 1e6,
            auc,
            interval
        );
    }

    private static void Print(Result result) =>
        Terminal.Facts([
            (
                "figures and intervals",
                $"{result.Seconds.Text}: {Figure.All.Count} figures, {result.Rounds:N0} bootstrap rounds over "
                    + $"{result.Videos:N0} videos with {result.Scores:N0} scores"
            ),
            ("peak memory", $"{result.PeakMegabytes:0} MB, the whole process"),
        ]);
}
