using Argus.Metrics;
using ScottPlot;

namespace Argus.Reports;

/// <summary>The pictures of a run and of an evaluation, as PNG files.</summary>
public static class Plots
{
    private const int WidthPixels = 800, HeightPixels = 500;

    public static void Curves(string path, string title, string horizontal, string vertical, params IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> curves)
    {
        using var plot = New(title, horizontal, vertical);
        foreach (var (name, points) in curves.Where(curve => curve.Points.Count > 0))
        {
            var line = plot.Add.Scatter(points.Select(p => p.X).ToArray(), points.Select(p => p.Y).ToArray());
            (line.LegendText, line.LineWidth, line.MarkerSize) = (name, 2, points.Count > 40 ? 0 : 6);
        }
        plot.ShowLegend(Edge.Right);
        Save(plot, path);
    }

    public static void Roc(string path, string title, params IReadOnlyList<(string Name, RocCurve Curve)> curves)
    {
        using var plot = New(title, "false positive rate (real called fake)", "true positive rate (fake called fake)");
        foreach (var (name, curve) in curves)
        {
            var line = plot.Add.ScatterLine(curve.FalsePositiveRate, curve.TruePositiveRate);
            (line.LegendText, line.LineWidth) = ($"{name}  AUC {curve.Auc:0.00}", 2);
        }
        var chance = plot.Add.Line(0, 0, 1, 1);
        (chance.LineColor, chance.LinePattern, chance.LegendText) = (ScottPlot.Colors.Gray, LinePattern.Dashed, "chance");
        plot.Axes.SetLimits(-0.01, 1.01, -0.01, 1.01);
        plot.ShowLegend(Edge.Right);
        Save(plot, path);
    }

    private static Plot New(string title, string horizontal, string vertical)
    {
        var plot = new Plot();
        plot.Font.Set("DejaVu Sans");
        plot.Title(title);
        plot.XLabel(horizontal);
        plot.YLabel(vertical);
        return plot;
    }

    private static void Save(Plot plot, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        plot.SavePng(path, WidthPixels, HeightPixels);
    }
}
