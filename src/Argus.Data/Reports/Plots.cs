using Argus.Metrics;
using ScottPlot;

namespace Argus.Data.Reports;

/// <summary>
/// The pictures of a run and of an evaluation: PNG files of twice the resolution, and the same as SVG beside them.
/// </summary>
internal static partial class Plots
{
    private const double Scale = 2;
    private const int WidthPixels = 800;
    private const int HeightPixels = 500;
    private const int SmallWidthPixels = 520;
    private const int SmallHeightPixels = 320;
    private const int HistogramBins = 30;
    private static readonly Color RealColor = Color.FromHex(PlotStyle.RealColor);
    private static readonly Color FakeColor = Color.FromHex(PlotStyle.FakeColor);

    public static void Curves(
        string path,
        string title,
        string horizontal,
        string vertical,
        params IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> curves
    )
    {
        using var plot = New(title, horizontal, vertical);
        foreach (var (name, points) in curves.Where(curve => curve.Points.Count > 0))
        {
            var line = plot.Add.Scatter(points.Select(p => p.X).ToArray(), points.Select(p => p.Y).ToArray());
            line.LegendText = name;
            line.LineWidth = 2;
            line.MarkerSize = points.Count > 40 ? 0 : 6;
        }
        plot.ShowLegend(Edge.Right);
        Save(plot, path);
    }

    public static void Roc(string path, string title, params IReadOnlyList<(string Name, RocCurve Curve)> curves)
    {
        using var plot = New(
            title,
            "false positive rate (reals called fake)",
            "true positive rate (fakes called fake)"
        );
        foreach (var (name, curve) in curves)
        {
            var line = plot.Add.ScatterLine(curve.FalsePositiveRate, curve.TruePositiveRate);
            line.LegendText = $"{name}  AUC {curve.Auc:0.00}";
            line.LineWidth = 2;
        }
        var chance = plot.Add.Line(0, 0, 1, 1);
        chance.LineColor = ScottPlot.Colors.Gray;
        chance.LinePattern = LinePattern.Dashed;
        chance.LegendText = "chance";
        plot.Axes.SetLimits(-0.01, 1.01, -0.01, 1.01);
        plot.ShowLegend(Alignment.LowerRight);
        Save(plot, path, SmallWidthPixels, SmallWidthPixels);
    }

    /// <summary>Distributions over one another, each as shares of its own videos.</summary>
    public static void Histograms(
        string path,
        string horizontal,
        IReadOnlyList<(string Name, IReadOnlyList<double> Values)> groups,
        (double, double)? range = null
    )
    {
        var (lowest, highest) =
            range ?? (groups.SelectMany(group => group.Values).Min(), groups.SelectMany(group => group.Values).Max());
        var width = (highest - lowest) / HistogramBins;
        using var plot = New("", horizontal, "share of videos");
        foreach (var (name, values) in groups.Where(group => group.Values.Count > 0))
        {
            var counts = new double[HistogramBins];
            foreach (var value in values)
                counts[Math.Clamp((int)((value - lowest) / width), 0, HistogramBins - 1)]++;
            var color = name == "real" ? RealColor : FakeColor;
            var bars = plot.Add.Bars(
                Enumerable.Range(0, HistogramBins).Select(i => lowest + (i + 0.5) * width).ToArray(),
                [.. counts.Select(count => count / values.Count)]
            );
            foreach (var bar in bars.Bars)
            {
                bar.Size = width;
                bar.FillColor = color.WithAlpha(0.5);
                bar.LineWidth = 0;
            }
            bars.LegendText = $"{name} ({values.Count})";
            bars.Color = color.WithAlpha(0.5);
        }
        plot.Axes.Margins(bottom: 0);
        plot.ShowLegend(Alignment.UpperRight);
        Save(plot, path, SmallWidthPixels, SmallHeightPixels);
    }

    private static Plot New(string title, string horizontal, string vertical)
    {
        var plot = new Plot();
        plot.Font.Set(PlotStyle.Font);
        if (title.Length > 0)
            plot.Title(title);
        plot.XLabel(horizontal);
        plot.YLabel(vertical);
        return plot;
    }

    private static void Save(Plot plot, string path, int width = WidthPixels, int height = HeightPixels)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        plot.SaveSvg(Path.ChangeExtension(path, ".svg"), width, height);
        plot.ScaleFactor = Scale;
        plot.SavePng(path, (int)(width * Scale), (int)(height * Scale));
    }
}
