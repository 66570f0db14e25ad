using Argus.Data.Datasets;
using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary>A video and the scores of its clips, in their order, at least one.</summary>
public sealed record VideoPrediction(VideoItem Item, IReadOnlyList<ClipScore> Clips)
{
    /// <summary>
    /// The mean of the clips' logits, uncalibrated: what training reports. <see cref="Judge"/> gives any other.
    /// </summary>
    public double Logit => Aggregation.MeanLogit.Aggregate(Clips);

    /// <summary>The mean of the clips' logits as P(fake), uncalibrated.</summary>
    public double Probability => Odds.ToProbability(Logit);

    /// <summary>What calibration is fitted to.</summary>
    public LabelledClips ToLabelled() => new(Item.Label, Clips);
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
