namespace Argus.Scores;

/// <summary>How log odds become probabilities.</summary>
public enum Calibrator
{
    /// <summary>The logistic function alone.</summary>
    None,

    /// <summary>Log odds are divided by a temperature first.</summary>
    Temperature,

    /// <summary>A non-decreasing curve.</summary>
    Isotonic,
}

/// <summary>
/// Turns a video's clips into its probability: an aggregation and, where there is a calibration, a calibrator.
/// </summary>
public sealed record Judge(Aggregation Aggregation, Calibrator Calibrator, Calibration? Calibration)
{
    /// <summary>The mean of logits, uncalibrated.</summary>
    public static Judge Plain { get; } = new(Aggregation.MeanLogit, Calibrator.None, null);

    /// <summary>What the calibration chose, unless told otherwise; without one mean_logit, uncalibrated.</summary>
    /// <exception cref="RequestException">A calibrator is asked for and there is no calibration.</exception>
    public static Judge Create(
        Calibration? calibration,
        Aggregation? aggregation = null,
        Calibrator? calibrator = null
    ) =>
        calibration is null && calibrator is not (null or Calibrator.None)
            ? throw new RequestException($"There is no {Scores.Calibration.FileName} to calibrate with.")
            : new(
                aggregation
                    ?? (calibration is null ? Aggregation.MeanLogit : Aggregation.Find(calibration.Aggregation)),
                calibrator ?? (calibration is null ? Calibrator.None : Calibrator.Temperature),
                calibration
            );

    private AggregationCalibration? Fitted => Calibration?.Aggregations.GetValueOrDefault(Aggregation.Name);

    /// <summary>Thresholds of the calibration; empty without one.</summary>
    public IReadOnlyList<OperatingPoint> OperatingPoints => Fitted?.OperatingPoints ?? [];

    /// <summary>From the video's log odds to a likelihood ratio; null where the calibration has none.</summary>
    public LikelihoodRatioModel? LikelihoodRatio => Fitted?.LikelihoodRatio;

    /// <summary>The video's log odds of fake, uncalibrated.</summary>
    public double Logit(IReadOnlyList<ClipScore> clips) => Aggregation.Aggregate(clips);

    /// <summary>The video's P(fake).</summary>
    public double Probability(IReadOnlyList<ClipScore> clips)
    {
        var logit = Logit(clips);
        return Calibrator switch
        {
            Calibrator.Temperature when Fitted is { } fitted => Odds.ToProbability(logit / fitted.Temperature),
            Calibrator.Isotonic when Fitted is { } fitted => fitted.Isotonic.Probability(logit),
            // What other software wrote is kept as it is, to the last bit.
            _ => clips is [var only] ? only.Probability : Odds.ToProbability(logit),
        };
    }

    /// <summary>How a video's score is made, in a sentence.</summary>
    public string Description => $"A video's score is {Aggregation.Description}, {CalibratorDescription}.";

    private string CalibratorDescription =>
        Calibrator switch
        {
            Calibrator.Temperature =>
                $"divided by the temperature {Fitted!.Temperature:0.00} that was fitted on {ValidationVideos}",
            Calibrator.Isotonic => $"mapped by the isotonic curve that was fitted on {ValidationVideos}",
            _ => "uncalibrated",
        };

    private string ValidationVideos => $"{Calibration!.Real} real and {Calibration.Fake} fake validation videos";
}
