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
        if (matrix.Comparisons.Count > 0)
            report
                .Heading("Differences")
                .Paragraph(
                    "gained: what a stage added on its own dataset. kept: what later stages did to it on an "
                        + "earlier one's. against: two detectors."
                )
                .Table(ComparisonColumns, matrix.Comparisons.Select(Cells));
        foreach (var transfer in matrix.Transfers)
            report.Paragraph(Sentence(transfer));
        var page = Path.Combine(folder, "matrix.html");
        report.Save(page);
        return page;
    }

    private static string Signed(Interval interval) =>
        $"{interval.Low:+0.00;-0.00;0.00} to {interval.High:+0.00;-0.00;0.00}";
}
