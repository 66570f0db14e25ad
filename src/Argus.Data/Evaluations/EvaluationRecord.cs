using System.Text.Json;
using Argus.Metrics;
using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary><c>evaluation.json</c>: every figure with its interval, and what it is a figure of.</summary>
public static class EvaluationRecord
{
    public const string FileName = "evaluation.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>What <c>--json</c> prints and the file holds.</summary>
    /// <param name="predictionsHash">SHA-256 of predictions.csv.</param>
    public static object Create(EvaluationSubject subject, EvaluationResult result, string predictionsHash) =>
        new
        {
            subject.Name,
            subject.Specialist,
            subject.Stage,
            subject.TrainedOn,
            subject.Source,
            subject.CodeVersion,
            Sha256 = subject.Hashes.Append(new("predictions", predictionsHash)).ToDictionary(),
            Aggregation = result.Judge.Aggregation.Name,
            Calibrator = $"{result.Judge.Calibrator}".ToLowerInvariant(),
            Bootstrap = new
            {
                Unit = "video",
                Strata = "dataset and label",
                Rounds = Bootstrap.DefaultRounds,
                Seed = 0,
            },
            Rows = result.Rows.Select(row => new
            {
                row.Level,
                row.Dataset,
                row.By,
                row.Part,
                row.Figures.Real,
                row.Figures.Fake,
                row.Unscored,
                row.Figures.RealRight,
                row.Figures.FakeRight,
                Figures = Figures(row.Figures, row.Intervals),
                ScoringTheUnscoredHalf = row.WithUnscored is { } half ? Figures(half, null) : null,
                CountingTheUnscoredAsWrong = row.WithUnscoredWrong is { } wrong ? Figures(wrong, null) : null,
            }),
            OperatingPoints = result.OperatingPoints.Select(row => new
            {
                row.Dataset,
                row.Point.Name,
                row.Point.Logit,
                row.Point.Probability,
                FalsePositiveRate = Value(
                    1 - row.Figures.RealAccuracy,
                    Turned(row.Intervals.GetValueOrDefault("real_accuracy"))
                ),
                TruePositiveRate = Value(row.Figures.FakeAccuracy, row.Intervals.GetValueOrDefault("fake_accuracy")),
            }),
            result.LikelihoodRatios,
            result.CrossDatasets,
            subject.Robustness,
            Unscored = result.Predictions.Unscored.Select(video => new
            {
                video.Item.Dataset,
                video.Item.Method,
                video.Item.Path,
                video.Reason,
            }),
            subject.Notes,
        };

    public static string Text(object record) => JsonSerializer.Serialize(record, Json) + "\n";

    private static Dictionary<string, object> Figures(
        BinaryMetrics figures,
        IReadOnlyDictionary<string, Interval>? intervals
    ) =>
        Figure.All.ToDictionary(
            figure => figure.Name,
            figure => Value(figure.Of(figures), intervals?.GetValueOrDefault(figure.Name))
        );

    private static object Value(double? value, Interval? interval) =>
        new
        {
            Value = value,
            interval?.Low,
            interval?.High,
        };

    private static Interval? Turned(Interval? interval) =>
        interval is null ? null : new Interval(1 - interval.High, 1 - interval.Low);
}
