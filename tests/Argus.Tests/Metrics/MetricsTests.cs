using System.Text.Json;
using Argus.Metrics;
using Xunit;

namespace Argus.Tests.Metrics;

public class MetricsTests
{
    [Fact]
    public void Figures_equal_scikit_learns()
    {
        using var stream = typeof(MetricsTests).Assembly.GetManifestResourceStream("Argus.Tests.Metrics.numbers.json")!;
        var reference = JsonDocument.Parse(stream).RootElement.GetProperty("metrics");
        var labels = reference.GetProperty("labels").EnumerateArray().Select(e => e.GetInt32()).ToArray();
        var scores = reference.GetProperty("scores").EnumerateArray().Select(e => e.GetDouble()).ToArray();
        var expected = reference.GetProperty("expected");
        var at = expected.GetProperty("threshold_0.5");
        var figures = BinaryMetrics.Of(labels, scores);
        var curve = new RocCurve(labels, scores);
        Assert.Equal(expected.GetProperty("roc_auc").GetDouble(), figures.RocAuc!.Value, 1e-9);
        Assert.Equal(expected.GetProperty("average_precision").GetDouble(), figures.AveragePrecision!.Value, 1e-9);
        Assert.Equal(expected.GetProperty("eer_interpolated").GetDouble(), figures.EqualErrorRate!.Value, 1e-9);
        Assert.Equal(at.GetProperty("accuracy").GetDouble(), figures.Accuracy, 1e-9);
        Assert.Equal(at.GetProperty("f1_weighted").GetDouble(), figures.WeightedF1, 1e-9);
        Assert.Equal(126.0 / 158, figures.RealAccuracy!.Value, 1e-9);
        Assert.Equal(63.0 / 82, figures.FakeAccuracy!.Value, 1e-9);
        Assert.Equal(expected.GetProperty("tpr_at_fpr_0.05").GetDouble(), curve.TruePositiveRateAt(0.05), 1e-9);
        Assert.Equal(expected.GetProperty("tpr_at_fpr_0.01").GetDouble(), curve.TruePositiveRateAt(0.01), 1e-9);
    }

    [Fact]
    public void One_class_gives_missing_values_and_no_invented_ones()
    {
        var figures = BinaryMetrics.Of([0, 0], [0.1, 0.9]);
        Assert.Null(figures.RocAuc);
        Assert.Null(figures.FakeAccuracy);
        Assert.Null(figures.Bias);
        Assert.Equal(0.5, figures.Accuracy);
        Assert.Throws<ArgusException>(() => new RocCurve([0, 0], [0.1, 0.9]));
        Assert.Throws<ArgusException>(() => new RocCurve([0, 1], [0.1, double.NaN]));
    }

    [Fact]
    public void The_interval_holds_the_figure_and_narrows_with_more_videos()
    {
        (int[] Labels, double[] Scores) Draw(int count)
        {
            var random = new Randomness.KeyedRandom(7);
            int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 2)];
            return (labels, [.. labels.Select(label => label + random.Normal())]);
        }
        var (few, many) = (Draw(40), Draw(1000));
        var wide = Bootstrap.Auc(few.Labels, few.Scores);
        var narrow = Bootstrap.Auc(many.Labels, many.Scores);
        Assert.InRange(new RocCurve(many.Labels, many.Scores).Auc, narrow.Low, narrow.High);
        Assert.True(narrow.High - narrow.Low < (wide.High - wide.Low) / 2);
        Assert.Equal(narrow, Bootstrap.Auc(many.Labels, many.Scores));
    }
}
