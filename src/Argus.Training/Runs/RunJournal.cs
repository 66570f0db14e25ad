using System.Text.Json;
using Argus.Metrics;
using Argus.Reports;
using TorchSharp;

namespace Argus.Training.Runs;

/// <summary>Writes a run's TensorBoard events, plots and validation predictions as it goes on.</summary>
public sealed class RunJournal(RunDirectory run, string title) : ITrainingObserver
{
    private readonly TorchSharp.Modules.SummaryWriter board = torch.utils.tensorboard.SummaryWriter(run.TensorBoard, createRunName: false);

    public void Step(StepReport report) => board.add_scalar("train/loss_step", (float)report.Loss, report.GlobalStep);

    public void Epoch(EpochReport report)
    {
        foreach (var (name, value) in report.Metrics)
        {
            if (value is { } number) board.add_scalar(name.Replace("train_", "train/").Replace("validation_", "validation/"), (float)number, report.GlobalStep);
        }
        PredictionTable.Write(Path.Combine(run.Predictions, "validation.csv"), report.Predictions);
        var lines = File.ReadLines(run.Metrics).Select(line => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(line)!).ToList();
        Plots.Curves(Path.Combine(run.Plots, "loss.png"), $"{title}: loss", "step", "loss",
            ("batch", Points(lines, "loss")), ("epoch mean", Points(lines, "train_loss")));
        Plots.Curves(Path.Combine(run.Plots, "validation.png"), $"{title}: validation", "step", "share",
            ("video AUC", Points(lines, "validation_auc")), ("accuracy on real", Points(lines, "validation_accuracy_real")), ("accuracy on fake", Points(lines, "validation_accuracy_fake")));
        if (report.Validation.RocAuc is not null)
            Plots.Roc(Path.Combine(run.Plots, "roc.png"), $"{title}: validation ROC", ("validation", new RocCurve([.. report.Predictions.Select(p => p.Item.Label)], [.. report.Predictions.Select(p => p.Probability)])));
    }

    private static List<(double, double)> Points(IEnumerable<Dictionary<string, JsonElement>> lines, string key) =>
        [.. lines.Where(line => line.TryGetValue(key, out var value) && value.ValueKind == JsonValueKind.Number).Select(line => (line["step"].GetDouble(), line[key].GetDouble()))];
}

/// <summary>Predictions as comma-separated values, one video a line.</summary>
public static class PredictionTable
{
    public const string Header = "dataset,method,compression,chunk,kind,id,path,label,clips,real_logit,fake_logit,probability";

    public static void Write(string path, IEnumerable<VideoPrediction> predictions)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, predictions.Select(p => string.Join(',', new[]
        {
            p.Item.Dataset, p.Item.Method, p.Item.Compression, $"{p.Item.Chunk}", p.Item.Kind ?? "", p.Item.Id, p.Item.Path, $"{p.Item.Label}", $"{p.Clips}",
            $"{p.RealLogit:R}", $"{p.FakeLogit:R}", $"{p.Probability:R}",
        }.Select(Csv.Cell))).Prepend(Header));
    }
}
