using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Metrics;

namespace Argus.Data.Reports;

/// <summary>The tables of an evaluation, for terminal and report, and how their numbers are written.</summary>
public static class EvaluationTables
{
    /// <summary>Columns of the main table, in the terminal and in the report.</summary>
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

    internal static string PointName(string name) =>
        name switch
        {
            "fpr_1" => "FPR 1%",
            "fpr_5" => "FPR 5%",
            _ => "EER",
        };

    /// <summary>Its path, or its id where a table names no path.</summary>
    internal static string Name(VideoItem item) => item.Path.Length > 0 ? item.Path : item.Id;

    internal static string Number(double? value) => value is { } number ? $"{number:0.000}" : "-";

    internal static string Range(Interval interval) => $"{interval.Low:0.00}-{interval.High:0.00}";

    internal static string Signed(double value) => $"{value:+0.000;-0.000;0.000}";

    internal static string Percent(double? share) => share is { } number ? $"{number:0.0%}" : "-";

    internal static string RangeOrDash(Interval? interval) => interval is null ? "-" : Range(interval);

    internal static string Share(Interval? interval) =>
        interval is null ? "-" : $"{interval.Low:0.0%}-{interval.High:0.0%}";

    internal static string Turned(Interval? interval) =>
        interval is null ? "-" : Share(new Interval(1 - interval.High, 1 - interval.Low));
}
