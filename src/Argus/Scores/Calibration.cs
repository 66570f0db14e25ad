using System.Text.Json;
using Argus.Metrics;

namespace Argus.Scores;

/// <summary>A threshold with what it did on validation data.</summary>
/// <param name="Name"><c>fpr_1</c>, <c>fpr_5</c> or <c>eer</c>.</param>
/// <param name="Logit">
/// Videos whose aggregated log odds reach it count as fake; null where too few real videos were there to allow any.
/// </param>
/// <param name="Probability">The threshold as calibrated probability (temperature).</param>
/// <param name="TruePositiveRate">Share of the fake validation videos that count as fake.</param>
/// <param name="FalsePositiveRate">Share of the real validation videos that count as fake.</param>
public sealed record OperatingPoint(
    string Name,
    double? Logit,
    double? Probability,
    double FalsePositiveRate,
    double TruePositiveRate
);

/// <summary>One aggregation's calibration.</summary>
/// <param name="GainOverMeanLogit">
/// Gain of the validation AUC, with its paired interval; null for mean_logit itself.
/// </param>
/// <param name="CalibrationError">
/// ECE on the validation videos: as they are, after the temperature, after the isotonic curve.
/// </param>
/// <param name="OperatingPoints">Thresholds with what they did.</param>
/// <param name="Auc">AUC over the validation videos.</param>
/// <param name="Isotonic">From log odds to probability.</param>
/// <param name="Temperature">By which log odds are divided.</param>
public sealed record AggregationCalibration(
    double Auc,
    PairedDifference? GainOverMeanLogit,
    double Temperature,
    IsotonicCurve Isotonic,
    IReadOnlyList<OperatingPoint> OperatingPoints,
    double[] CalibrationError
)
{
    /// <summary>
    /// From log odds to a likelihood ratio; null where it could not be fitted, and in calibrations of earlier versions.
    /// </summary>
    public LikelihoodRatioModel? LikelihoodRatio { get; init; }
}

/// <summary>
/// What a detector's scores mean, learned on validation videos and kept beside its weights as <c>calibration.json</c>:
/// which aggregation, the temperature (Guo et al., 2017) and the isotonic curve (Zadrozny and Elkan, 2002) that make
/// probabilities of log odds, and thresholds. Probabilities hold for the validation set's share of fakes.
/// </summary>
public sealed record Calibration
{
    /// <summary>The file's name beside the weights.</summary>
    public const string FileName = "calibration.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
    };

    /// <summary>What it was fitted on, in words.</summary>
    public required string Data { get; init; }

    /// <summary>Real validation videos.</summary>
    public required int Real { get; init; }

    /// <summary>Fake validation videos.</summary>
    public required int Fake { get; init; }

    /// <summary>
    /// The name of the aggregation to use: mean_logit, unless another is better on validation videos beyond chance
    /// (95%, paired).
    /// </summary>
    public required string Aggregation { get; init; }

    /// <summary>By the names of aggregations.</summary>
    public required IReadOnlyDictionary<string, AggregationCalibration> Aggregations { get; init; }

    /// <summary>The calibration of the aggregation to use.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public AggregationCalibration Chosen => Aggregations[Aggregation];

    /// <param name="data">What the videos are, in words.</param>
    /// <param name="validation">Videos that were not trained on.</param>
    /// <exception cref="ArgusException">One class only.</exception>
    public static Calibration Fit(IReadOnlyList<LabelledClips> validation, string data)
    {
        int[] labels = [.. validation.Select(video => video.Label)];
        if (labels.Distinct().Count() < 2)
            throw new ArgusException(
                $"Calibration needs validation videos of both classes; there are {labels.Count(l => l == 0)} "
                    + $"real and {labels.Count(l => l == 1)} fake ones."
            );
        var reference = new ScoreSet(
            labels,
            [.. validation.Select(video => Scores.Aggregation.MeanLogit.Aggregate(video.Clips))]
        );
        var all = Scores.Aggregation.All.ToDictionary(
            aggregation => aggregation.Name,
            aggregation => Fit(aggregation, validation, labels, reference)
        );
        var better = all.Where(entry => entry.Value.GainOverMeanLogit is { Interval.Low: > 0 })
            .OrderByDescending(entry => entry.Value.Auc)
            .Select(entry => entry.Key)
            .FirstOrDefault();
        return new Calibration
        {
            Data = data,
            Real = labels.Count(l => l == 0),
            Fake = labels.Count(l => l == 1),
            Aggregation = better ?? Scores.Aggregation.MeanLogit.Name,
            Aggregations = all,
        };
    }

    private static AggregationCalibration Fit(
        Aggregation aggregation,
        IReadOnlyList<LabelledClips> validation,
        int[] labels,
        ScoreSet reference
    )
    {
        double[] logits = [.. validation.Select(video => aggregation.Aggregate(video.Clips))];
        var gain =
            aggregation == Scores.Aggregation.MeanLogit
                ? null
                : Bootstrap.AucDifference(reference, new ScoreSet(labels, logits), labels);
        var curve = new RocCurve(labels, logits);
        var temperature = TemperatureScaling.Fit(labels, logits);
        var isotonic = IsotonicCurve.Fit(labels, logits);
        double Error(Func<double, double> probability) =>
            BinaryMetrics.Compute(labels, [.. logits.Select(probability)]).CalibrationError;
        OperatingPoint Point(string name, int step)
        {
            double? logit = double.IsInfinity(curve.Thresholds[step]) ? null : curve.Thresholds[step];
            return new OperatingPoint(
                name,
                logit,
                logit is { } z ? Odds.ToProbability(z / temperature) : null,
                curve.FalsePositiveRate[step],
                curve.TruePositiveRate[step]
            );
        }
        return new AggregationCalibration(
            curve.Auc,
            gain,
            temperature,
            isotonic,
            [Point("fpr_1", curve.StepAt(0.01)), Point("fpr_5", curve.StepAt(0.05)), Point("eer", EerStep(curve))],
            [
                Error(Odds.ToProbability),
                Error(logit => Odds.ToProbability(logit / temperature)),
                Error(isotonic.Probability),
            ]
        )
        {
            LikelihoodRatio = LikelihoodRatioModel.Fit(labels, logits),
        };
    }

    // The step where the two errors are closest.
    private static int EerStep(RocCurve curve) =>
        Enumerable
            .Range(0, curve.Thresholds.Length)
            .MinBy(step => Math.Abs(curve.FalsePositiveRate[step] - (1 - curve.TruePositiveRate[step])));

    /// <returns>Null where the folder has none.</returns>
    /// <exception cref="ArgusException">The file is damaged.</exception>
    public static Calibration? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file) ? Parse(File.ReadAllText(file), file) : null;
    }

    /// <param name="file">Where the text is from, for the message.</param>
    /// <param name="json">The text of the file.</param>
    /// <exception cref="ArgusException">It is damaged.</exception>
    public static Calibration Parse(string json, string file)
    {
        try
        {
            var calibration =
                JsonSerializer.Deserialize<Calibration>(json, Json) ?? throw new JsonException("it is empty");
            return calibration.Fault() is { } fault ? throw new JsonException(fault) : calibration;
        }
        catch (JsonException error)
        {
            throw new ArgusException(
                $"{file} is damaged ({error.Message}). Delete it; 'argus evaluate' with the checkpoint's "
                    + "training data makes it anew.",
                error
            );
        }
    }

    // What would be computed with, silently, and come out as nonsense.
    private string? Fault()
    {
        if (Aggregation is null || Aggregations is null || !Aggregations.ContainsKey(Aggregation))
            return $"it does not hold its own aggregation {Aggregation}";
        foreach (var (name, fitted) in Aggregations)
        {
            if (fitted?.OperatingPoints is null || fitted.OperatingPoints.Any(point => point is null))
                return $"{name} has no operating points";
            if (!(double.IsFinite(fitted.Temperature) && fitted.Temperature > 0))
                return $"the temperature of {name} is not above 0";
            if (fitted.Isotonic is not { Logits: { Length: > 0 } x, Probabilities: { } y } || x.Length != y.Length)
                return $"{name} has no isotonic curve";
            if (fitted.LikelihoodRatio?.FindFault() is { } fault)
                return $"{name}: {fault}";
        }
        return null;
    }

    /// <summary>Writes it into a folder.</summary>
    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), ToJson() + "\n");

    /// <summary>As it stands in files.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
