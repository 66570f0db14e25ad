namespace Argus.Client;

/// <summary>Everything that was found in a video.</summary>
/// <param name="Video">The file's name as it was sent.</param>
/// <param name="DurationSeconds">From the first frame to the end of the last; 0 for a still picture.</param>
/// <param name="Probability">
/// P(fake) that a face in it is forged: the highest of its faces'; null where nobody could judge.
/// </param>
/// <param name="Interval">
/// 95%, over the clips that were looked at: how much the answer depends on which moments were seen.
/// </param>
/// <param name="Verdict">
/// That of the face inside scope that looks most forged; outside scope where none is inside.
/// </param>
/// <param name="Calibrated">Whether probabilities and thresholds were fitted on validation data.</param>
/// <param name="Faces">In order of appearance.</param>
public sealed record AnalysisResult(
    string Video,
    double DurationSeconds,
    double? Probability,
    Interval? Interval,
    Verdict Verdict,
    bool Calibrated,
    IReadOnlyList<FaceAnalysis> Faces
)
{
    // What an answer lacks, the generated reader of JSON sets to null, whatever value it had before: hence the setters.

    /// <summary>The version of this form; 0 in answers that do not say it.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>
    /// What was done to the pictures and the sound before they were judged, and what of the video was left out; empty
    /// for an ordinary video.
    /// </summary>
    public IReadOnlyList<string> Remarks
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>What the answer does not cover, and what the models were made of: the same for every video.</summary>
    public IReadOnlyList<string> Limits
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// How much likelier the score of the face that decides is among forgeries than among real videos; null where the
    /// models have no such figures, and outside scope.
    /// </summary>
    public LikelihoodRatio? LikelihoodRatio { get; init; }

    /// <summary>How often such an answer is wrong, and what its numbers mean, in sentences.</summary>
    public IReadOnlyList<string> Evidence
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The file; null in answers of earlier versions, like what follows.</summary>
    public InputFile? Input { get; init; }

    /// <summary>
    /// What the file's C2PA manifest says of its origin: beside the answer, never in it; null where it carries none.
    /// </summary>
    public ProvenanceManifest? Provenance { get; init; }

    /// <summary>What of the video was looked at.</summary>
    public Coverage? Coverage { get; init; }

    /// <summary>The council of models and its members.</summary>
    public ModelsRecord? Models { get; init; }

    /// <summary>What computed it.</summary>
    public ProgramRecord? Program { get; init; }

    /// <summary>What the examination belongs to; null where nobody said.</summary>
    public CaseRecord? Case { get; init; }

    /// <summary>When the work began, in UTC.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the answer was there, in UTC.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Whether all of the video was asked for, not clips that are spread over it.</summary>
    public bool EveryFrame { get; init; }
}
