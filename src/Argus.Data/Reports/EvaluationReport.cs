using System.Globalization;
using Argus.Data.Audits;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Metrics;
using Argus.Scores;
using static Argus.Data.Reports.EvaluationTables;

namespace Argus.Data.Reports;

/// <summary>
/// An evaluation's files: predictions.csv, figures.csv, evaluation.json, calibration.json, plots, model_card.md and
/// report.html.
/// </summary>
public static class EvaluationReport
{
    public const string PredictionsFile = "predictions.csv";
    public const string PageFile = "report.html";

    /// <returns>What evaluation.json holds.</returns>
    public static async Task<object> WriteAsync(
        string folder,
        EvaluationSubject subject,
        EvaluationResult result,
        CancellationToken cancel
    )
    {
        Directory.CreateDirectory(folder);
        var predictions = Path.Combine(folder, PredictionsFile);
        PredictionTable.Write(predictions, result.Predictions);
        result.Judge.Calibration?.Write(folder);
        var record = EvaluationRecord.Create(subject, result, await FileHash.Sha256Async(predictions, cancel));
        AtomicFile.Write(Path.Combine(folder, EvaluationRecord.FileName), EvaluationRecord.Text(record));
        WriteFigures(Path.Combine(folder, "figures.csv"), result.Rows);
        var card = ModelCard.Create(subject, result);
        if (subject.Specialist is not null)
            AtomicFile.Write(Path.Combine(folder, ModelCard.FileName), card.Markdown());
        Page(Path.Combine(folder, "plots"), subject, result, card).Save(Path.Combine(folder, PageFile));
        return record;
    }

    private static HtmlPage Page(string plots, EvaluationSubject subject, EvaluationResult result, ModelCard card)
    {
        var report = new HtmlPage($"Argus: {subject.Name}");
        if (subject.Headline is not null)
            report.Headline(subject.Headline);
        report.Paragraph(
            $"{result.Judge.Description} Intervals are 95%, by {Bootstrap.DefaultRounds:N0} bootstrap rounds "
                + "over videos, drawn within each dataset's reals and fakes."
        );
        foreach (var note in subject.Notes)
            report.Paragraph(note);
        report.Heading("Verdict").Table(Columns, result.Videos.Select(Cells));
        if (result.OperatingPoints.Count > 0)
            report
                .Subheading("What threshold?")
                .Paragraph(
                    "Thresholds were chosen on validation videos; the figures are of test videos. On the "
                        + "right, what the threshold did on validation: reals called fake, and fakes found."
                )
                .Table(OperatingColumns, result.OperatingPoints.Select(Cells));

        Curves(report, plots, result);
        Calibrations(report, plots, result);
        LikelihoodSection.Add(report, plots, result);
        CoverageSection.AddRisk(report, plots, result);
        report.Heading("Right and wrong").Paragraph("At a probability of 0.5.");
        foreach (var row in result.Videos.Where(row => row.By == Evaluation.Everything))
            report.Confusion(
                $"{(row.Dataset == Evaluation.Everything ? "all datasets" : row.Dataset)}",
                row.Figures.RealRight,
                row.Figures.Real,
                row.Figures.FakeRight,
                row.Figures.Fake
            );
        Parts(report, plots, result);
        if (subject.Robustness is { } robustness)
            Ladder(report, plots, robustness);
        if (subject.Mistakes.Count > 0)
            report
                .Heading("The worst mistakes")
                .Paragraph(
                    $"The {subject.Mistakes.Count} videos judged most wrongly, each with pictures of the clips "
                        + "that led astray most."
                )
                .Cards(
                    subject.Mistakes.Select(mistake =>
                        (
                            mistake.Jpegs,
                            (IReadOnlyList<string>)
                                [
                                    $"{(mistake.Item.Label == 0 ? "Real" : "Fake")}, given P(fake) = "
                                        + $"{mistake.Probability:0.00}",
                                    $"{mistake.Item.Dataset}: {Name(mistake.Item)}",
                                    mistake.Item.Kind ?? mistake.Item.Method,
                                ]
                        )
                    )
                );
        AllFigures(report, result);
        CoverageSection.AddUnscored(report, result);
        CoverageSection.AddCrossDatasets(report, result);
        Audits(report, subject.Audits);
        if (subject.RunFolder is not null && File.Exists(Path.Combine(subject.RunFolder, "plots", "loss.png")))
            report
                .Heading("Training")
                .Picture(Path.Combine(subject.RunFolder, "plots", "loss.png"), "Training loss", half: true)
                .Picture(
                    Path.Combine(subject.RunFolder, "plots", "validation.png"),
                    "Validation over time",
                    half: true
                );
        if (subject.Specialist is not null)
            card.AddTo(report);
        report
            .Heading("How to get these figures again")
            .Table(
                ["what", "SHA-256 or version"],
                subject.Hashes.Select(hash => new[] { hash.Key, hash.Value }).Append(["code", subject.CodeVersion])
            );
        if (subject.Recipe is not null)
            report.Details("Recipe: every setting of this run", subject.Recipe);
        if (subject.Environment is not null)
            report.Details("Environment", subject.Environment);
        return report;
    }

    private static void Curves(HtmlPage report, string plots, EvaluationResult result)
    {
        var curves = Evaluation
            .Curves(result.Predictions)
            .Select(part =>
                (
                    part.Name,
                    new RocCurve(
                        [.. part.Videos.Select(video => video.Item.Label)],
                        [.. part.Videos.Select(video => result.Judge.Probability(video.Clips))]
                    )
                )
            )
            .ToList();
        if (curves.Count == 0)
            return;
        var roc = Path.Combine(plots, "roc.png");
        var pr = Path.Combine(plots, "precision-recall.png");
        Plots.Roc(roc, "", curves);
        Plots.PrecisionRecall(pr, "", curves);
        report
            .Heading("Curves")
            .Picture(roc, "ROC: the further to the upper left, the better", half: true)
            .Picture(pr, "Precision and recall: the further to the upper right, the better", half: true);
    }

    private static void Calibrations(HtmlPage report, string plots, EvaluationResult result)
    {
        var videos = result.Predictions.Videos;
        int[] labels = [.. videos.Select(video => video.Item.Label)];
        var plain = result.Judge with { Calibrator = Calibrator.None };
        List<(string, IReadOnlyList<double>)> series =
        [
            ("as the model gives it", [.. videos.Select(video => plain.Probability(video.Clips))]),
        ];
        if (result.Judge.Calibrator != Calibrator.None)
            series.Add(
                (
                    $"calibrated ({result.Judge.Calibrator.ToString().ToLowerInvariant()})",
                    [.. videos.Select(video => result.Judge.Probability(video.Clips))]
                )
            );
        var reliability = Path.Combine(plots, "reliability.png");
        var histogram = Path.Combine(plots, "scores.png");
        Plots.Reliability(reliability, labels, series);
        Plots.Histograms(
            histogram,
            "P(fake)",
            [
                .. new[] { 0, 1 }.Select(label =>
                    (
                        label == 0 ? "real" : "fake",
                        (IReadOnlyList<double>)
                            [
                                .. videos
                                    .Where(video => video.Item.Label == label)
                                    .Select(video => result.Judge.Probability(video.Clips)),
                            ]
                    )
                ),
            ],
            (0, 1)
        );
        report
            .Heading("Scores")
            .Picture(
                reliability,
                "Reliability: on the dashed line a probability of 0.8 is right eight times in ten",
                half: true
            )
            .Picture(histogram, "Scores of real and fake videos", half: true);
    }

    private static void Parts(HtmlPage report, string plots, EvaluationResult result)
    {
        var rows = result.Videos.Where(row => row.AucInterval is not null).ToList();
        if (rows.Count < 2)
            return;
        var many = rows.Select(row => row.Dataset).Distinct().Count() > 1;
        var path = Path.Combine(plots, "parts.png");
        Plots.Bars(
            path,
            "",
            [
                .. rows.Select(row => new NamedInterval(
                    row.By == Evaluation.Everything
                            ? (row.Dataset == Evaluation.Everything ? "all datasets" : row.Dataset)
                        : many ? $"{row.Dataset}: {row.Part}"
                        : row.Part,
                    row.Figures.RocAuc!.Value,
                    row.AucInterval!
                )),
            ]
        );
        report
            .Heading("By dataset, method and compression")
            .Picture(path, "Video AUC of each part; black: its 95% interval");
    }

    private static void Ladder(HtmlPage report, string plots, RobustnessResult robustness)
    {
        report
            .Heading("Robustness")
            .Paragraph(
                $"{robustness.Real} real and {robustness.Fake} fake test videos went through every step, "
                    + $"re-encoded by ffmpeg and prepared anew. Untouched: AUC {robustness.Auc:0.000} "
                    + $"({Range(robustness.Interval)}). The area under a curve is the mean AUC over its steps; over "
                    + $"all kinds it is {robustness.Overall.Area:0.000} ({Range(robustness.Overall.Interval)})."
            );
        foreach (var group in robustness.Points.GroupBy(point => point.Group))
        {
            var path = Path.Combine(
                plots,
                $"robustness-{group.Key.Replace(' ', '-').Replace('.', '-').ToLowerInvariant()}.png"
            );
            Plots.Steps(
                path,
                "",
                "ROC AUC",
                ["as is", .. group.Select(point => point.Label)],
                ("", [(robustness.Auc, robustness.Interval), .. group.Select(point => (point.Auc, point.Interval))])
            );
            report.Picture(path, group.Key, half: true);
        }
        report.Table(
            ["kind", "area under the curve", "95% interval"],
            robustness
                .Areas.Append(robustness.Overall)
                .Select(area => new[] { area.Group, Number(area.Area), Range(area.Interval) })
        );
        report.Subheading("Every step").Table(LadderColumns, robustness.Points.Select(Cells));
    }

    private static void AllFigures(HtmlPage report, EvaluationResult result)
    {
        report
            .Heading("Every figure")
            .Paragraph(
                "With its 95% interval. Rows of clips (single frames, where a clip has one) count every clip "
                    + "by itself, uncalibrated; their intervals are over videos all the same."
            )
            .Table(
                ["of", "dataset", "part", "real", "fake", .. Figure.All.Select(figure => figure.Title)],
                result.Rows.Select(row =>
                    (IReadOnlyList<string>)
                        [
                            row.Level,
                            row.Dataset,
                            row.Part,
                            $"{row.Figures.Real}",
                            $"{row.Figures.Fake}",
                            .. Figure.All.Select(figure =>
                                figure.Of(row.Figures) is { } value
                                    ? $"{value:0.000} ({RangeOrDash(row.Intervals.GetValueOrDefault(figure.Name))})"
                                    : "-"
                            ),
                        ]
                )
            );
    }

    private static void Audits(HtmlPage report, IReadOnlyList<DatasetAudit> audits)
    {
        if (audits.Count == 0)
            return;
        report
            .Heading("The data")
            .Paragraph(
                "What else than forgery tells reals from fakes among all prepared videos of the dataset, "
                    + "whatever their side of the split: each property's own ROC AUC, the strongest five; those "
                    + "with ! clearly do. A detector could have learned these instead."
            );
        foreach (var (dataset, audit) in audits)
        {
            report.Subheading(dataset);
            if (audit.Shortcuts.Count > 0)
                report.Table(StorePage.ShortcutColumns, audit.Shortcuts.Take(5).Select(StorePage.Cells));
            else
                report.Paragraph("Too few videos of one class to say.");
            // A store of test videos alone says nothing of the other sides.
            var problems = audit
                .Problems.Where(problem =>
                    problem.Severity >= Severity.Known
                    && problem.Where is not ("train" or "validation")
                    && audit.Shortcuts.All(shortcut => shortcut.Property != problem.Where)
                )
                .Take(10)
                .ToList();
            if (problems.Count > 0)
                report.Table(
                    ["how bad", "where", "what"],
                    problems.Select(problem =>
                        new[] { $"{problem.Severity}".ToLowerInvariant(), problem.Where, problem.What }
                    )
                );
        }
    }

    private static void WriteFigures(string path, IReadOnlyList<EvaluationRow> rows)
    {
        string Exact(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
        var lines = rows.SelectMany(row => Figure.All.Select(figure => (row, figure)))
            .Select(entry =>
                string.Join(
                    ',',
                    new[]
                    {
                        entry.row.Level,
                        entry.row.Dataset,
                        entry.row.By,
                        entry.row.Part,
                        $"{entry.row.Figures.Real}",
                        $"{entry.row.Figures.Fake}",
                        $"{entry.row.Unscored}",
                        entry.figure.Name,
                        Exact(entry.figure.Of(entry.row.Figures)),
                        Exact(entry.row.Intervals.GetValueOrDefault(entry.figure.Name)?.Low),
                        Exact(entry.row.Intervals.GetValueOrDefault(entry.figure.Name)?.High),
                    }.Select(Csv.Cell)
                )
            );
        AtomicFile.Write(
            path,
            string.Join('\n', lines.Prepend("level,dataset,by,part,real,fake,unscored,figure,value,low,high")) + "\n"
        );
    }
}
