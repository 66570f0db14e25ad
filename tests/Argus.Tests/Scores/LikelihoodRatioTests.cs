using System.Text.Json;
using Argus.Scores;
using Xunit;

namespace Argus.Tests.Scores;

/// <summary>Numbers of evidence.json: 240 videos, made with pROC, NumPy and scikit-learn.</summary>
public class LikelihoodRatioTests
{
    private static readonly JsonElement Reference = JsonDocument
        .Parse(typeof(LikelihoodRatioTests).Assembly.GetManifestResourceStream("evidence.json")!)
        .RootElement;

    private static readonly int[] Labels = [.. Reference.GetProperty("y").EnumerateArray().Select(e => e.GetInt32())];

    [Fact]
    public void Costs_equal_the_reference()
    {
        var llr = Numbers("llr");
        Assert.Equal(Number("cllr"), LikelihoodRatioCost.Compute(Labels, llr), 1e-12);
        Assert.Equal(Number("cllr_min"), LikelihoodRatioCost.ComputeMinimum(Labels, llr), 1e-12);
    }

    [Fact]
    public void Ratios_of_one_cost_a_bit_and_certain_right_ones_nothing()
    {
        Assert.Equal(1, LikelihoodRatioCost.Compute([0, 1, 1], [0, 0, 0]), 1e-12);
        Assert.Equal(0, LikelihoodRatioCost.Compute([0, 1], [double.NegativeInfinity, double.PositiveInfinity]), 1e-12);
        Assert.Equal(0, LikelihoodRatioCost.ComputeMinimum([0, 0, 1, 1], [1, 2, 3, 4]), 1e-12);
    }

    [Fact]
    public void The_line_equals_the_reference()
    {
        var expected = Reference.GetProperty("logistic_llr");
        var model = LikelihoodRatioModel.Fit(Labels, Numbers("a"))!;
        // The reference's optimizer stopped a little before the minimum, Newton's method did not.
        Assert.Equal(expected.GetProperty("slope").GetDouble(), model.Slope, 1e-5);
        Assert.Equal(expected.GetProperty("intercept").GetDouble(), model.Intercept, 1e-5);
    }

    [Fact]
    public void The_interval_is_what_resampled_videos_say()
    {
        var a = Numbers("a");
        var model = LikelihoodRatioModel.Fit(Labels, a)!;
        var random = KeyedRandom.Create("resample");
        var classes = Enumerable.Range(0, Labels.Length).ToLookup(i => Labels[i]);
        var slopes = new List<double>();
        var atOne = new List<double>();
        for (var round = 0; round < 400; round++)
        {
            int[] drawn = [.. Labels.Select(label => random.Pick([.. classes[label]]))];
            var again = LikelihoodRatioModel.Fit([.. drawn.Select(i => Labels[i])], [.. drawn.Select(i => a[i])])!;
            slopes.Add(again.Slope);
            atOne.Add((again.Intercept + again.Slope) / Math.Log(10));
        }
        double Deviation(List<double> values) =>
            Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));
        Assert.InRange(Deviation(slopes) / Math.Sqrt(model.SlopeVariance), 0.85, 1.2);
        var interval = (model with { Bounds = new EmpiricalBounds(-9, 9) }).Evaluate(1).Interval;
        Assert.InRange(2 * 1.96 * Deviation(atOne) / (interval.High - interval.Low), 0.85, 1.2);
    }

    [Fact]
    public void Ratios_stay_within_what_the_number_of_videos_can_bear_out()
    {
        // 10 real videos at -3 and 10 fake ones at 3, each class with one on the wrong side: with one more misleading
        // video of each, a ratio above the threshold is right in 9 of 11 fakes and wrong in 2 of 11 real ones, so that
        // deciding by it pays up to a threshold of 9 / 2.
        int[] labels = [.. Enumerable.Repeat(0, 10), .. Enumerable.Repeat(1, 10)];
        double[] ratios = [3, .. Enumerable.Repeat(-3.0, 9), -3, .. Enumerable.Repeat(3.0, 9)];
        var bounds = EmpiricalBounds.Find(labels, ratios);
        Assert.Equal(Math.Log10(9 / 2.0), bounds.Upper, 0.011);
        Assert.Equal(-Math.Log10(9 / 2.0), bounds.Lower, 0.011);
    }

    [Fact]
    public void A_system_that_says_nothing_is_bounded_to_one()
    {
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 2)];
        double[] ratios = [.. Enumerable.Range(0, 40).Select(i => i / 2 % 2 == 0 ? 2.0 : -2)];
        var bounds = EmpiricalBounds.Find(labels, ratios);
        Assert.Equal(0, bounds.Upper, 0.011);
        Assert.Equal(0, bounds.Lower, 0.011);
    }

    [Fact]
    public void What_lies_beyond_the_bounds_stands_at_them_and_says_so()
    {
        var model = LikelihoodRatioModel.Fit(Labels, Numbers("a"))!;
        var far = model.Evaluate(50);
        Assert.Equal((model.Bounds.Upper, true), (far.Log10, far.IsBounded));
        Assert.Equal(model.Bounds.Upper, far.Interval.High);
        Assert.False(model.Evaluate(0.5).IsBounded);
        Assert.InRange(model.Bounds.Upper, 0.3, Math.Log10(Labels.Count(label => label == 0) + 1));
    }

    [Fact]
    public void Densities_of_two_normals_give_their_line()
    {
        // N(-1, 1) against N(1, 1): the ratio of the densities is exp(2 x).
        var random = KeyedRandom.Create("normals");
        int[] labels = [.. Enumerable.Range(0, 4000).Select(i => i % 2)];
        double[] scores = [.. labels.Select(label => 2 * label - 1 + random.Normal())];
        var model = LikelihoodRatioModel.Fit(labels, scores)!;
        foreach (var x in new[] { -1, -0.5, 0, 0.5, 1 })
        {
            Assert.Equal(2 * x / Math.Log(10), model.Evaluate(x).Log10, 0.08);
            Assert.Equal(2 * x / Math.Log(10), model.EvaluateKernelDensity(x)!.Value, 0.15);
        }
    }

    [Fact]
    public void Log_odds_divided_by_a_temperature_keep_their_ratio()
    {
        var model = LikelihoodRatioModel.Fit(Labels, Numbers("a"))!;
        var cooled = model.Divide(2.5).Evaluate(0.4 / 2.5);
        var whole = model.Evaluate(0.4);
        Assert.Equal(whole.Log10, cooled.Log10, 1e-12);
        Assert.Equal(whole.Interval.Low, cooled.Interval.Low, 1e-12);
    }

    [Theory]
    [InlineData(0, "support for neither")]
    [InlineData(0.29, "support for neither")]
    [InlineData(0.31, "weak support that the face is forged")]
    [InlineData(-1, "moderate support that the face is real")]
    [InlineData(2, "moderately strong support that the face is forged")]
    [InlineData(-3.5, "strong support that the face is real")]
    [InlineData(4, "very strong support that the face is forged")]
    [InlineData(6, "extremely strong support that the face is forged")]
    public void Words_are_those_of_the_guideline(double log10Ratio, string words) =>
        Assert.Equal(words, VerbalScale.Describe(log10Ratio));

    [Fact]
    public void What_cannot_be_fitted_has_no_ratio()
    {
        Assert.Null(LikelihoodRatioModel.Fit([0, 0, 0, 0, 1, 1, 1, 1, 1], [1, 5, 2, 3, 2, 4, 5, 6, 7]));
        int[] labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
        Assert.Null(LikelihoodRatioModel.Fit(labels, [.. Enumerable.Repeat(1.0, 10)]));
        Assert.Null(LikelihoodRatioModel.Fit(labels, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
        Assert.Null(LikelihoodRatioModel.Fit(labels, [6, 7, 3, 9, 10, 1, 2, 8, 4, 5]));
    }

    private static double[] Numbers(string name) =>
        [.. Reference.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())];

    private static double Number(string name) => Reference.GetProperty(name).GetDouble();
}
