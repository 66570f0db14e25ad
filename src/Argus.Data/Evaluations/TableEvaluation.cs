using Argus.Data.Datasets;
using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary>Judges a table of predictions without the model that made them.</summary>
public static class TableEvaluation
{
    /// <summary>The figures, and what they are about.</summary>
    /// <param name="name">For headings.</param>
    /// <param name="file">The table (docs/evaluation.md).</param>
    /// <param name="datasets">Datasets that it must match; those of other layouts are not looked at.</param>
    /// <param name="aggregation">Null for what the calibration beside the table chose.</param>
    /// <param name="calibrator">Null for a temperature where there is a calibration.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="ArgusException">The table is damaged, or is not about these datasets.</exception>
    public static async Task<EvaluationOutcome> RunAsync(
        string name,
        string file,
        IReadOnlyList<DatasetFolder> datasets,
        Aggregation? aggregation,
        Calibrator? calibrator,
        CancellationToken cancel
    )
    {
        var predictions = Match(PredictionTable.Read(file), datasets, file);
        // An evaluation leaves its calibration beside its table, so that the same figures come out.
        var calibration = Calibration.Read(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var judge = Judge.Create(calibration, aggregation, calibrator);
        var result = Evaluation.Measure(predictions, judge);
        var subject = new EvaluationSubject
        {
            Name = name,
            Source = file,
            CodeVersion = ProgramVersion.Text,
            Hashes = new Dictionary<string, string> { ["table"] = await FileHash.Sha256Async(file, cancel) },
            Mistakes =
            [
                .. Mistake
                    .Worst(predictions.Videos, judge)
                    .Select(video => new Mistake(video.Item, judge.Probability(video.Clips), [])),
            ],
            Notes =
            [
                .. result
                    .Videos.Where(row => row.By == Evaluation.Everything && row.Figures.RocAuc is null)
                    .Select(row =>
                        $"{row.Dataset} has {(row.Figures.Fake == 0 ? "real" : "fake")} videos only: "
                        + "what needs both classes is missing (-)."
                    ),
            ],
        };
        return new EvaluationOutcome(subject, result);
    }

    private static PredictionSet Match(PredictionSet predictions, IReadOnlyList<DatasetFolder> datasets, string file)
    {
        if (datasets.Count == 0)
            return predictions;
        var named = predictions
            .Videos.Select(video => video.Item.Dataset)
            .Concat(predictions.Unscored.Select(video => video.Item.Dataset))
            .Distinct()
            .ToList();
        if (!named.Any(dataset => FindFolder(dataset) is not null))
            throw new ArgusException(
                $"{file} is about {string.Join(", ", named)}, "
                    + $"not about {string.Join(", ", datasets.Select(given => given.Layout))}. "
                    + "Its column dataset says so."
            );
        var parts = named.Select(MatchPart).ToList();
        return new PredictionSet(
            [.. parts.SelectMany(part => part.Videos)],
            [.. parts.SelectMany(part => part.Unscored)]
        );

        // A table that names no dataset is about the one that is given.
        DatasetFolder? FindFolder(string dataset) =>
            named.Count == 1 && datasets.Count == 1 && DatasetLayout.All.All(layout => layout.Name != dataset)
                ? datasets[0]
                : datasets.FirstOrDefault(given => given.Layout == dataset);

        PredictionSet MatchPart(string dataset)
        {
            var part = new PredictionSet(
                [.. predictions.Videos.Where(video => video.Item.Dataset == dataset)],
                [.. predictions.Unscored.Where(video => video.Item.Dataset == dataset)]
            );
            if (FindFolder(dataset) is not { } given)
                return part;
            var compressions = part.Videos.Select(video => video.Item.Compression);
            var compression = compressions.FirstOrDefault(text => text.Length > 0);
            var options = compression is null ? new DatasetOptions() : new DatasetOptions(compression);
            return PredictionTable.Match(part, DatasetLayout.Find(given.Layout).Read(given.Folder, options), file);
        }
    }
}
