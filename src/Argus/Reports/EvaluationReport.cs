using System.Globalization;
using Argus.Audits;
using Argus.Datasets;
using Argus.Evaluations;
using Argus.Metrics;

namespace Argus.Reports;

/// <summary>An evaluation's files: predictions.csv, figures.csv, evaluation.json, calibration.json, plots, model_card.md and report.html.</summary>
public static class EvaluationReport
{
    public const string PredictionsFile = "predictions.csv",
        PageFile = "report.html";

    /// <summary>The same columns in the terminal and in the report.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    ["dataset", "part", "real", "fake", "video AUC", "95% interval", "AP", "EER", "accuracy", "on real", "on fake"];

    public static IReadOnlyList<string> Cells(EvaluationRow row) =>
        [
            row.Dataset,
            row.Part,
            $"{row.Figures.Real}",
            $"{row.Figures.Fake}",
            Number(row.Figures.RocAuc),
            row.AucInterval is { } interval ? Range(interval) : "-",
            Number(row.Figures.AveragePrecision),
            Number(row.Figures.EqualErrorRate),
            Number(row.Figures.Accuracy),
            Number(row.Figures.RealAccuracy),
            Number(row.Figures.FakeAccuracy),
        ];

    public static IReadOnlyList<string> OperatingColumns { get; } =
    [
        "dataset",
        "threshold",
        "P(fake) from",
        "reals called fake",
        "95% interval",
        "fakes found",
        "95% interval",
        "on validation",
    ];

    public static IReadOnlyList<string> Cells(OperatingRow row) =>
        [
            row.Dataset,
            PointName(row.Point.Name),
            Number(row.Point.Probability),
            Percent(1 - row.Figures.RealAccuracy),
            Turned(row.Intervals.GetValueOrDefault("real_accuracy")),
            Percent(row.Figures.FakeAccuracy),
            Share(row.Intervals.GetValueOrDefault("fake_accuracy")),
            $"{Percent(row.Point.FalsePositiveRate)} and {Percent(row.Point.TruePositiveRate)}",
        ];

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
        var record = EvaluationRecord.Of(subject, result, await FileHash.Sha256Async(predictions, cancel));
        WholeFile.Write(Path.Combine(folder, EvaluationRecord.FileName), EvaluationRecord.Text(record));
        WriteFigures(Path.Combine(folder, "figures.csv"), result.Rows);
        var card = ModelCard.Of(subject, result);
        if (subject.Specialist is not null)
            WholeFile.Write(Path.Combine(folder, ModelCard.FileName), card.Markdown());
        Page(Path.Combine(folder, "plots"), subject, result, card).Save(Path.Combine(folder, PageFile));
        return record;
    }

    private static HtmlReport Page(string plots, EvaluationSubject subject, EvaluationResult result, ModelCard card)
    {
        var report = new HtmlReport($"Argus: {subject.Name}");
        if (subject.Headline is not null)
            report.Headline(subject.Headline);
        report.Paragraph(
            $"{result.Judge.Description} Intervals are 95%, by {Bootstrap.DefaultRounds:N0} bootstrap rounds over videos, drawn within each dataset's reals and fakes."
        );
        foreach (var note in subject.Notes)
            report.Paragraph(note);
        report.Heading("Verdict").Table(Columns, result.Videos.Select(Cells));
        if (result.OperatingPoints.Count > 0)
            report
                .Subheading("What threshold?")
                .Paragraph(
                    "Thresholds were chosen on validation videos; the figures are of test videos. On the right, what the threshold did on validation: reals called fake, and fakes found."
                )
                .Table(OperatingColumns, result.OperatingPoints.Select(Cells));

        Curves(report, plots, result);
        Calibrations(report, plots, result);
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
                    $"The {subject.Mistakes.Count} videos judged most wrongly, each with pictures of the clips that led astray most."
                )
                .Cards(
                    subject.Mistakes.Select(mistake =>
                        (
                            mistake.Jpegs,
                            (IReadOnlyList<string>)
                                [
                                    $"{(mistake.Item.Label == 0 ? "Real" : "Fake")}, given P(fake) = {mistake.Probability:0.00}",
                                    $"{mistake.Item.Dataset}: {mistake.Item.Path}",
                                    mistake.Item.Kind ?? mistake.Item.Method,
                                ]
                        )
                    )
                );
        AllFigures(report, result);
        Unscored(report, result);
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

    private static void Curves(HtmlReport report, string plots, EvaluationResult result)
    {
        var curves = Evaluation
            .Curves(result.Predictions)
            .Select(part =>
                (
                    part.Name,
                    new RocCurve(
                        [.. part.Videos.Select(video => video.Item.Label)],
                        [.. part.Videos.Select(result.Judge.Probability)]
                    )
                )
            )
            .ToList();
        if (curves.Count == 0)
            return;
        var (roc, pr) = (Path.Combine(plots, "roc.png"), Path.Combine(plots, "precision-recall.png"));
        Plots.Roc(roc, "", curves);
        Plots.PrecisionRecall(pr, "", curves);
        report
            .Heading("Curves")
            .Picture(roc, "ROC: the further to the upper left, the better", half: true)
            .Picture(pr, "Precision and recall: the further to the upper right, the better", half: true);
    }

    private static void Calibrations(HtmlReport report, string plots, EvaluationResult result)
    {
        var videos = result.Predictions.Videos;
        int[] labels = [.. videos.Select(video => video.Item.Label)];
        var plain = result.Judge with { Calibrator = Calibrator.None };
        List<(string, IReadOnlyList<double>)> series =
        [
            ("as the model gives it", [.. videos.Select(plain.Probability)]),
        ];
        if (result.Judge.Calibrator != Calibrator.None)
            series.Add(
                (
                    $"calibrated ({result.Judge.Calibrator.ToString().ToLowerInvariant()})",
                    [.. videos.Select(result.Judge.Probability)]
                )
            );
        var (reliability, histogram) = (Path.Combine(plots, "reliability.png"), Path.Combine(plots, "scores.png"));
        Plots.Reliability(reliability, labels, series);
        Plots.Histograms(
            histogram,
            "P(fake)",
            [
                .. new[] { 0, 1 }.Select(label =>
                    (
                        label == 0 ? "real" : "fake",
                        (IReadOnlyList<double>)
                            [.. videos.Where(video => video.Item.Label == label).Select(result.Judge.Probability)]
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

    private static void Parts(HtmlReport report, string plots, EvaluationResult result)
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

    private static void Ladder(HtmlReport report, string plots, RobustnessResult robustness)
    {
        report
            .Heading("Robustness")
            .Paragraph(
                $"{robustness.Real} real and {robustness.Fake} fake test videos went through every step, re-encoded by ffmpeg and prepared anew. Untouched: AUC {robustness.Auc:0.000} ({Range(robustness.Interval)}). The area under a curve is the mean AUC over its steps; over all kinds it is {robustness.Overall.Area:0.000} ({Range(robustness.Overall.Interval)})."
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

    public static IReadOnlyList<string> LadderColumns { get; } =
    ["kind", "step", "video AUC", "95% interval", "change", "95% interval", "p", "videos lost"];

    public static IReadOnlyList<string> Cells(RobustnessPoint point) =>
        [
            point.Group,
            point.Label,
            Number(point.Auc),
            Range(point.Interval),
            Signed(point.Change.Value),
            Range(point.Change.Interval),
            $"{point.Change.PValue:0.000}",
            $"{point.Lost}",
        ];

    private static void AllFigures(HtmlReport report, EvaluationResult result)
    {
        report
            .Heading("Every figure")
            .Paragraph(
                "With its 95% interval. Rows of clips (single frames, where a clip has one) count every clip by itself, uncalibrated; their intervals are over videos all the same."
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
                                    ? $"{value:0.000} ({(row.Intervals.GetValueOrDefault(figure.Name) is { } interval ? Range(interval) : "-")})"
                                    : "-"
                            ),
                        ]
                )
            );
    }

    private static void Unscored(HtmlReport report, EvaluationResult result)
    {
        var unscored = result.Predictions.Unscored;
        if (unscored.Count == 0)
            return;
        report
            .Heading("Without a score")
            .Paragraph(
                $"{unscored.Count} of {unscored.Count + result.Predictions.Videos.Count} videos have no score and are left out of every figure above. Scored 0.5, they would give:"
            )
            .Table(
                [
                    "dataset",
                    "part",
                    "without a score",
                    "AUC left out",
                    "AUC scored 0.5",
                    "accuracy left out",
                    "accuracy scored 0.5",
                ],
                result
                    .Videos.Where(row => row.WithUnscored is not null)
                    .Select(row =>
                        new[]
                        {
                            row.Dataset,
                            row.Part,
                            $"{row.Unscored}",
                            Number(row.Figures.RocAuc),
                            Number(row.WithUnscored!.RocAuc),
                            Number(row.Figures.Accuracy),
                            Number(row.WithUnscored.Accuracy),
                        }
                    )
            )
            .Table(
                ["dataset", "file", "reason"],
                unscored.Take(200).Select(video => new[] { video.Item.Dataset, video.Item.Path, video.Reason })
            );
        if (unscored.Count > 200)
            report.Paragraph($"and {unscored.Count - 200} more: {PredictionsFile} lists them all.");
    }

    private static void Audits(HtmlReport report, IReadOnlyList<(string Dataset, StoreAudit Audit)> audits)
    {
        if (audits.Count == 0)
            return;
        report
            .Heading("The data")
            .Paragraph(
                "What else than forgery tells reals from fakes among all prepared videos of the dataset, whatever their side of the split: each property's own ROC AUC, the strongest five; those with ! clearly do. A detector could have learned these instead."
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
        WholeFile.Write(
            path,
            string.Join('\n', lines.Prepend("level,dataset,by,part,real,fake,unscored,figure,value,low,high")) + "\n"
        );
    }

    private static string PointName(string name) =>
        name switch
        {
            "fpr_1" => "FPR 1%",
            "fpr_5" => "FPR 5%",
            _ => "EER",
        };

    internal static string Number(double? value) => value is { } number ? $"{number:0.000}" : "-";

    internal static string Range(Interval interval) => $"{interval.Low:0.00}-{interval.High:0.00}";

    internal static string Signed(double value) => $"{value:+0.000;-0.000;0.000}";

    private static string Percent(double? share) => share is { } number ? $"{number:0.0%}" : "-";

    private static string Share(Interval? interval) =>
        interval is null ? "-" : $"{interval.Low:0.0%}-{interval.High:0.0%}";

    private static string Turned(Interval? interval) =>
        interval is null ? "-" : Share(new Interval(1 - interval.High, 1 - interval.Low));
}
