namespace Argus.Scores;

/// <summary>How a video's score is made of its clips': a row of the table below.</summary>
/// <param name="Name">In files and on the command line.</param>
/// <param name="Description">For people.</param>
/// <param name="Aggregate">Log odds of the video; at least one clip.</param>
public sealed record Aggregation(string Name, string Description, Func<IReadOnlyList<ClipScore>, double> Aggregate)
{
    /// <summary>The mean of the clips' logits.</summary>
    public static Aggregation MeanLogit { get; } =
        new("mean_logit", "the mean of the clips' logits", clips => clips.Average(clip => clip.Logit));

    /// <summary>All rows.</summary>
    public static IReadOnlyList<Aggregation> All { get; } =
    [
        MeanLogit,
        new(
            "mean_probability",
            "the mean of the clips' probabilities",
            clips => Odds.ToLogit(clips.Average(clip => clip.Probability))
        ),
        new(
            "top_k",
            "the mean logit of the quarter of the clips (at least one) that look most like a fake",
            clips => clips.Select(clip => clip.Logit).OrderDescending().Take((clips.Count + 3) / 4).Average()
        ),
        new(
            "confident",
            "the mean logit of the half of the clips (at least one) whose scores are farthest from undecided",
            clips => clips.Select(clip => clip.Logit).OrderByDescending(Math.Abs).Take((clips.Count + 1) / 2).Average()
        ),
    ];

    /// <exception cref="RequestException">No such aggregation.</exception>
    public static Aggregation Find(string name) =>
        All.FirstOrDefault(aggregation => aggregation.Name == name)
        ?? throw new RequestException(
            $"There is no aggregation '{name}'. Choose {Suggestions.OneOf(name, [.. All.Select(a => a.Name)])}."
        );
}
