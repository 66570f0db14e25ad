using Argus.Data.Audits;
using Argus.Data.Datasets;
using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary>A video that the detector is wrong about, with pictures to see why.</summary>
/// <param name="Jpegs">Up to four small pictures, those of the clips that led astray most.</param>
public sealed record Mistake(VideoItem Item, double Probability, IReadOnlyList<byte[]> Jpegs)
{
    public const int Most = 12;
    public const int Pictures = 4;

    /// <summary>The videos judged most wrongly, worst first.</summary>
    public static IReadOnlyList<VideoPrediction> Worst(IReadOnlyList<VideoPrediction> videos, Judge judge) =>
        [
            .. videos
                .Select(video => (Video: video, Error: Math.Abs(judge.Probability(video.Clips) - video.Item.Label)))
                .Where(entry => entry.Error > 0.5 || entry.Error == 0.5 && entry.Video.Item.Label == 0)
                .OrderByDescending(entry => entry.Error)
                .ThenBy(entry => entry.Video.Item.Key, StringComparer.Ordinal)
                .Take(Most)
                .Select(entry => entry.Video),
        ];
}

/// <summary>What was judged and with what: everything that a report says beside the figures.</summary>
public sealed record EvaluationSubject
{
    /// <summary>For headings: <c>rr, stage 4</c>, or the name of a table of predictions.</summary>
    public required string Name { get; init; }

    /// <summary>The specialist's key and the stage; null for other software.</summary>
    public string? Specialist { get; init; }
    public int? Stage { get; init; }

    /// <summary>The layout that it was trained on last.</summary>
    public string? TrainedOn { get; init; }

    /// <summary>Layouts of the stages before, in their order.</summary>
    public IReadOnlyList<string> TrainedBefore { get; init; } = [];

    /// <summary>Where the checkpoint or the table is.</summary>
    public required string Source { get; init; }
    public required string CodeVersion { get; init; }

    /// <summary>SHA-256 by name: <c>weights</c>, <c>recipe</c>, <c>data</c>-LAYOUT, <c>table</c>.</summary>
    public IReadOnlyDictionary<string, string> Hashes { get; init; } = new Dictionary<string, string>();
    public string? Recipe { get; init; }
    public string? Environment { get; init; }

    /// <summary>The run whose training curves belong in the report.</summary>
    public string? RunFolder { get; init; }

    /// <summary>One sentence that stands above everything.</summary>
    public string? Headline { get; init; }
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];
    public IReadOnlyList<DatasetAudit> Audits { get; init; } = [];
    public RobustnessResult? Robustness { get; init; }
    public IReadOnlyList<string> Notes { get; init; } = [];
}
