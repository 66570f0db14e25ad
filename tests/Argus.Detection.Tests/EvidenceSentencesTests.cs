using Argus.Metrics;
using Argus.Scores;
using Xunit;

namespace Argus.Detection.Tests;

/// <summary>What an answer says of its own worth.</summary>
public class EvidenceSentencesTests
{
    private static readonly CouncilEvaluation Measured = new("drawn faces", true, 109, 140, 0, 140, 98, 4);

    private static readonly Council Fitted = new(0, [new("rr", 1, 1)], 1, -1, "drawn")
    {
        Evaluation = Measured,
        LikelihoodRatio = new LikelihoodRatioModel(1, 0, 0.01, 0.01, 0, new EmpiricalBounds(-1, 1), null, 30, 90),
    };

    private static FaceAnalysis Face(double logit) =>
        ReportFileTests.Example().Faces[0] with
        {
            Probability = Odds.ToProbability(logit),
            LikelihoodRatio = Fitted.LikelihoodRatio!.Evaluate(logit),
        };

    [Fact]
    public void A_score_is_given_as_a_ratio_in_words_with_its_interval_and_the_prior_of_P()
    {
        var sentences = EvidenceSentences.Create(Fitted, Face(Math.Log(5)), 1);
        Assert.StartsWith(
            "weak support that the face is forged: such a score is 5 times as likely among forgeries as among real",
            sentences[0],
            StringComparison.Ordinal
        );
        Assert.Contains("log10 LR +0.70, 95% +0.54 to +0.86)", sentences[0], StringComparison.Ordinal);
        Assert.Contains("75%", sentences[1], StringComparison.Ordinal);
        Assert.Contains("held at what", EvidenceSentences.Create(Fitted, Face(9), 1)[0], StringComparison.Ordinal);
        Assert.Contains(
            "as likely among real videos as among forgeries",
            EvidenceSentences.Create(Fitted, Face(-1), 1)[0],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Rates_stand_with_their_counts_people_and_intervals_and_grow_with_the_faces()
    {
        var one = string.Join("; ", EvidenceSentences.Create(Fitted, Face(0), 1));
        Assert.Contains("140 real and 140 forged videos of 109 people (drawn faces)", one, StringComparison.Ordinal);
        Assert.Contains("0 real ones were called forged, 0% to 2.7%", one, StringComparison.Ordinal);
        Assert.Contains("98 forged ones were found, 62% to 77%", one, StringComparison.Ordinal);
        Assert.Contains("by groups of people (age, sex, skin) were not measured", one, StringComparison.Ordinal);
        Assert.Contains("nor thresholds nor ratios were fitted to these people", one, StringComparison.Ordinal);
        var three = string.Join("; ", EvidenceSentences.Create(Fitted, Face(0), 3));
        Assert.Contains("with 3 faces 0% to 7.8% would be called forged", three, StringComparison.Ordinal);
        var same = Fitted with { Evaluation = Measured with { IsHeldOut = false, People = null } };
        Assert.Contains("a little too good", string.Join("; ", EvidenceSentences.Create(same, Face(0), 1)));
    }

    [Fact]
    public void Where_nothing_was_measured_it_is_said_and_where_nobody_could_judge_nothing_is()
    {
        var unknown = new Council(0, [new("rr", 1, 1)], null, null, "");
        var face = Face(0) with { LikelihoodRatio = null };
        Assert.Contains("was not measured", Assert.Single(EvidenceSentences.Create(unknown, face, 1)));
        Assert.Empty(EvidenceSentences.Create(Fitted, null, 0));
        Assert.Empty(EvidenceSentences.Create(Fitted, face with { Probability = null }, 1));
    }
}
