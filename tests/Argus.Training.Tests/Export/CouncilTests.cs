using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Detection;
using Argus.Scores;
using Argus.Tests;
using Argus.Training.Export;
using Xunit;

namespace Argus.Training.Tests.Export;

public class CouncilTests
{
    private static readonly Council Two = new(0.5, [new("rr", 2, 4), new("tm", 1, 1)], Forged: 1, Real: -1, "drawn");

    [Fact]
    public void Log_odds_are_calibrated_weighted_and_added_and_who_abstains_adds_nothing()
    {
        Assert.Equal(
            0.5 + 2 * 3 / 4.0 - 1,
            Two.Fuse(new Dictionary<string, double> { ["rr"] = 3, ["tm"] = -1 })!.Value,
            12
        );
        Assert.Equal(0.5 + 2 * 3 / 4.0, Two.Fuse(new Dictionary<string, double> { ["rr"] = 3 })!.Value, 12);
        Assert.Null(Two.Fuse(new Dictionary<string, double>()));
    }

    [
        Theory,
        InlineData(1.0, Verdict.Forged),
        InlineData(0.99, Verdict.Undecided),
        InlineData(-1.0, Verdict.Undecided),
        InlineData(-1.01, Verdict.Real)
    ]
    public void Verdicts_follow_the_thresholds(double logit, Verdict verdict)
    {
        Assert.Equal(verdict, Two.Decide(logit));
        Assert.Equal(Verdict.Undecided, Two.Decide(null));
        // Without thresholds it takes nine in ten.
        Assert.Equal(Verdict.Undecided, (Two with { Forged = null, Real = null }).Decide(logit));
        Assert.Equal(Verdict.Forged, (Two with { Forged = null, Real = null }).Decide(2.2));
    }

    [Theory]
    [
        InlineData("{}"),
        InlineData("null"),
        InlineData("[]"),
        InlineData("""{"members":[null]}"""),
        InlineData("""{"members":[]}""")
    ]
    [
        InlineData("""{"members":[{"name":"rr","weight":1e999,"temperature":1}]}"""),
        InlineData("""{"members":[{"name":"rr","weight":-1,"temperature":1}]}"""),
        InlineData("""{"members":[{"name":"rr","weight":1,"temperature":0}]}""")
    ]
    [
        InlineData(
            """{"members":[{"name":"rr","weight":1,"temperature":1},{"name":"rr","weight":1,"temperature":1}]}"""
        ),
        InlineData("""{"members":[{"name":"rr","weight":1,"temperature":1}],"forged":1,"real":2}""")
    ]
    public void A_council_of_nonsense_is_refused(string json)
    {
        using var folder = new TemporaryFolder();
        folder.Write(Council.FileName, json);
        Assert.Contains("is damaged", Assert.Throws<ArgusException>(() => Council.Read(folder.Path)).Message);
    }

    [Fact]
    public void Two_that_see_different_things_are_better_together_and_noise_gets_no_say()
    {
        var random = new KeyedRandom(4);
        // Of 400 videos the fakes show one trace or the other; the third specialist draws lots.
        var videos = Enumerable.Range(0, 400).Select(i => (Item: Item(i), Trace: i % 4)).ToList();
        List<VideoPrediction> Says(Func<int, double> of) =>
            [
                .. videos.Select(video => new VideoPrediction(
                    video.Item,
                    [ClipScore.FromLogit(0, 0, of(video.Trace) + random.Normal())]
                )),
            ];
        CouncilEvidence first = new("rr", null, Says(trace => trace == 1 ? 3 : -1));
        CouncilEvidence second = new("tm", null, Says(trace => trace == 3 ? 3 : -1));
        CouncilEvidence noise = new("av", null, Says(_ => 0));
        // tm abstains from a tenth.
        second = second with
        {
            Videos = [.. second.Videos.Where((_, i) => i % 10 != 0)],
        };
        var result = CouncilFit.Run([first, second, noise], "drawn");
        Assert.True(
            result.Auc > result.BestAuc + 0.1 && result.Gain!.Interval.Low > 0,
            $"{result.Auc} against {result.BestAuc}"
        );
        double Weight(string name) => result.Council.Members.First(member => member.Name == name).Weight;
        Assert.True(Weight("rr") > 0.5 && Weight("tm") > 0.5 && Weight("av") is >= 0 and < 0.3);
        Assert.True(result.Council.Real <= result.Council.Forged);

        // One real video in a hundred may reach the threshold.
        var evaluation = result.Council.Evaluation!;
        Assert.Equal((200, 200, false), (evaluation.Real, evaluation.Fake, evaluation.IsHeldOut));
        Assert.True(evaluation.FalseAlarms <= 2 && evaluation.Found > 100, $"{evaluation}");
        Assert.True(evaluation.Found + evaluation.CalledReal <= evaluation.Fake);
        Assert.True(evaluation.Cllr < 0.7 && evaluation.CllrMinimum <= evaluation.Cllr, $"{evaluation}");
        var ratios = result.Council.LikelihoodRatio!;
        Assert.True(ratios.Evaluate(4).Log10 > 0.5 && ratios.Evaluate(-4).Log10 < -0.5);

        // The same videos, judged by the council that was fitted to all of them, give nearly the same counts.
        var again = CouncilFit.Evaluate(result.Council, [first, second, noise], "drawn", isHeldOut: true)!;
        Assert.InRange(again.Found, evaluation.Found - 10, evaluation.Found + 10);
        Assert.True(again.IsHeldOut);

        using var folder = new TemporaryFolder();
        result.Council.Write(folder.Path);
        var read = Council.Read(folder.Path);
        Assert.Equal(evaluation, read.Evaluation);
        Assert.Equal(ratios.Evaluate(1), read.LikelihoodRatio!.Evaluate(1));
    }

    [Fact]
    public void Rates_of_several_faces_grow_and_rates_of_few_videos_are_wide()
    {
        // Wilson's interval for 0 of 10 ends at z^2 / (10 + z^2) = 0.27753, for 2 of 40 it is 0.0138 to 0.1650.
        var none = new CouncilEvaluation("drawn", true, 10, 10, 0, 40, 2, 0);
        Assert.Equal((0, 0.27753), (none.FalseAlarmRate.Low, Math.Round(none.FalseAlarmRate.High, 5)));
        Assert.Equal(0.01382, none.FoundRate.Low, 5e-5);
        Assert.Equal(0.16500, none.FoundRate.High, 5e-5);
        Assert.Equal(none.FalseAlarmRate.High, none.FindFalseAlarmRate(1).High, 1e-12);
        Assert.Equal(1 - Math.Pow(1 - none.FalseAlarmRate.High, 3), none.FindFalseAlarmRate(3).High, 1e-12);
    }

    [Fact]
    public void A_single_calibrated_member_brings_rates_and_ratios_with_it()
    {
        var random = new KeyedRandom(8);
        LabelledClips[] videos =
        [
            .. Enumerable
                .Range(0, 400)
                .Select(i => new LabelledClips(i % 2, [ClipScore.FromLogit(0, 0, 3 * (i % 2) - 1 + random.Normal())])),
        ];
        var calibration = Calibration.Fit(videos, "validation videos");
        var council = Council.CreateEqual([new CouncilCandidate("rr", calibration)]);
        var evaluation = council.Evaluation!;
        int Called(int label, Verdict verdict) =>
            videos.Count(video =>
                video.Label == label
                && council.Decide(council.Fuse(new Dictionary<string, double> { ["rr"] = video.Clips[0].Logit }))
                    == verdict
            );
        Assert.Equal((200, 200), (evaluation.Real, evaluation.Fake));
        Assert.Equal(Called(0, Verdict.Forged), evaluation.FalseAlarms);
        Assert.Equal(Called(1, Verdict.Forged), evaluation.Found);
        Assert.Equal(Called(1, Verdict.Real), evaluation.CalledReal);
        var temperature = council.Members[0].Temperature;
        Assert.Equal(
            calibration.Chosen.LikelihoodRatio!.Evaluate(1.5).Log10,
            council.LikelihoodRatio!.Evaluate(1.5 / temperature).Log10,
            1e-12
        );
    }

    [Fact]
    public void A_council_that_cannot_be_fitted_says_why()
    {
        CouncilEvidence Evidence(string name, int videos, int turned = 0) =>
            new(
                name,
                null,
                [
                    .. Enumerable
                        .Range(0, videos)
                        .Select(i => new VideoPrediction(
                            Item(i) with
                            {
                                Label = (i + turned) % 2,
                            },
                            [ClipScore.FromLogit(0, 0, i)]
                        )),
                ]
            );
        Assert.Throws<RequestException>(() => CouncilFit.Run([Evidence("rr", 40)], ""));
        Assert.Contains(
            "at least 5",
            Assert.Throws<ArgusException>(() => CouncilFit.Run([Evidence("rr", 6), Evidence("tm", 6)], "")).Message
        );
        Assert.Contains(
            "disagree",
            Assert
                .Throws<ArgusException>(() => CouncilFit.Run([Evidence("rr", 40), Evidence("tm", 40, turned: 1)], ""))
                .Message
        );
    }

    private static VideoItem Item(int i) =>
        new("drawn", "", $"{i:000}", $"{i}.mp4", i % 2, $"{i}", [$"{i}"], Split.Validation);
}
