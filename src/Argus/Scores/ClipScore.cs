namespace Argus.Scores;

/// <summary>What a detector says of one clip (of one frame where clips have one).</summary>
/// <param name="Clip">Its number within the video.</param>
/// <param name="Seconds">When its first frame is shown; null where nobody says.</param>
/// <param name="Logit">Log odds of fake: the difference of the two logits.</param>
/// <param name="Probability">P(fake), uncalibrated.</param>
public readonly record struct ClipScore(int Clip, double? Seconds, double Logit, double Probability)
{
    /// <summary>A score of log odds.</summary>
    public static ClipScore FromLogit(int clip, double? seconds, double logit) =>
        new(clip, seconds, logit, Odds.ToProbability(logit));

    /// <summary>A score of P(fake), which is kept to the last bit.</summary>
    public static ClipScore FromProbability(int clip, double? seconds, double probability) =>
        new(clip, seconds, Odds.ToLogit(probability), probability);
}

/// <summary>The clips of one video and its label: what calibration is fitted to.</summary>
/// <param name="Label">0 = real, 1 = fake.</param>
/// <param name="Clips">At least one.</param>
public sealed record LabelledClips(int Label, IReadOnlyList<ClipScore> Clips);
