namespace Argus.Client;

/// <summary>One face that was followed through the video, or the whole picture.</summary>
/// <param name="Number">From 0, in order of appearance.</param>
/// <param name="Whole">It is no face but the whole picture, for specialists that were trained so.</param>
/// <param name="FromSeconds">When it is seen first.</param>
/// <param name="ToSeconds">When it is seen last.</param>
/// <param name="Probability">P(fake), of all specialists together; null if all abstain.</param>
/// <param name="Interval">95% over its clips; null for a single one.</param>
/// <param name="Verdict">By the thresholds of the council.</param>
/// <param name="Specialists">What each member of the council says.</param>
/// <param name="Timeline">What each member says of each clip, in order of time.</param>
/// <param name="Moments">The clips that say most for a forgery.</param>
public sealed record FaceAnalysis(
    int Number,
    bool Whole,
    double FromSeconds,
    double ToSeconds,
    double? Probability,
    Interval? Interval,
    Verdict Verdict,
    IReadOnlyList<SpecialistAnalysis> Specialists,
    IReadOnlyList<TimelinePoint> Timeline,
    IReadOnlyList<Moment> Moments
)
{
    /// <summary>Why it is outside of what the models were tested on; empty where it is not, or nobody knows.</summary>
    public IReadOnlyList<string> OutsideScope
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// How much likelier its score is among forgeries than among real videos; null where the models have no such
    /// figures, and outside scope.
    /// </summary>
    public LikelihoodRatio? LikelihoodRatio { get; init; }
}
