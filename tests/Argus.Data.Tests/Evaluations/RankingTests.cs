using System.Text.Json;
using Argus.Data.Evaluations;
using Argus.Data.Reports;
using Argus.Scores;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Evaluations;

/// <summary>Detectors beside one another: evidence.json's three on 240 videos, and worked examples.</summary>
public sealed class RankingTests
{
    private static readonly JsonElement Reference = JsonDocument
        .Parse(typeof(RankingTests).Assembly.GetManifestResourceStream("evidence.json")!)
        .RootElement;

    [Fact]
    public void Three_detectors_are_ranked_and_what_is_not_significant_is_marked()
    {
        using var folder = new TemporaryFolder();
        var matrix = EvaluationMatrix.Create([Entry("c"), Entry("a"), Entry("b")], rounds: 100);
        var ranking = Assert.Single(matrix.Rankings);
        Assert.Equal(["a", "c", "b"], ranking.Detectors.Select(detector => detector.Name));
        Assert.Equal(0.8281074635, ranking.Detectors[0].Auc.Auc, 1e-9);
        Assert.Equal(0.0006635443, Pair(ranking, "a", "b").AdjustedPValue, 1e-9);
        Assert.Equal(0.0136311038, Pair(ranking, "a", "c").AdjustedPValue, 1e-9);
        Assert.False(Pair(ranking, "c", "b").IsSignificant);
        Assert.Equal(["b"], ranking.NotDifferentFrom("c"));
        Assert.Empty(ranking.NotDifferentFrom("a"));
        var page = File.ReadAllText(MatrixReport.Write(folder.Path, matrix));
        Assert.Contains("Ranking on ffpp", page, StringComparison.Ordinal);
    }

    // A detector that left out the videos which it would have got wrong must not win by that.
    [Fact]
    public void Detectors_are_ranked_on_the_videos_that_all_of_them_judged()
    {
        var (subject, whole) = Entry("a");
        var videos = whole.Predictions.Videos;
        var choosy = Evaluation.Measure(
            new PredictionSet(
                [.. videos.Skip(60)],
                [.. videos.Take(60).Select(video => new UnscoredVideo(video.Item, "it did not want to"))]
            ),
            Judge.Plain,
            rounds: 50
        );
        var ranking = EvaluationMatrix
            .Create([(subject, whole), (subject with { Name = "choosy" }, choosy)], rounds: 50)
            .Rankings.Single();
        Assert.Equal(180, ranking.Real + ranking.Fake);
        Assert.Equal(ranking.Detectors[0].Auc, ranking.Detectors[1].Auc);
        Assert.Equal([(240, 240), (180, 240)], ranking.Detectors.Select(one => (one.Scored, one.Videos)));
        Assert.False(ranking.Pairs.Single().IsSignificant);
    }

    // Two fakes and two reals have scores and are right; one fake has none.
    [Fact]
    public void A_video_without_a_score_is_left_out_or_scored_half_or_counted_as_wrong()
    {
        var row = Evaluation
            .Measure(
                new PredictionSet(
                    [
                        DrawnPredictions.Video(0, 0, -2),
                        DrawnPredictions.Video(1, 0, -1),
                        DrawnPredictions.Video(2, 1, 1),
                        DrawnPredictions.Video(3, 1, 2),
                    ],
                    [new UnscoredVideo(DrawnPredictions.Video(4, 1).Item, "no face")]
                ),
                Judge.Plain,
                rounds: 20
            )
            .Videos.Single();
        Assert.Equal((1.0, 1.0), (row.Figures.RocAuc!.Value, row.Figures.Accuracy));
        // 0.5 lies above both reals and is called fake, which it is.
        Assert.Equal((1.0, 1.0), (row.WithUnscored!.RocAuc!.Value, row.WithUnscored.Accuracy));
        // Surely real: below both reals, so 4 of 6 pairs are right, and 4 of 5 verdicts.
        Assert.Equal(4.0 / 6, row.WithUnscoredWrong!.RocAuc!.Value, 1e-12);
        Assert.Equal(4.0 / 5, row.WithUnscoredWrong.Accuracy, 1e-12);
    }

    // Both are perfect within; the second's scores lie so much lower that its fakes look like the first's reals.
    [Fact]
    public void Reals_of_one_dataset_meet_fakes_of_another()
    {
        VideoPrediction Of(string dataset, int number, int label, double logit)
        {
            var video = DrawnPredictions.Video(number, label, logit);
            return video with { Item = video.Item with { Dataset = dataset } };
        }
        var cross = Evaluation
            .Measure(
                new PredictionSet(
                    [
                        Of("ffpp", 0, 0, 1),
                        Of("ffpp", 1, 0, 2),
                        Of("ffpp", 2, 1, 3),
                        Of("celebdf", 3, 0, -3),
                        Of("celebdf", 4, 1, 0),
                        Of("celebdf", 5, 1, 1.5),
                    ],
                    []
                ),
                Judge.Plain,
                rounds: 20
            )
            .CrossDatasets!;
        Assert.Equal(["ffpp", "celebdf"], cross.Datasets);
        // Reals of ffpp (1, 2) against fakes of celebdf (0, 1.5): one pair of four is in order.
        Assert.Equal([1, 0.25], cross.Auc[0]);
        Assert.Equal([1, 1], cross.Auc[1]);
        Assert.Equal((0.25 + 1) / 2, cross.Mean!.Value, 1e-12);
    }

    private static DetectorPair Pair(DetectorRanking ranking, string first, string second) =>
        ranking.Pairs.Single(pair => (pair.First, pair.Second) == (first, second));

    private static (EvaluationSubject, EvaluationResult) Entry(string name)
    {
        var labels = Reference.GetProperty("y").EnumerateArray().Select(element => element.GetInt32());
        var scores = Reference.GetProperty(name).EnumerateArray().Select(element => element.GetDouble());
        return (
            new EvaluationSubject
            {
                Name = name,
                Source = "",
                CodeVersion = "",
            },
            Evaluation.Measure(
                new PredictionSet(
                    [.. labels.Zip(scores).Select((video, i) => DrawnPredictions.Video(i, video.First, video.Second))],
                    []
                ),
                Judge.Plain,
                rounds: 50
            )
        );
    }
}
