using Argus.Metrics;
using ScottPlot;

namespace Argus.Data.Reports;

/// <summary>A value with its interval, named.</summary>
public sealed record NamedInterval(string Name, double Value, Interval Interval);

/// <summary>The pictures that only an evaluation has.</summary>
internal static partial class Plots
{
    private const int BarHeightPixels = 34;
    private const int BarFramePixels = 90;
    private const int SlantedLabelPixels = 75;

    public static void PrecisionRecall(
        string path,
        string title,
        params IReadOnlyList<(string Name, RocCurve Curve)> curves
    )
    {
        using var plot = New(title, "recall (share of fakes found)", "precision (share of alarms that are right)");
        foreach (var (name, curve) in curves)
        {
            var line = plot.Add.ScatterLine(curve.TruePositiveRate, curve.Precision);
            line.LegendText = $"{name}  AP {curve.AveragePrecision:0.00}";
            line.LineWidth = 2;
        }
        plot.Axes.SetLimits(-0.01, 1.01, -0.01, 1.01);
        plot.ShowLegend(Alignment.LowerLeft);
        Save(plot, path, SmallWidthPixels, SmallWidthPixels);
    }

    /// <summary>For each of 15 bins the mean score against the share of fakes.</summary>
    public static void Reliability(
        string path,
        IReadOnlyList<int> labels,
        params IReadOnlyList<(string Name, IReadOnlyList<double> Scores)> series
    )
    {
        using var plot = New("", "probability that was given (mean of the bin)", "share of fakes in the bin");
        var diagonal = plot.Add.Line(0, 0, 1, 1);
        diagonal.LineColor = ScottPlot.Colors.Gray;
        diagonal.LinePattern = LinePattern.Dashed;
        diagonal.LegendText = "calibrated";
        foreach (var (name, scores) in series)
        {
            var bins = scores.Zip(labels).GroupBy(pair => ScoreSet.Bin(pair.First)).OrderBy(bin => bin.Key).ToList();
            var line = plot.Add.Scatter(
                bins.Select(bin => bin.Average(pair => pair.First)).ToArray(),
                bins.Select(bin => bin.Average(pair => pair.Second)).ToArray()
            );
            line.LegendText = name;
            line.LineWidth = 2;
            line.MarkerSize = 7;
        }
        plot.Axes.SetLimits(-0.02, 1.02, -0.02, 1.02);
        plot.ShowLegend(Alignment.UpperLeft);
        Save(plot, path, SmallWidthPixels, SmallWidthPixels);
    }

    /// <summary>For each decimal logarithm of a likelihood ratio, the share of videos that have at least it.</summary>
    public static void Tippett(string path, IReadOnlyList<double> real, IReadOnlyList<double> fake)
    {
        using var plot = New("", "log10 likelihood ratio", "share at or above it");
        foreach (var (name, values, color) in new[] { ("real", real, RealColor), ("fake", fake, FakeColor) })
        {
            double[] sorted = [.. values.Order()];
            // From the right: a step up at each value.
            double[] x = [.. sorted.SelectMany(value => new[] { value, value })];
            double[] y =
            [
                .. Enumerable
                    .Range(0, sorted.Length)
                    .SelectMany(i =>
                        new[] { (double)(sorted.Length - i) / sorted.Length, (sorted.Length - i - 1.0) / sorted.Length }
                    ),
            ];
            var line = plot.Add.ScatterLine(x, y);
            line.LegendText = $"{name} ({values.Count})";
            line.Color = color;
            line.LineWidth = 2;
        }
        var neutral = plot.Add.VerticalLine(0);
        neutral.LineColor = ScottPlot.Colors.Gray;
        neutral.LinePattern = LinePattern.Dashed;
        plot.Axes.SetLimitsY(-0.02, 1.02);
        plot.ShowLegend(Alignment.UpperRight);
        Save(plot, path, SmallWidthPixels, SmallHeightPixels);
    }

    /// <summary>AUC a row, with its interval; the dashed line is chance.</summary>
    public static void Bars(string path, string title, IReadOnlyList<NamedInterval> rows)
    {
        using var plot = New(title, "ROC AUC with its 95% interval", "");
        for (var i = 0; i < rows.Count; i++)
        {
            var y = rows.Count - 1 - i;
            var bar = plot.Add.Bar(
                new Bar
                {
                    Position = y,
                    Value = rows[i].Value,
                    Size = 0.6,
                    FillColor = Color.FromHex("#4c78a8"),
                    LineWidth = 0,
                    Orientation = Orientation.Horizontal,
                }
            );
            bar.Horizontal = true;
            var line = plot.Add.Line(rows[i].Interval.Low, y, rows[i].Interval.High, y);
            line.LineColor = ScottPlot.Colors.Black;
            line.LineWidth = 2;
        }
        var chance = plot.Add.VerticalLine(0.5);
        chance.LineColor = ScottPlot.Colors.Gray;
        chance.LinePattern = LinePattern.Dashed;
        chance.LineWidth = 1;
        plot.Axes.Left.SetTicks(
            [.. rows.Select((_, i) => (double)(rows.Count - 1 - i))],
            [.. rows.Select(row => row.Name)]
        );
        plot.Axes.SetLimits(0, 1.02, -0.6, rows.Count - 0.4);
        Save(plot, path, WidthPixels, BarFramePixels + BarHeightPixels * rows.Count);
    }

    /// <summary>A curve a series over named steps, the interval as a band.</summary>
    public static void Steps(
        string path,
        string title,
        string vertical,
        IReadOnlyList<string> steps,
        params IReadOnlyList<(string Name, IReadOnlyList<(double Value, Interval Interval)> Points)> series
    )
    {
        using var plot = New(title, "", vertical);
        foreach (var (name, points) in series)
        {
            double[] x = [.. points.Select((_, i) => (double)i)];
            var line = plot.Add.Scatter(x, points.Select(point => point.Value).ToArray());
            line.LegendText = name;
            line.LineWidth = 2;
            line.MarkerSize = 6;
            var band = plot.Add.FillY(
                x,
                [.. points.Select(point => point.Interval.Low)],
                [.. points.Select(point => point.Interval.High)]
            );
            band.FillColor = line.Color.WithAlpha(0.15);
            band.LineWidth = 0;
        }
        var chance = plot.Add.HorizontalLine(0.5);
        chance.LineColor = ScottPlot.Colors.Gray;
        chance.LinePattern = LinePattern.Dashed;
        chance.LineWidth = 1;
        plot.Axes.Bottom.SetTicks([.. steps.Select((_, i) => (double)i)], [.. steps]);
        if (steps.Max(step => step.Length) > 4)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = -35;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
            plot.Axes.Bottom.MinimumSize = SlantedLabelPixels;
        }
        plot.Axes.SetLimits(-0.3, steps.Count - 0.7, 0, 1.03);
        if (series.Count > 1)
            plot.ShowLegend(Alignment.LowerLeft);
        Save(plot, path, SmallWidthPixels, SmallHeightPixels);
    }
}
