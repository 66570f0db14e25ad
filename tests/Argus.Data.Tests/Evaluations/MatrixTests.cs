using Argus.Data.Evaluations;
using Argus.Scores;
using Xunit;

namespace Argus.Data.Tests.Evaluations;

public sealed class MatrixTests
{
    private static (EvaluationSubject, EvaluationResult) Entry(
        int stage,
        string trained,
        double onFirst,
        double onSecond
    )
    {
        List<VideoPrediction> Of(string dataset, double gain, ulong seed) =>
            [
                .. DrawnPredictions
                    .Draw(200, 1, seed)
                    .Select(video =>
                        video with
                        {
                            Item = video.Item with { Dataset = dataset },
                            Clips =
                            [
                                .. video.Clips.Select(clip =>
                                    ClipScore.FromLogit(clip.Clip, null, clip.Logit + gain * video.Item.Label)
                                ),
                            ],
                        }
                    ),
            ];
        return (
            new EvaluationSubject
            {
                Name = $"rr, stage {stage}",
                Specialist = "rr",
                Stage = stage,
                TrainedOn = trained,
                Source = "",
                CodeVersion = "",
            },
            Evaluation.Measure(
                new PredictionSet([.. Of("ffpp", onFirst, 1), .. Of("celebdf", onSecond, 2)], []),
                Judge.Plain,
                rounds: 200
            )
        );
    }

    [Fact]
    public void What_a_stage_gained_and_forgot_is_told_apart_from_chance()
    {
        var matrix = EvaluationMatrix.Create([Entry(1, "ffpp", 2, 0), Entry(2, "celebdf", 0, 2)], rounds: 200);
        var gained = matrix.Comparisons.Single(comparison => comparison.Kind == "gained");
        var kept = matrix.Comparisons.Single(comparison => comparison.Kind == "kept");
        Assert.Equal(("celebdf", "ffpp"), (gained.Dataset, kept.Dataset));
        Assert.True(gained.Difference.Interval.Low > 0 && gained.Difference.PValue < 0.05);
        Assert.True(kept.Difference.Interval.High < 0);
        Assert.Equal(
            matrix.Rows[1].Cells[0].Auc!.Value - matrix.Rows[0].Cells[0].Auc!.Value,
            kept.Difference.Value,
            1e-12
        );
        Assert.Equal(kept.Difference.Value, matrix.Transfers.Single().Value, 1e-12);
    }

    [Fact]
    public void The_area_under_a_robustness_curve_is_its_mean_by_trapezoids()
    {
        var original = DrawnPredictions.Draw(100);
        // Everything lost is scored 0.5: AUC 0.5.
        var nothing = original.Select(_ => (VideoPrediction?)null).ToList();
        var result = RobustnessResult.Measure(
            original,
            [new ConditionScores("blur", "1", original), new ConditionScores("blur", "2", nothing)],
            Judge.Plain,
            rounds: 100
        );
        Assert.Equal((0, 100, 0.5), (result.Points[0].Lost, result.Points[1].Lost, result.Points[1].Auc));
        Assert.Equal(0, result.Points[0].Change.Value);
        Assert.Equal((result.Auc + (result.Auc + 0.5) / 2) / 2, result.Areas.Single().Area, 1e-12);
        Assert.True(result.Points[1].Change.Interval.High < 0);
        Assert.Equal("2", result.Worst(1)[0].Label);
    }
}
