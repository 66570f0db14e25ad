using Argus.Data.Evaluations;
using Argus.Metrics;
using Argus.Scores;

namespace Argus.Data.Reports;

/// <summary>Detectors by datasets, as tables for the terminal and as a page.</summary>
public static class MatrixReport
{
    public static IReadOnlyList<string> Columns(EvaluationMatrix matrix) =>
        ["detector", .. matrix.Datasets.Select(dataset => $"AUC on {dataset}")];

    public static IReadOnlyList<string> Cells(MatrixRow row) =>
        [
            row.Name,
            .. row.Cells.Select(cell =>
                cell.Auc is { } auc
                    ? $"{auc:0.000} ({(cell.Interval is { } interval ? EvaluationTables.Range(interval) : "-")})"
                    : "-"
            ),
        ];

    public static IReadOnlyList<string> ComparisonColumns { get; } =
    ["what", "on", "from", "to", "change of AUC", "95% interval", "p", "videos"];

    public static IReadOnlyList<string> Cells(MatrixComparison comparison) =>
        [
            comparison.Kind,
            comparison.Dataset,
            comparison.From,
            comparison.To,
            EvaluationTables.Signed(comparison.Difference.Value),
            Signed(comparison.Difference.Interval),
            $"{comparison.Difference.PValue:0.000}",
            $"{comparison.Difference.Videos}",
        ];

    public static string Sentence(BackwardTransfer transfer) =>
        $"{transfer.Specialist}: backward transfer {EvaluationTables.Signed(transfer.Value)} "
        + $"({Signed(transfer.Interval)}): what the last stage's AUC on {string.Join(", ", transfer.Datasets)} "
        + "is above (below: forgotten) that of the stage trained on it.";

    /// <returns>The page, beside its plot.</returns>
    public static string Write(string folder, EvaluationMatrix matrix)
    {
        Directory.CreateDirectory(folder);
        var bars = Path.Combine(folder, "plots", "matrix.png");
        var values = matrix
            .Rows.SelectMany(row =>
                row.Cells.Where(cell => cell.Interval is not null)
                    .Select(cell => new NamedInterval($"{row.Name} on {cell.Dataset}", cell.Auc!.Value, cell.Interval!))
            )
            .ToList();
        if (values.Count > 0)
            Plots.Bars(bars, "", values);
        var report = new HtmlPage("Argus: detectors by datasets")
            .Paragraph(
                $"Video ROC AUC with its 95% interval ({Bootstrap.DefaultRounds:N0} bootstrap rounds over "
                    + "videos). Differences are of the same videos, in the same bootstrap rounds; p is two-sided."
            )
            .Table(Columns(matrix), matrix.Rows.Select(Cells))
            .Picture(bars, "Video AUC with its 95% interval");
        foreach (var ranking in matrix.Rankings)
            AddRanking(report, ranking);
        if (matrix.Comparisons.Count > 0)
            report
                .Heading("Differences")
                .Paragraph(
                    "gained: what a stage added on its own dataset. kept: what later stages did to it on an "
                        + "earlier one's. against: two detectors. Each p stands for itself; those of the rankings are "
                        + "adjusted."
                )
                .Table(ComparisonColumns, matrix.Comparisons.Select(Cells));
        foreach (var transfer in matrix.Transfers)
            report.Paragraph(Sentence(transfer));
        var page = Path.Combine(folder, "matrix.html");
        report.Save(page);
        return page;
    }

    /// <summary>Columns of a ranking, in the terminal and on the page.</summary>
    public static IReadOnlyList<string> RankingColumns { get; } =
    ["", "detector", "AUC", "95% (DeLong)", "AURC", "coverage", "no significant difference from"];

    /// <summary>The rows of a ranking.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Cells(DetectorRanking ranking) =>
        [
            .. ranking.Detectors.Select(
                (detector, place) =>
                    (IReadOnlyList<string>)
                        [
                            $"{place + 1}",
                            detector.Name,
                            EvaluationTables.Number(detector.Auc.Auc),
                            EvaluationTables.Range(detector.Auc.Interval),
                            EvaluationTables.Number(detector.RiskCoverageArea),
                            $"{(double)detector.Scored / detector.Videos:0.0%}",
                            ranking.NotDifferentFrom(detector.Name) is { Count: > 0 } names
                                ? string.Join(", ", names)
                                : "-",
                        ]
            ),
        ];

    private static void AddRanking(HtmlPage report, DetectorRanking ranking) =>
        report
            .Heading($"Ranking on {ranking.Dataset}")
            .Paragraph(
                $"On the {ranking.Real} real and {ranking.Fake} fake videos that all of them have a score of. AURC: "
                    + "the error among the surest videos, averaged over how many are judged (less is better). "
                    + "Coverage: the share of the dataset's videos that have a score."
            )
            .Table(RankingColumns, Cells(ranking))
            .Paragraph(
                "Pairs by DeLong's paired test, p adjusted by Holm over all of them. A difference that is not "
                    + "significant at 5% is no reason to prefer one."
            )
            .Table(
                ["higher", "lower", "difference of AUC", "z", "p", "p (Holm)", "significant"],
                ranking.Pairs.Select(pair =>
                    new[]
                    {
                        pair.First,
                        pair.Second,
                        EvaluationTables.Signed(pair.Test.Difference),
                        $"{pair.Test.Statistic:0.00}",
                        PValue(pair.Test.PValue),
                        PValue(pair.AdjustedPValue),
                        pair.IsSignificant ? "yes" : "no",
                    }
                )
            );

    private static string PValue(double p) => p < 0.001 ? "< 0.001" : $"{p:0.000}";

    private static string Signed(Interval interval) =>
        $"{interval.Low:+0.00;-0.00;0.00} to {interval.High:+0.00;-0.00;0.00}";
}
