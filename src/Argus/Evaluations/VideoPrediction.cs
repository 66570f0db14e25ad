using Argus.Datasets;

namespace Argus.Evaluations;

/// <summary>What a detector says of one clip (of one frame where clips have one).</summary>
/// <param name="Clip">Its number within the video.</param>
/// <param name="Seconds">When its first frame is shown; null where nobody says.</param>
/// <param name="Logit">Log odds of fake: the difference of the two logits.</param>
/// <param name="Probability">P(fake), uncalibrated.</param>
public readonly record struct ClipScore(int Clip, double? Seconds, double Logit, double Probability)
{
    public static ClipScore OfLogit(int clip, double? seconds, double logit) =>
        new(clip, seconds, logit, Odds.Probability(logit));

    public static ClipScore OfProbability(int clip, double? seconds, double probability) =>
        new(clip, seconds, Odds.Logit(probability), probability);
}

/// <summary>Log odds and probabilities.</summary>
public static class Odds
{
    // Of probabilities of 0 and 1, which other software writes, the log odds are infinite; these are 16.
    private const double Nearest = 1e-7;

    public static double Probability(double logit) => 1 / (1 + Math.Exp(-logit));

    public static double Logit(double probability) =>
        Math.Log(Math.Clamp(probability, Nearest, 1 - Nearest))
        - Math.Log(1 - Math.Clamp(probability, Nearest, 1 - Nearest));
}

/// <summary>A video and the scores of its clips, in their order, at least one.</summary>
public sealed record VideoPrediction(VideoItem Item, IReadOnlyList<ClipScore> Clips)
{
    /// <summary>The mean of the clips' logits, uncalibrated: what training reports. <see cref="Judge"/> gives any other.</summary>
    public double Logit => Aggregation.MeanLogit.Of(Clips);
    public double Probability => Odds.Probability(Logit);
}

/// <summary>A video that ought to have a score and has none.</summary>
public sealed record UnscoredVideo(VideoItem Item, string Reason);

/// <summary>What a detector says of the videos of a test.</summary>
public sealed record PredictionSet(IReadOnlyList<VideoPrediction> Videos, IReadOnlyList<UnscoredVideo> Unscored)
{
    /// <summary>What tells two videos apart here: two datasets' or methods' <c>000_003</c> are two videos.</summary>
    public static string KeyOf(VideoItem item) =>
        string.Join('\0', item.Dataset, item.Compression, item.Method, item.Kind, item.Id);
}
