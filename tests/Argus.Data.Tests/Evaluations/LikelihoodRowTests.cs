using Argus.Data.Evaluations;
using Argus.Data.Reports;
using Argus.Scores;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Evaluations;

/// <summary>Likelihood ratios that were fitted on some videos, measured on others.</summary>
public class LikelihoodRowTests
{
    private static readonly List<VideoPrediction> Test = DrawnPredictions.Draw(300, seed: 2);

    private static Judge Fitted(double gain = 1) =>
        Judge.Create(
            Calibration.Fit([.. DrawnPredictions.Draw(300, gain).Select(video => video.ToLabelled())], "validation")
        );

    private static EvaluationResult Measure(Judge judge) =>
        Evaluation.Measure(new PredictionSet(Test, []), judge, rounds: 20);

    [Fact]
    public void Ratios_of_like_videos_cost_little_more_than_the_best_calibration()
    {
        var rows = Measure(Fitted()).LikelihoodRatios;
        Assert.Equal(["logistic", "kernel_density"], rows.Select(row => row.Method));
        foreach (var row in rows)
        {
            Assert.Equal((150, 150), (row.Real, row.Fake));
            Assert.InRange(row.CllrMinimum, 0.3, row.Cllr);
            Assert.InRange(row.CalibrationLoss, 0, 0.1);
            Assert.True(row.LowerBound < -0.3 && row.UpperBound > 0.3);
        }
    }

    [Fact]
    public void Ratios_that_were_fitted_to_scores_of_another_scale_lose_by_calibration()
    {
        // Fitted to scores five times as small: the test's scores look five times as sure as they are.
        var off = Measure(Fitted(gain: 0.2)).LikelihoodRatios[0];
        var right = Measure(Fitted()).LikelihoodRatios[0];
        Assert.Equal(right.CllrMinimum, off.CllrMinimum, 1e-12);
        Assert.True(off.CalibrationLoss > right.CalibrationLoss + 0.05, $"{off} {right}");
    }

    [Fact]
    public void Without_a_calibration_or_of_one_class_there_are_none()
    {
        Assert.Empty(Measure(Judge.Plain).LikelihoodRatios);
        Assert.Empty(LikelihoodRow.Measure("all", [.. Test.Where(video => video.Item.Label == 0)], Fitted()));
    }

    [Fact]
    public async Task The_report_has_their_table_and_their_plot()
    {
        using var folder = new TemporaryFolder();
        var subject = new EvaluationSubject
        {
            Name = "drawn",
            Source = "drawn",
            CodeVersion = "1",
        };
        await EvaluationReport.WriteAsync(
            folder.Path,
            subject,
            Measure(Fitted()),
            TestContext.Current.CancellationToken
        );
        var page = await File.ReadAllTextAsync(folder["report.html"], TestContext.Current.CancellationToken);
        Assert.Contains("Likelihood ratios</h2>", page, StringComparison.Ordinal);
        Assert.True(new FileInfo(folder["plots", "tippett.png"]).Length > 5000);
        var json = await File.ReadAllTextAsync(folder["evaluation.json"], TestContext.Current.CancellationToken);
        Assert.Contains("\"calibration_loss\"", json, StringComparison.Ordinal);
    }
}
