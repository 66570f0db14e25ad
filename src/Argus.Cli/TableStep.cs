using Argus.Datasets;
using Argus.Evaluations;
using Argus.Training.Runs;

namespace Argus.Cli;

/// <summary>Judges a table of predictions without the model that made them.</summary>
internal static class TableStep
{
    /// <param name="datasets">Datasets that it must match; those of other layouts are not looked at.</param>
    public static async Task<(EvaluationSubject Subject, EvaluationResult Result)> RunAsync(
        string name,
        string file,
        IReadOnlyList<(string Layout, string Folder)> datasets,
        EvaluateOptions options,
        CancellationToken cancel
    )
    {
        var predictions = Match(PredictionTable.Read(file), datasets, file);
        // An evaluation leaves its calibration beside its table, so that the same figures come out.
        var judge = Judge.For(
            Calibration.Read(Path.GetDirectoryName(Path.GetFullPath(file))!),
            options.Aggregation,
            options.Calibrator
        );
        var result = Evaluation.Measure(predictions, judge);
        return (
            new EvaluationSubject
            {
                Name = name,
                Source = file,
                CodeVersion = EnvironmentRecord.Version,
                Hashes = new Dictionary<string, string> { ["table"] = await FileHash.Sha256Async(file, cancel) },
                Mistakes =
                [
                    .. Mistake
                        .Worst(predictions.Videos, judge)
                        .Select(video => new Mistake(video.Item, judge.Probability(video), [])),
                ],
                Notes =
                [
                    .. result
                        .Videos.Where(row => row.By == Evaluation.Everything && row.Figures.RocAuc is null)
                        .Select(row =>
                            $"{row.Dataset} has {(row.Figures.Fake == 0 ? "real" : "fake")} videos only: what needs both classes is missing (-)."
                        ),
                ],
            },
            result
        );
    }

    private static PredictionSet Match(
        PredictionSet predictions,
        IReadOnlyList<(string Layout, string Folder)> datasets,
        string file
    )
    {
        if (datasets.Count == 0)
            return predictions;
        var named = predictions
            .Videos.Select(video => video.Item.Dataset)
            .Concat(predictions.Unscored.Select(video => video.Item.Dataset))
            .Distinct()
            .ToList();
        // A table that names no dataset is about the one that is given.
        string LayoutOf(string dataset) =>
            named.Count == 1 && datasets.Count == 1 && DatasetLayout.All.All(layout => layout.Name != dataset)
                ? datasets[0].Layout
                : dataset;
        if (!named.Any(dataset => datasets.Any(given => given.Layout == LayoutOf(dataset))))
            throw new ArgusException(
                $"{file} is about {string.Join(", ", named)}, not about {string.Join(", ", datasets.Select(given => given.Layout))}. Its column dataset says so."
            );
        var parts = named
            .Select(dataset =>
            {
                var part = new PredictionSet(
                    [.. predictions.Videos.Where(video => video.Item.Dataset == dataset)],
                    [.. predictions.Unscored.Where(video => video.Item.Dataset == dataset)]
                );
                if (
                    datasets.FirstOrDefault(given => given.Layout == LayoutOf(dataset))
                    is not { Folder: not null } given
                )
                    return part;
                var compression = part
                    .Videos.Select(video => video.Item.Compression)
                    .FirstOrDefault(text => text.Length > 0);
                return PredictionTable.Match(
                    part,
                    DatasetLayout
                        .Named(given.Layout)
                        .Read(
                            given.Folder,
                            compression is null ? new DatasetOptions() : new DatasetOptions(compression)
                        ),
                    file
                );
            })
            .ToList();
        return new PredictionSet(
            [.. parts.SelectMany(part => part.Videos)],
            [.. parts.SelectMany(part => part.Unscored)]
        );
    }
}
