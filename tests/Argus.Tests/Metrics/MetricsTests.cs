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
        var figures = BinaryMetrics.Compute(labels, scores);
        var curve = new RocCurve(labels, scores);
        Assert.Equal(expected.GetProperty("roc_auc").GetDouble(), figures.RocAuc!.Value, 1e-9);
        Assert.Equal(expected.GetProperty("average_precision").GetDouble(), figures.AveragePrecision!.Value, 1e-9);
        Assert.Equal(expected.GetProperty("eer_interpolated").GetDouble(), figures.EqualErrorRate!.Value, 1e-9);
        Assert.Equal(at.GetProperty("accuracy").GetDouble(), figures.Accuracy, 1e-9);
        Assert.Equal(expected.GetProperty("log_loss_clipped_1e-7").GetDouble(), figures.LogLoss, 1e-9);
        Assert.Equal(expected.GetProperty("brier").GetDouble(), figures.Brier, 1e-9);
        Assert.Equal(expected.GetProperty("ece_15_equal_width_bins").GetDouble(), figures.CalibrationError, 1e-9);
        Assert.Equal(at.GetProperty("balanced_accuracy").GetDouble(), figures.BalancedAccuracy!.Value, 1e-9);
        Assert.Equal(at.GetProperty("f1_fake").GetDouble(), figures.F1!.Value, 1e-9);
        Assert.Equal(at.GetProperty("mcc").GetDouble(), figures.Mcc!.Value, 1e-9);
        Assert.Equal((126, 63), (figures.RealRight, figures.FakeRight));
        Assert.Equal(expected.GetProperty("tpr_at_fpr_0.05").GetDouble(), figures.TprAtFpr5!.Value, 1e-9);
        Assert.Equal(expected.GetProperty("tpr_at_fpr_0.01").GetDouble(), figures.TprAtFpr1!.Value, 1e-9);
        Assert.Equal(at.GetProperty("f1_weighted").GetDouble(), figures.WeightedF1, 1e-9);
        Assert.Equal(126.0 / 158, figures.RealAccuracy!.Value, 1e-9);
        Assert.Equal(63.0 / 82, figures.FakeAccuracy!.Value, 1e-9);
        Assert.Equal(expected.GetProperty("tpr_at_fpr_0.05").GetDouble(), curve.TruePositiveRateAt(0.05), 1e-9);
        Assert.Equal(expected.GetProperty("tpr_at_fpr_0.01").GetDouble(), curve.TruePositiveRateAt(0.01), 1e-9);
    }

    [Fact]
    public void A_curve_has_a_step_for_each_score_and_a_rate_is_kept_where_it_is_reached()
    {
        // By falling score: fake, real, fake, real.
        var curve = new RocCurve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6]);
        Assert.Equal([1, 1, 0.5, 2.0 / 3, 0.5], curve.Precision);
        Assert.Equal([0, 0.5, 0.5, 1, 1], curve.TruePositiveRate);
        Assert.Equal(3, curve.StepAt(0.5));
        Assert.Equal(1, curve.TruePositiveRateAt(0.5));
        Assert.Equal(0.5, curve.TruePositiveRateAt(0.49));
    }

    [Fact]
    public void One_class_gives_missing_values_and_no_invented_ones()
    {
        var figures = BinaryMetrics.Compute([0, 0], [0.1, 0.9]);
        Assert.Null(figures.RocAuc);
        Assert.Null(figures.FakeAccuracy);
        Assert.Null(figures.Bias);
        Assert.Null(figures.Mcc);
        Assert.Null(figures.BalancedAccuracy);
        Assert.Throws<ArgusException>(() => BinaryMetrics.Compute([0, 1], [0.5, 1.5]));
        Assert.Equal(0.5, figures.Accuracy);
        Assert.Throws<ArgusException>(() => new RocCurve([0, 0], [0.1, 0.9]));
        Assert.Throws<ArgusException>(() => new RocCurve([0, 1], [0.1, double.NaN]));
    }

    [Fact]
    public void The_interval_holds_the_figure_and_narrows_with_more_videos()
    {
        (int[] Labels, double[] Scores) Draw(int count)
        {
            var random = new KeyedRandom(7);
            int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 2)];
            return (labels, [.. labels.Select(label => label + random.Normal())]);
        }
        var few = Draw(40);
        var many = Draw(1000);
        var wide = Bootstrap.Auc(few.Labels, few.Scores);
        var narrow = Bootstrap.Auc(many.Labels, many.Scores);
        Assert.InRange(new RocCurve(many.Labels, many.Scores).Auc, narrow.Low, narrow.High);
        Assert.True(narrow.High - narrow.Low < (wide.High - wide.Low) / 2);
        Assert.Equal(narrow, Bootstrap.Auc(many.Labels, many.Scores));
    }

    [Fact]
    public void A_weight_counts_a_unit_as_often_as_it_says()
    {
        var random = new KeyedRandom(3);
        // Scores of two decimals, so that there are ties; three clips a video.
        int[] units = [.. Enumerable.Range(0, 90).Select(i => i / 3)];
        int[] labels = [.. units.Select(unit => unit % 2)];
        double[] scores =
        [
            .. labels.Select(label => Math.Round(Math.Clamp(0.3 + 0.3 * label + 0.2 * random.Normal(), 0, 1), 2)),
        ];
        int[] weights = [.. Enumerable.Range(0, 30).Select(_ => random.Next(4))];
        var repeated = Enumerable.Range(0, 90).SelectMany(i => Enumerable.Repeat(i, weights[units[i]])).ToList();
        var expected = BinaryMetrics.Compute(
            [.. repeated.Select(i => labels[i])],
            [.. repeated.Select(i => scores[i])]
        );
        var weighted = new ScoreSet(labels, scores, units).Measure(weights);
        Assert.Equal(
            (expected.Real, expected.Fake, expected.RealRight, expected.FakeRight),
            (weighted.Real, weighted.Fake, weighted.RealRight, weighted.FakeRight)
        );
        foreach (var figure in Figure.All)
            Assert.Equal(figure.Of(expected) ?? -1, figure.Of(weighted) ?? -1, 1e-12);
    }

    [Fact]
    public void Clips_of_a_video_are_drawn_together()
    {
        // Ten clips of one video are one observation: the interval is as wide as that of the ten times fewer videos.
        var random = new KeyedRandom(5);
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 2)];
        double[] scores = [.. labels.Select(label => 1 / (1 + Math.Exp(-label - random.Normal())))];
        int[] units = [.. Enumerable.Range(0, 600).Select(i => i / 10)];
        var videos = Bootstrap.Intervals(new ScoreSet(labels, scores), labels)["roc_auc"];
        var clips = Bootstrap.Intervals(
            new ScoreSet([.. units.Select(unit => labels[unit])], [.. units.Select(unit => scores[unit])], units),
            labels
        )["roc_auc"];
        Assert.Equal(videos.Low, clips.Low, 1e-12);
        Assert.Equal(videos.High, clips.High, 1e-12);
    }

    [Fact]
    public void Two_detectors_on_the_same_videos_are_compared_in_pairs()
    {
        var random = new KeyedRandom(11);
        int[] labels = [.. Enumerable.Range(0, 400).Select(i => i % 2)];
        double[] noise = [.. labels.Select(_ => random.Normal())];
        double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
        var weak = new ScoreSet(labels, [.. labels.Select((label, i) => Sigmoid(label + noise[i]))]);
        var strong = new ScoreSet(labels, [.. labels.Select((label, i) => Sigmoid(1.5 * label + noise[i]))]);
        var difference = Bootstrap.AucDifference(weak, strong, labels)!;
        Assert.Equal(strong.Rank()!.Value.Auc - weak.Rank()!.Value.Auc, difference.Value, 1e-12);
        Assert.True(difference.Interval.Low > 0 && difference.PValue < 0.01);
        var same = Bootstrap.AucDifference(weak, weak, labels)!;
        Assert.Equal((0, 1), (same.Value, same.PValue));
        Assert.Throws<ArgusException>(() => Bootstrap.AucDifference(weak, new ScoreSet([0, 1], [0.1, 0.9]), labels));
    }
}
