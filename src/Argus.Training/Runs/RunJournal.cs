using System.Diagnostics;
using System.Text.Json;
using Argus.Data.Evaluations;
using Argus.Data.Reports;
using Argus.Metrics;
using Argus.Scores;
using Argus.Training.Recipes;
using TorchSharp;

namespace Argus.Training.Runs;

/// <summary>Writes a run's TensorBoard events, plots and validation predictions as it goes on.</summary>
public sealed class RunJournal(RunDirectory run, string title) : ITrainingObserver
{
    private readonly TorchSharp.Modules.SummaryWriter board = torch.utils.tensorboard.SummaryWriter(
        run.TensorBoard,
        createRunName: false
    );

    // Drawing takes a tenth of a second.
    private static readonly TimeSpan BetweenPlots = TimeSpan.FromSeconds(30);

    private long drawn = Stopwatch.GetTimestamp();

    public void Step(StepReport report)
    {
        board.add_scalar("train/loss_step", (float)report.Loss, report.GlobalStep);
        if (Stopwatch.GetElapsedTime(drawn) > BetweenPlots)
            DrawCurves();
    }

    public void Epoch(EpochReport report)
    {
        foreach (var (name, value) in report.Metrics)
        {
            if (value is { } number)
                board.add_scalar(
                    name.Replace("train_", "train/").Replace("validation_", "validation/"),
                    (float)number,
                    report.GlobalStep
                );
        }
        foreach (
            var file in report.IsBest
                ? new[] { run.ValidationPredictions, run.BestPredictions }
                : [run.ValidationPredictions]
        )
            PredictionTable.Write(file, new PredictionSet(report.Predictions, []));
        DrawCurves();
        if (report.Validation.RocAuc is not null)
            Plots.Roc(
                Path.Combine(run.Plots, "roc.png"),
                $"{title}: validation ROC",
                (
                    "validation",
                    new RocCurve(
                        [.. report.Predictions.Select(p => p.Item.Label)],
                        [.. report.Predictions.Select(p => p.Probability)]
                    )
                )
            );
    }

    private void DrawCurves()
    {
        var lines = File.ReadLines(run.Metrics)
            .Select(line => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(line)!)
            .ToList();
        Plots.Curves(
            Path.Combine(run.Plots, "loss.png"),
            $"{title}: loss",
            "step",
            "loss",
            ("batch", Points(lines, "loss")),
            ("epoch mean", Points(lines, "train_loss"))
        );
        Plots.Curves(
            Path.Combine(run.Plots, "validation.png"),
            $"{title}: validation",
            "step",
            "share",
            ("video AUC", Points(lines, "validation_auc")),
            ("accuracy on real", Points(lines, "validation_accuracy_real")),
            ("accuracy on fake", Points(lines, "validation_accuracy_fake"))
        );
        drawn = Stopwatch.GetTimestamp();
    }

    private static List<(double, double)> Points(IEnumerable<Dictionary<string, JsonElement>> lines, string key) =>
        [
            .. lines
                .Where(line => line.TryGetValue(key, out var value) && value.ValueKind == JsonValueKind.Number)
                .Select(line => (line["step"].GetDouble(), line[key].GetDouble())),
        ];
}
