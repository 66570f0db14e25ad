using Argus.Data.Evaluations;
using Argus.Metrics;

namespace Argus.Training.Runs;

/// <summary>What the loop tells whoever watches it.</summary>
public interface ITrainingObserver
{
    void Step(StepReport report);
    void Epoch(EpochReport report);
}

public sealed record StepReport(
    int Epoch,
    int Epochs,
    int Step,
    int Steps,
    int GlobalStep,
    int? Chunk,
    double Loss,
    double SecondsPerStep,
    double DataWaitShare
);

public sealed record EpochReport(
    int Epoch,
    int Epochs,
    int? Chunk,
    int GlobalStep,
    double LearningRate,
    double TrainLoss,
    BinaryMetrics Validation,
    IReadOnlyList<VideoPrediction> Predictions,
    bool IsBest,
    IReadOnlyDictionary<string, double?> Metrics
);

/// <summary>How a run ended.</summary>
public sealed record TrainingResult(bool Finished, int GlobalStep, double? BestAuc, string Folder);
