using System.Text.Json;
using Argus.Metrics;
using Xunit;

namespace Argus.Tests.Metrics;

/// <summary>Numbers of evidence.json: 240 videos, three detectors, made with R's pROC 1.18.</summary>
public class DeLongTests
{
    private static readonly JsonElement Reference = JsonDocument
        .Parse(typeof(DeLongTests).Assembly.GetManifestResourceStream("evidence.json")!)
        .RootElement;

    private static readonly int[] Labels = [.. Reference.GetProperty("y").EnumerateArray().Select(e => e.GetInt32())];

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("c")]
    public void Intervals_equal_pROC(string detector)
    {
        var estimate = DeLong.Estimate(Labels, Scores(detector));
        Assert.Equal(Number("auc", detector, "auc"), estimate.Auc, 1e-10);
        Assert.Equal(Number("auc", detector, "standard_error"), estimate.StandardError, 1e-10);
        Assert.Equal(Number("auc", detector, "ci95_low"), estimate.Interval.Low, 1e-10);
        Assert.Equal(Number("auc", detector, "ci95_high"), estimate.Interval.High, 1e-10);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a", "c")]
    [InlineData("b", "c")]
    public void Paired_tests_equal_pROC(string first, string second)
    {
        var test = DeLong.TestPaired(Labels, Scores(first), Scores(second));
        Assert.Equal(Number("paired", first + second, "z"), test.Statistic, 1e-9);
        Assert.Equal(Number("paired", first + second, "p"), test.PValue, 1e-9);
    }

    [Fact]
    public void Unpaired_tests_equal_pROC()
    {
        var test = DeLong.TestUnpaired(Labels[..120], Scores("a")[..120], Labels[120..], Scores("b")[120..]);
        Assert.Equal(Number("unpaired", "D"), test.Statistic, 1e-9);
        Assert.Equal(Number("unpaired", "df"), test.DegreesOfFreedom!.Value, 1e-7);
        Assert.Equal(Number("unpaired", "p"), test.PValue, 1e-9);
    }

    [Fact]
    public void Holms_adjustment_equals_the_reference()
    {
        string[] pairs = ["ab", "ac", "bc"];
        var adjusted = Holm.Adjust([.. pairs.Select(pair => Number("paired", pair, "p"))]);
        Assert.All(pairs.Zip(adjusted), pair => Assert.Equal(Number("holm", pair.First), pair.Second, 1e-9));
        // As by hand: 3 x 0.01, then 2 x 0.02 = 0.04, then 0.03, which may not fall below it.
        Assert.Equal([0.04, 0.03, 0.04], Holm.Adjust([0.02, 0.01, 0.03]).Select(p => Math.Round(p, 12)));
    }

    // Among the surest video none is wrong, among two one, among three one, among four two.
    [Fact]
    public void Risk_grows_with_coverage()
    {
        var curve = RiskCoverage.Compute([1, 0, 1, 0], [4, 3, 2, 1]);
        Assert.Equal([0, 0.5, 1.0 / 3, 0.5], curve.Risk);
        Assert.Equal([0.25, 0.5, 0.75, 1], curve.Coverage);
        Assert.Equal((0 + 0.5 + 1.0 / 3 + 0.5) / 4, curve.Area, 1e-12);
        // Two of equal confidence, one of them wrong: each half wrong, in whatever order they come.
        Assert.Equal([0.5, 0.5], RiskCoverage.Compute([1, 1], [2, -2]).Risk);
    }

    [Fact]
    public void The_area_under_risk_and_coverage_equals_the_reference()
    {
        var curve = RiskCoverage.Compute(Labels, Scores("llr"));
        Assert.Equal(Number("aurc"), curve.Area, 1e-12);
        Assert.Equal(Number("error"), curve.Error, 1e-12);
    }

    [Fact]
    public void Detectors_without_doubt_differ_or_do_not()
    {
        int[] labels = [0, 0, 1, 1];
        double[] right = [0, 0, 1, 1];
        double[] wrong = [1, 1, 0, 0];
        Assert.Equal(
            (0, 1),
            (DeLong.TestPaired(labels, right, right).Statistic, DeLong.TestPaired(labels, right, right).PValue)
        );
        Assert.Equal(0, DeLong.TestPaired(labels, right, wrong).PValue);
        Assert.Equal(0, DeLong.TestUnpaired(labels, right, labels, wrong).PValue);
        Assert.Equal(1, DeLong.TestUnpaired(labels, right, labels, right).PValue);
        Assert.Throws<ArgusException>(() => DeLong.Estimate([0, 1, 1], [0, 1, 1]));
        Assert.Throws<ArgusException>(() => DeLong.Estimate([0, 0, 1, 1], [0, 1, double.NaN, 1]));
    }

    [Fact]
    public void A_false_alarm_in_a_thousand_needs_a_thousand_reals()
    {
        var random = KeyedRandom.Create("reals");
        int[] labels = [.. Enumerable.Range(0, 1100).Select(i => i < 1000 ? 0 : 1)];
        double[] scores = [.. labels.Select(label => Math.Clamp(0.5 * random.NextDouble() + 0.4 * label, 0, 1))];
        var enough = BinaryMetrics.Compute(labels, scores);
        var second = scores.Take(1000).OrderDescending().ElementAt(1);
        Assert.Equal(scores.Skip(1000).Count(score => score > second) / 100.0, enough.TprAtFpr01!.Value, 1e-12);
        Assert.Null(BinaryMetrics.Compute(labels[1..], scores[1..]).TprAtFpr01);
    }

    private static double Number(params string[] path) =>
        path.Aggregate(Reference, (element, name) => element.GetProperty(name)).GetDouble();

    private static double[] Scores(string name) =>
        [.. Reference.GetProperty(name).EnumerateArray().Select(element => element.GetDouble())];
}
