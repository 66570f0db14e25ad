using Argus.Training.Runs;

namespace Argus.Cli.Output;

/// <summary>Prints how a training goes on.</summary>
internal sealed class TrainingPrinter : ITrainingObserver
{
    public void Step(StepReport report) =>
        Terminal.Line(
            $"  epoch {report.Epoch + 1}/{report.Epochs}{Chunk(report.Chunk)}  step {report.Step}/{report.Steps}  "
                + $"loss {report.Loss:0.0000}  {report.SecondsPerStep:0.00} s/step  "
                + $"data wait {report.DataWaitShare:0.0%}"
        );

    public void Epoch(EpochReport report)
    {
        var v = report.Validation;
        Terminal.Line(
            $"  epoch {report.Epoch + 1}/{report.Epochs}{Chunk(report.Chunk)}  train loss {report.TrainLoss:0.0000}  "
                + $"validation: video AUC {v.RocAuc:0.000}  AP {v.AveragePrecision:0.000}  "
                + $"EER {v.EqualErrorRate:0.000}  real {v.RealAccuracy:0.00}  fake {v.FakeAccuracy:0.00}  "
                + $"F1 {v.WeightedF1:0.00}{(report.IsBest ? "  best" : "")}"
        );
    }

    private static string Chunk(int? chunk) => chunk is null ? "" : $" (part {chunk})";
}
