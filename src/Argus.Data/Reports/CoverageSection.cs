using Argus.Data.Evaluations;
using Argus.Metrics;
using static Argus.Data.Reports.EvaluationTables;

namespace Argus.Data.Reports;

/// <summary>
/// The parts of an evaluation's page about videos that a detector would rather not judge, or has no score of.
/// </summary>
internal static class CoverageSection
{
    private const int MostListed = 200;

    /// <summary>The error among the videos that the detector is surest of.</summary>
    public static void AddRisk(HtmlPage report, string plots, EvaluationResult result)
    {
        var curves = Evaluation
            .Curves(result.Predictions)
            .Select(part =>
                (
                    part.Name,
                    Curve: RiskCoverage.Compute(
                        [.. part.Videos.Select(video => video.Item.Label)],
                        [.. part.Videos.Select(video => result.Judge.Logit(video.Clips))]
                    )
                )
            )
            .ToList();
        if (curves.Count == 0)
            return;
        var path = Path.Combine(plots, "risk-coverage.png");
        Plots.Curves(
            path,
            "",
            "coverage (share of videos judged, the surest first)",
            "risk (share of them judged wrongly)",
            [
                .. curves.Select(curve =>
                    (curve.Name, (IReadOnlyList<(double, double)>)[.. curve.Curve.Coverage.Zip(curve.Curve.Risk)])
                ),
            ]
        );
        report
            .Heading("When it may abstain")
            .Paragraph(
                "How many of the videos that it is surest of are judged wrongly, at a probability of 0.5. AURC is the "
                    + "mean of that over all shares: 0 is best, and no better than the error says that its confidence "
                    + "tells nothing."
            )
            .Table(
                ["videos", "AURC", "error of all", "error of the surest half"],
                curves.Select(curve =>
                    new[]
                    {
                        curve.Name,
                        Number(curve.Curve.Area),
                        Number(curve.Curve.Error),
                        Number(curve.Curve.Risk[(curve.Curve.Risk.Count - 1) / 2]),
                    }
                )
            )
            .Picture(path, "Risk and coverage");
    }

    /// <summary>What leaving videos out does to the figures.</summary>
    public static void AddUnscored(HtmlPage report, EvaluationResult result)
    {
        var unscored = result.Predictions.Unscored;
        if (unscored.Count == 0)
            return;
        var rows = result.Videos.Where(row => row.WithUnscored is not null).ToList();
        report
            .Heading("Videos without a score")
            .Paragraph(
                $"{unscored.Count} test videos have no score and are left out of every figure above. Who may choose "
                    + "what to judge looks better than they are; beside it, the same with those videos scored 0.5, and "
                    + "counted as wrong (a real as surely fake, a fake as surely real)."
            )
            .Subheading("AUC")
            .Table(
                ["dataset", "part", "without a score", "coverage", "left out", "scored 0.5", "as wrong"],
                rows.Select(row => Cells(row, figures => figures.RocAuc))
            )
            .Subheading("Accuracy")
            .Table(
                ["dataset", "part", "without a score", "coverage", "left out", "scored 0.5", "as wrong"],
                rows.Select(row => Cells(row, figures => figures.Accuracy))
            )
            .Subheading("Which they are")
            .Table(
                ["dataset", "video", "reason"],
                unscored.Take(MostListed).Select(video => new[] { video.Item.Dataset, Name(video.Item), video.Reason })
            );
        if (unscored.Count > MostListed)
            report.Paragraph(
                $"and {unscored.Count - MostListed} more: {EvaluationReport.PredictionsFile} lists them all."
            );
    }

    private static string[] Cells(EvaluationRow row, Func<BinaryMetrics, double?> figure) =>
        [
            row.Dataset,
            row.Part,
            $"{row.Unscored}",
            $"{1 - (double)row.Unscored / (row.WithUnscored!.Real + row.WithUnscored.Fake):0.0%}",
            Number(figure(row.Figures)),
            Number(figure(row.WithUnscored)),
            Number(figure(row.WithUnscoredWrong!)),
        ];

    /// <summary>The reals of each dataset against the fakes of each.</summary>
    public static void AddCrossDatasets(HtmlPage report, EvaluationResult result)
    {
        if (result.CrossDatasets is not { } cross)
            return;
        report
            .Heading("Across datasets")
            .Paragraph(
                "AUC of one dataset's reals (rows) against another's fakes (columns). A detector that tells datasets "
                    + "apart by their cameras and codecs has figures here that no forging explains. The mean over "
                    + $"pairs of two datasets is {Number(cross.Mean)}."
            )
            .Table(
                ["reals of", .. cross.Datasets.Select(dataset => $"fakes of {dataset}")],
                cross.Datasets.Zip(cross.Auc, (dataset, row) => (string[])[dataset, .. row.Select(Number)])
            );
    }
}
