using Argus.Metrics;
using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary>What one detector reaches on one dataset; no AUC with one class only.</summary>
public sealed record MatrixCell(string Dataset, double? Auc, Interval? Interval, int Real, int Fake);

/// <summary>A detector: a specialist at a stage, or a table of other software's predictions.</summary>
public sealed record MatrixRow(
    string Name,
    string? Specialist,
    int? Stage,
    string? TrainedOn,
    IReadOnlyList<MatrixCell> Cells
);

/// <summary>Two rows on the videos of one dataset that both have scores of.</summary>
/// <param name="Kind">
/// <c>gained</c>: what a stage added on its own dataset; <c>kept</c>: what later stages did to an earlier one's;
/// <c>against</c>: two detectors.
/// </param>
public sealed record MatrixComparison(string Kind, string Dataset, string From, string To, PairedDifference Difference);

/// <summary>
/// Backward transfer of a specialist (Lopez-Paz and Ranzato, 2017): the mean over the earlier stages' datasets of the
/// last stage's AUC minus the own stage's. Negative: it forgot.
/// </summary>
public sealed record BackwardTransfer(
    string Specialist,
    double Value,
    Interval Interval,
    IReadOnlyList<string> Datasets
);

/// <summary>Detectors by datasets, with paired comparisons.</summary>
public sealed record EvaluationMatrix(
    IReadOnlyList<string> Datasets,
    IReadOnlyList<MatrixRow> Rows,
    IReadOnlyList<MatrixComparison> Comparisons,
    IReadOnlyList<BackwardTransfer> Transfers
)
{
    /// <summary>The detectors of each dataset, the best first; datasets with fewer than two are left out.</summary>
    public IReadOnlyList<DetectorRanking> Rankings { get; init; } = [];

    internal static EvaluationMatrix Create(
        IReadOnlyList<(EvaluationSubject Subject, EvaluationResult Result)> entries,
        int rounds = Bootstrap.DefaultRounds,
        ulong seed = 0
    )
    {
        var datasets = entries
            .SelectMany(entry => entry.Result.Predictions.Videos.Select(video => video.Item.Dataset))
            .Distinct()
            .ToList();
        var rows = entries
            .Select(entry => new MatrixRow(
                entry.Subject.Name,
                entry.Subject.Specialist,
                entry.Subject.Stage,
                entry.Subject.TrainedOn,
                [
                    .. datasets.Select(dataset =>
                        entry.Result.Videos.FirstOrDefault(row =>
                            row.Dataset == dataset && row.By == Evaluation.Everything
                        )
                            is { } row
                            ? new MatrixCell(
                                dataset,
                                row.Figures.RocAuc,
                                row.AucInterval,
                                row.Figures.Real,
                                row.Figures.Fake
                            )
                            : new MatrixCell(dataset, null, null, 0, 0)
                    ),
                ]
            ))
            .ToList();
        var comparisons = new List<MatrixComparison>();
        var transfers = new List<BackwardTransfer>();

        void Compare(string kind, string dataset, int from, int to, List<double[]>? collect = null)
        {
            if (Rounds(entries[from].Result, entries[to].Result, dataset, rounds, seed) is not { } difference)
                return;
            comparisons.Add(
                new(
                    kind,
                    dataset,
                    rows[from].Name,
                    rows[to].Name,
                    PairedDifference.Compute(difference.Value, difference.Rounds, difference.Videos)
                )
            );
            collect?.Add([difference.Value, .. difference.Rounds]);
        }

        var stages = Enumerable
            .Range(0, rows.Count)
            .Where(i => rows[i].Specialist is not null && rows[i].Stage is not null)
            .GroupBy(i => rows[i].Specialist!)
            .Select(specialist => specialist.DistinctBy(i => rows[i].Stage).OrderBy(i => rows[i].Stage).ToList())
            .ToList();
        foreach (var run in stages.Where(run => run.Count > 1))
        {
            for (var k = 1; k < run.Count; k++)
                Compare("gained", rows[run[k]].TrainedOn!, run[k - 1], run[k]);
            var kept = new List<double[]>();
            foreach (var earlier in run.SkipLast(1))
                Compare("kept", rows[earlier].TrainedOn!, earlier, run[^1], kept);
            if (kept.Count > 0)
            {
                double Mean(int round) => kept.Average(values => values[round]);
                transfers.Add(
                    new(
                        rows[run[0]].Specialist!,
                        Mean(0),
                        Interval.Compute(Enumerable.Range(1, rounds).Select(Mean)),
                        [
                            .. run.SkipLast(1)
                                .Select(i => rows[i].TrainedOn!)
                                .Where(dataset => datasets.Contains(dataset))
                                .Distinct(),
                        ]
                    )
                );
            }
        }
        // Detectors that are no stages of one another, each with the first.
        for (var i = 1; i < rows.Count; i++)
        {
            if (stages.Any(run => run.Contains(0) && run.Contains(i)))
                continue;
            foreach (var dataset in datasets)
                Compare("against", dataset, 0, i);
        }
        return new EvaluationMatrix(datasets, rows, comparisons, transfers)
        {
            Rankings =
            [
                .. datasets
                    .Select(dataset =>
                        DetectorRanking.Create(
                            dataset,
                            [.. entries.Select(entry => (entry.Subject.Name, entry.Result))]
                        )
                    )
                    .OfType<DetectorRanking>(),
            ],
        };
    }

    /// <summary>
    /// The difference of the AUC (to minus from) on the videos of a dataset that both have, and its bootstrap rounds;
    /// null where there are none of one class.
    /// </summary>
    private static (double Value, double[] Rounds, int Videos)? Rounds(
        EvaluationResult from,
        EvaluationResult to,
        string dataset,
        int rounds,
        ulong seed
    )
    {
        var known = from
            .Predictions.Videos.Where(video => video.Item.Dataset == dataset)
            .ToDictionary(video => PredictionSet.KeyOf(video.Item));
        var pairs = to
            .Predictions.Videos.Where(video =>
                video.Item.Dataset == dataset && known.ContainsKey(PredictionSet.KeyOf(video.Item))
            )
            .Select(video => (From: known[PredictionSet.KeyOf(video.Item)], To: video))
            .OrderBy(pair => pair.To.Item.Key, StringComparer.Ordinal)
            .ToList();
        if (pairs.FirstOrDefault(pair => pair.From.Item.Label != pair.To.Item.Label) is { To: not null } contradiction)
            throw new ArgusException(
                $"Two tables contradict each other: {contradiction.To.Item.Id} of {dataset} is called real by "
                    + "one and fake by the other."
            );
        int[] labels = [.. pairs.Select(pair => pair.To.Item.Label)];
        if (labels.Distinct().Count() < 2)
            return null;
        var a = new ScoreSet(labels, [.. pairs.Select(pair => from.Judge.Probability(pair.From.Clips))]);
        var b = new ScoreSet(labels, [.. pairs.Select(pair => to.Judge.Probability(pair.To.Clips))]);
        var differences = Bootstrap.Run(
            labels,
            weights => b.Rank(weights)!.Value.Auc - a.Rank(weights)!.Value.Auc,
            rounds,
            seed
        );
        return (b.Rank()!.Value.Auc - a.Rank()!.Value.Auc, differences, labels.Length);
    }
}
