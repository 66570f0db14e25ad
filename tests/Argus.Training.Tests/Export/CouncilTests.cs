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
