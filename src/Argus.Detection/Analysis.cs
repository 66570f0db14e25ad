using System.Text.Json.Serialization;
using Argus.Metrics;
using Argus.Provenance;
using Argus.Scores;

namespace Argus.Detection;

/// <summary>What was found in a video.</summary>
/// <param name="Probability">
/// That a face in it is forged: the highest of its faces'; null where nobody could judge.
/// </param>
/// <param name="Interval">
/// 95%, over the clips that were looked at: how much the answer depends on which moments were seen.
/// </param>
/// <param name="Calibrated">Whether probabilities and thresholds were fitted on validation data.</param>
/// <param name="Faces">In order of appearance.</param>
/// <param name="Verdict">
/// That of the face inside scope that looks most forged; outside scope where none is inside.
/// </param>
/// <param name="Video">The file, as it was given.</param>
/// <param name="DurationSeconds">From the first frame to the end of the last.</param>
public sealed record Analysis(
    string Video,
    double DurationSeconds,
    double? Probability,
    Interval? Interval,
    Verdict Verdict,
    bool Calibrated,
    IReadOnlyList<FaceAnalysis> Faces
)
{
    /// <summary>Version of this form; <c>docs/analysis.schema.json</c> describes it.</summary>
    [JsonPropertyOrder(-1)]
    public int SchemaVersion { get; init; } = 1;

    /// <summary>
    /// What was done to the pictures and the sound before they were judged, and what of the video was left out; empty
    /// for an ordinary video.
    /// </summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>What the answer does not cover, and what the models were made of: the same for every video.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    /// <summary>
    /// How much likelier the score of the face that decides is among forgeries than among real videos; null where the
    /// council has no such figures, and outside scope.
    /// </summary>
    public LikelihoodRatio? LikelihoodRatio { get; init; }

    /// <summary>How often such an answer is wrong, and what its numbers mean, in sentences.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>The file; null in answers of earlier versions, like what follows.</summary>
    public InputFile? Input { get; init; }

    /// <summary>
    /// What the file's C2PA manifest says of its origin: beside the answer, never in it; null where it carries none.
    /// </summary>
    public ProvenanceManifest? Provenance { get; init; }

    /// <summary>What of the video was looked at.</summary>
    public Coverage? Coverage { get; init; }

    /// <summary>The council and its members.</summary>
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

/// <summary>One face that was followed through the video, or the whole picture.</summary>
/// <param name="Whole">It is no face but the whole picture, for specialists that were trained so.</param>
/// <param name="FromSeconds">When it is seen first.</param>
/// <param name="Timeline">Every clip's log odds by the council's members, in order of time.</param>
/// <param name="Moments">The clips that say most for a forgery.</param>
/// <param name="Specialists">What each member of the council says.</param>
/// <param name="Number">From 0, in order of appearance.</param>
/// <param name="Verdict">By the thresholds of the council.</param>
/// <param name="Interval">95% over its clips; null for a single one.</param>
/// <param name="Probability">P(fake), fused; null if all abstain.</param>
/// <param name="ToSeconds">When the face was seen last.</param>
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
    public IReadOnlyList<string> OutsideScope { get; init; } = [];

    /// <summary>
    /// How much likelier its score is among forgeries than among real videos; null where the council has no such
    /// figures, and outside scope.
    /// </summary>
    public LikelihoodRatio? LikelihoodRatio { get; init; }
}

/// <summary>What one specialist says.</summary>
/// <param name="Probability">Calibrated where its model is; null if it abstains.</param>
/// <param name="Abstains">Why it does.</param>
/// <param name="Weight">Its say in the council.</param>
/// <param name="Clips">Clips that it judged.</param>
/// <param name="Name">Name of its model file.</param>
/// <param name="Interval">95% over its clips; null for a single one.</param>
/// <param name="LooksFor">In words.</param>
public sealed record SpecialistAnalysis(
    string Name,
    string LooksFor,
    double? Probability,
    Interval? Interval,
    int Clips,
    string? Abstains,
    double Weight
);

/// <param name="Probability">P(fake) of this clip alone, calibrated.</param>
/// <param name="Specialist">Who judged it.</param>
/// <param name="ToSeconds">When the clip's last frame is shown.</param>
/// <param name="FromSeconds">When the clip's first frame is shown.</param>
public sealed record TimelinePoint(double FromSeconds, double ToSeconds, string Specialist, double Probability)
{
    /// <summary>The pictures that were looked at, in order of time; empty in answers of earlier versions.</summary>
    public IReadOnlyList<JudgedFrame> Frames { get; init; } = [];
}

/// <summary>A clip worth looking at.</summary>
/// <param name="Heatmap">
/// 7 rows of 7: by how much the log odds of fake fall if that part of the picture were not there.
/// </param>
/// <param name="Picture">Its middle frame as JPEG.</param>
/// <param name="Probability">P(fake) of the clip.</param>
/// <param name="Seconds">The middle of the clip.</param>
/// <param name="Specialist">Who judged it.</param>
public sealed record Moment(
    double Seconds,
    string Specialist,
    double Probability,
    IReadOnlyList<double> Heatmap,
    byte[] Picture
);
