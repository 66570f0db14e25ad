using System.Text.Json.Nodes;
using Argus.Metrics;
using Argus.Scores;
using Xunit;

namespace Argus.Tests.Scores;

public sealed class CalibrationTests
{
    private static LabelledClips Video(int label, params double[] logits) =>
        new(label, [.. logits.Select((logit, clip) => ClipScore.FromLogit(clip, clip * 0.5, logit))]);

    // Videos whose clip logits scatter around a logit of the label.
    private static List<LabelledClips> Draw(int count, double gain = 1, ulong seed = 1)
    {
        var random = new KeyedRandom(seed);
        var videos = new List<LabelledClips>();
        for (var i = 0; i < count; i++)
        {
            var truth = 1.5 * (i % 2) - 0.75 + random.Normal();
            videos.Add(Video(i % 2, [.. Enumerable.Range(0, 4).Select(_ => gain * (truth + 0.5 * random.Normal()))]));
        }
        return videos;
    }

    [Fact]
    public void The_temperature_solves_its_equation_and_undoes_overconfidence()
    {
        // Of four of each class the targets are 1/6 and 5/6. Three of four at +-4 are right: sigmoid(4/T) = (3 * 5/6 +
        // 1/6) / 4 = 2/3, so T = 4 / ln 2.
        int[] labels = [1, 1, 1, 0, 0, 0, 0, 1];
        double[] logits = [4, 4, 4, 4, -4, -4, -4, -4];
        Assert.Equal(4 / Math.Log(2), TemperatureScaling.Fit(labels, logits), 1e-9);
        // Eight of each, told apart without a mistake: sigmoid(1/T) = 9/10 at best.
        Assert.Equal(
            1 / Math.Log(9),
            TemperatureScaling.Fit(
                [.. Enumerable.Range(0, 16).Select(i => i % 2)],
                [.. Enumerable.Range(0, 16).Select(i => 2.0 * (i % 2) - 1)]
            ),
            1e-9
        );
        var calibration = Calibration.Fit(Draw(2000, gain: 5), "drawn").Aggregations["mean_logit"];
        Assert.True(calibration.CalibrationError[1] < calibration.CalibrationError[0] / 3);
    }

    [Fact]
    public void The_isotonic_curve_pools_what_is_out_of_order()
    {
        // Means of 0 1 | 0 (pooled with the 1) | 1: 0, 1/2, 1/2, 1.
        var curve = IsotonicCurve.Fit([0, 1, 0, 1], [1, 2, 3, 4]);
        Assert.Equal([0, 0.5, 0.5, 1], new[] { 1.0, 2, 3, 4 }.Select(curve.Probability));
        Assert.Equal(0.25, curve.Probability(1.5), 1e-12);
        Assert.Equal((0, 1), (curve.Probability(-9), curve.Probability(9)));
    }

    [Fact]
    public void Operating_points_are_what_the_validation_data_allow()
    {
        var point = Calibration.Fit(Draw(400), "drawn").Chosen.OperatingPoints.ToDictionary(point => point.Name);
        Assert.InRange(point["fpr_1"].FalsePositiveRate, 0, 0.01);
        Assert.InRange(point["fpr_5"].FalsePositiveRate, 0, 0.05);
        Assert.True(point["fpr_1"].Logit > point["fpr_5"].Logit && point["fpr_5"].Logit > point["eer"].Logit);
        Assert.Equal(
            Odds.ToProbability(point["eer"].Logit!.Value / Calibration.Fit(Draw(400), "drawn").Chosen.Temperature),
            point["eer"].Probability!.Value,
            1e-12
        );
        Assert.Equal(point["eer"].FalsePositiveRate, 1 - point["eer"].TruePositiveRate, 0.01);
        // The highest score is a real video's: no threshold calls fewer than one real fake.
        Assert.Null(Calibration.Fit([Video(0, 5), Video(1, 1), Video(0, -1)], "drawn").Chosen.OperatingPoints[0].Logit);
    }

    [Fact]
    public void Another_aggregation_is_chosen_only_where_it_is_better_beyond_chance()
    {
        Assert.Equal("mean_logit", Calibration.Fit(Draw(300), "drawn").Aggregation);
        // One clip of eight shows the forgery; the others are noise of real and fake alike.
        var random = new KeyedRandom(9);
        var hidden = Enumerable
            .Range(0, 300)
            .Select(i =>
                Video(
                    i % 2,
                    [.. Enumerable.Range(0, 8).Select(clip => random.Normal() + (clip == 0 && i % 2 == 1 ? 4 : 0))]
                )
            )
            .ToList();
        var calibration = Calibration.Fit(hidden, "drawn");
        Assert.NotEqual("mean_logit", calibration.Aggregation);
        Assert.True(calibration.Chosen.GainOverMeanLogit!.Interval.Low > 0);
    }

    [Fact]
    public void Aggregations_are_what_their_names_say()
    {
        var clips = Video(1, -2, 0, 1, 6).Clips;
        double P(double logit) => 1 / (1 + Math.Exp(-logit));
        Assert.Equal(1.25, Aggregation.Find("mean_logit").Aggregate(clips), 1e-12);
        Assert.Equal(
            (P(-2) + P(0) + P(1) + P(6)) / 4,
            Odds.ToProbability(Aggregation.Find("mean_probability").Aggregate(clips)),
            1e-9
        );
        Assert.Equal(6, Aggregation.Find("top_k").Aggregate(clips), 1e-12);
        Assert.Equal(2, Aggregation.Find("confident").Aggregate(clips), 1e-12);
        Assert.Contains(
            "top_k",
            Assert.Throws<RequestException>(() => Aggregation.Find("topk")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_judge_divides_the_logit_by_the_temperature()
    {
        var calibration = Calibration.Fit(Draw(400, gain: 5), "drawn");
        var clips = Video(1, 1, 2).Clips;
        Assert.True(calibration.Chosen.Temperature > 2);
        Assert.Equal(
            Odds.ToProbability(1.5 / calibration.Chosen.Temperature),
            Judge.Create(calibration).Probability(clips),
            1e-12
        );
    }

    private static bool RemoveFirst(JsonNode? node, string name)
    {
        if (node is not JsonObject section)
            return false;
        if (!section.ContainsKey(name))
            return section.Any(member => RemoveFirst(member.Value, name));
        section[name] = null;
        return true;
    }

    [Fact]
    public void A_calibration_is_read_as_it_was_written_and_a_damaged_one_is_refused()
    {
        using var folder = new TemporaryFolder();
        var calibration = Calibration.Fit(Draw(60), "drawn");
        var video = Draw(1, seed: 4)[0];
        calibration.Write(folder.Path);
        var read = Calibration.Read(folder.Path)!;
        foreach (var calibrator in Enum.GetValues<Calibrator>())
            Assert.Equal(
                Judge.Create(calibration, null, calibrator).Probability(video.Clips),
                Judge.Create(read, null, calibrator).Probability(video.Clips)
            );
        folder.Write(Calibration.FileName, "{ \"aggregation\": ");
        Assert.Throws<ArgusException>(() => Calibration.Read(folder.Path));
        foreach (var part in new[] { "aggregations", "isotonic", "logits", "operating_points" })
        {
            calibration.Write(folder.Path);
            var json = JsonNode.Parse(File.ReadAllText(folder[Calibration.FileName]))!;
            RemoveFirst(json, part);
            folder.Write(Calibration.FileName, json.ToJsonString());
            Assert.Throws<ArgusException>(() => Calibration.Read(folder.Path));
        }
        var curve = calibration.Chosen.Isotonic;
        var unequal = calibration.Chosen with { Isotonic = curve with { Logits = [.. curve.Logits, 99] } };
        (
            calibration with
            {
                Aggregations = new Dictionary<string, AggregationCalibration> { [calibration.Aggregation] = unequal },
            }
        ).Write(folder.Path);
        Assert.Throws<ArgusException>(() => Calibration.Read(folder.Path));
        Assert.Null(Calibration.Read(Path.GetTempPath()));
        Assert.Throws<RequestException>(() => Judge.Create(null, null, Calibrator.Isotonic));
        Assert.Throws<ArgusException>(() => Calibration.Fit([Video(0, 1), Video(0, 2)], "drawn"));
    }
}
