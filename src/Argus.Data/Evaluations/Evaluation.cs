using Argus.Data.Datasets;
using Argus.Metrics;
using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary>A row of an evaluation: a part of the videos and its figures.</summary>
/// <param name="Level"><c>video</c> or <c>clip</c> (a single frame, where clips have one).</param>
/// <param name="By">
/// What the part is one of: <c>all</c>, <c>method</c>, <c>kind</c>, <c>compression</c> or <c>chunk</c>.
/// </param>
/// <param name="Intervals">95%, by the names of <see cref="Figure.All"/>.</param>
/// <param name="Unscored">Videos of this part that have no score.</param>
/// <param name="WithUnscored">The figures with those scored 0.5; null where there are none.</param>
/// <param name="WithUnscoredWrong">
/// The figures with those counted as wrong: reals scored 1, fakes 0; null where there are none.
/// </param>
public sealed record EvaluationRow(
    string Level,
    string Dataset,
    string By,
    string Part,
    BinaryMetrics Figures,
    IReadOnlyDictionary<string, Interval> Intervals,
    int Unscored,
    BinaryMetrics? WithUnscored,
    BinaryMetrics? WithUnscoredWrong
)
{
    public Interval? AucInterval => Intervals.GetValueOrDefault("roc_auc");
}

/// <summary>Predictions with their figures: what a report shows.</summary>
public sealed record EvaluationResult(
    PredictionSet Predictions,
    Judge Judge,
    IReadOnlyList<EvaluationRow> Rows,
    IReadOnlyList<OperatingRow> OperatingPoints
)
{
    /// <summary>How good the ratios are that the calibration makes; empty where it makes none.</summary>
    public IReadOnlyList<LikelihoodRow> LikelihoodRatios { get; init; } = [];

    /// <summary>Reals of one dataset against fakes of another; null with one dataset.</summary>
    public CrossDatasetAuc? CrossDatasets { get; init; }

    public IReadOnlyList<EvaluationRow> Videos => [.. Rows.Where(row => row.Level == Evaluation.VideoLevel)];
}

/// <summary>What a threshold from validation data does on test videos.</summary>
public sealed record OperatingRow(
    string Dataset,
    OperatingPoint Point,
    BinaryMetrics Figures,
    IReadOnlyDictionary<string, Interval> Intervals
);

/// <summary>
/// Turns predictions into figures: overall and per dataset, method (or kind), compression and chunk; per video and per
/// clip.
/// </summary>
public static class Evaluation
{
    public const string Everything = "all";
    public const string VideoLevel = "video";
    public const string ClipLevel = "clip";

    private sealed record Part(
        string Dataset,
        string By,
        string Name,
        IReadOnlyList<VideoPrediction> Videos,
        IReadOnlyList<UnscoredVideo> Unscored
    )
    {
        public Part Where(string by, string name, Func<VideoItem, bool> member) =>
            new(
                Dataset,
                by,
                name,
                [.. Videos.Where(video => member(video.Item))],
                [.. Unscored.Where(video => member(video.Item))]
            );
    }

    /// <exception cref="ArgusException">No video has a score.</exception>
    public static EvaluationResult Measure(
        PredictionSet predictions,
        Judge judge,
        int rounds = Bootstrap.DefaultRounds,
        ulong seed = 0
    )
    {
        if (predictions.Videos.Count == 0)
        {
            var unscored = predictions.Unscored;
            var reason = unscored.Count > 0 ? $", the first because: {unscored[0].Reason}" : "";
            throw new ArgusException($"No video has a score; {unscored.Count} have none{reason}.");
        }
        var parts = Parts(predictions).Where(part => part.Videos.Count > 0).ToList();
        var rows = parts.Select(part => Row(part, judge, rounds, seed)).ToList();
        if (predictions.Videos.Any(video => video.Clips.Count > 1))
            rows.AddRange(parts.Where(part => part.By == Everything).Select(part => ClipRow(part, rounds, seed)));
        return new EvaluationResult(
            predictions,
            judge,
            rows,
            [.. OperatingRows(parts.Where(part => part.By == Everything), judge, rounds, seed)]
        )
        {
            LikelihoodRatios =
            [
                .. parts
                    .Where(part => part.By == Everything)
                    .SelectMany(part => LikelihoodRow.Measure(part.Dataset, part.Videos, judge)),
            ],
            CrossDatasets = CrossDatasetAuc.Measure(predictions.Videos, judge),
        };
    }

    /// <summary>
    /// The videos of each curve of a plot: of sample data one a kind, because different traces have nothing in common;
    /// else one a dataset.
    /// </summary>
    internal static IReadOnlyList<(string Name, IReadOnlyList<VideoPrediction> Videos)> Curves(
        PredictionSet predictions
    )
    {
        var parts = Parts(predictions).ToList();
        var kinds = parts.Where(part => part.By == "kind" && part.Dataset == parts[0].Dataset).ToList();
        if (kinds.Count == 0)
            kinds =
            [
                .. parts.Where(part =>
                    part.By == Everything && (part.Dataset != Everything || parts.Count(p => p.By == Everything) == 1)
                ),
            ];
        return
        [
            .. kinds
                .Where(part => part.Videos.Select(video => video.Item.Label).Distinct().Count() == 2)
                .Select(part => (part.By == Everything ? part.Dataset : part.Name, part.Videos)),
        ];
    }

    private static IEnumerable<Part> Parts(PredictionSet predictions)
    {
        var all = new Part(Everything, Everything, Everything, predictions.Videos, predictions.Unscored);
        var items = predictions
            .Videos.Select(video => video.Item)
            .Concat(predictions.Unscored.Select(video => video.Item))
            .ToList();
        var datasets = items.Select(item => item.Dataset).Distinct().ToList();
        if (datasets.Count > 1)
        {
            yield return all;
            foreach (var part in Kinds(all))
                yield return part;
        }
        foreach (var dataset in datasets)
        {
            var whole = all.Where(Everything, Everything, item => item.Dataset == dataset) with { Dataset = dataset };
            yield return whole;
            // Sample data say of every video, real ones too, which kind it is about. Elsewhere each method's fakes meet
            // all reals.
            var kinds = Kinds(whole).ToList();
            foreach (var part in kinds.Count > 0 ? kinds : Methods(whole))
                yield return part;
            foreach (var part in By(whole, "compression", item => item.Compression, name => name))
                yield return part;
            foreach (var part in By(whole, "chunk", item => $"{item.Chunk}", name => $"part {name}"))
                yield return part;
        }
    }

    private static IEnumerable<Part> Kinds(Part whole) =>
        whole.Videos.All(video => video.Item.Kind is not null)
            ? By(whole, "kind", item => item.Kind ?? "", name => name, fewest: 1)
            : [];

    private static IEnumerable<Part> Methods(Part whole)
    {
        var methods = whole
            .Videos.Where(video => video.Item.Label == 1)
            .Select(video => video.Item.Method)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return methods.Count < 2
            ? []
            : methods.Select(method => whole.Where("method", method, item => item.Label == 0 || item.Method == method));
    }

    private static IEnumerable<Part> By(
        Part whole,
        string by,
        Func<VideoItem, string> of,
        Func<string, string> name,
        int fewest = 2
    )
    {
        var values = whole
            .Videos.Select(video => of(video.Item))
            .Distinct()
            .OrderBy(value => value.All(char.IsAsciiDigit) ? value.PadLeft(6, '0') : value, StringComparer.Ordinal)
            .ToList();
        return values.Count < fewest
            ? []
            : values.Select(value => whole.Where(by, name(value), item => of(item) == value));
    }

    private static EvaluationRow Row(Part part, Judge judge, int rounds, ulong seed)
    {
        double[] scores = [.. part.Videos.Select(video => judge.Probability(video.Clips))];
        int[] labels = [.. part.Videos.Select(video => video.Item.Label)];
        var set = new ScoreSet(labels, scores);
        BinaryMetrics? With(Func<int, double> score) =>
            part.Unscored.Count == 0
                ? null
                : BinaryMetrics.Compute(
                    [.. labels, .. part.Unscored.Select(video => video.Item.Label)],
                    [.. scores, .. part.Unscored.Select(video => score(video.Item.Label))]
                );
        return new EvaluationRow(
            VideoLevel,
            part.Dataset,
            part.By,
            part.Name,
            set.Measure(),
            Bootstrap.Intervals(set, Strata(part.Videos), rounds, seed),
            part.Unscored.Count,
            With(_ => 0.5),
            With(label => 1 - label)
        );
    }

    private static EvaluationRow ClipRow(Part part, int rounds, ulong seed)
    {
        var clips = part
            .Videos.SelectMany((video, unit) => video.Clips.Select(clip => (unit, video.Item.Label, clip.Probability)))
            .ToList();
        var set = new ScoreSet(
            [.. clips.Select(clip => clip.Label)],
            [.. clips.Select(clip => clip.Probability)],
            [.. clips.Select(clip => clip.unit)]
        );
        return new EvaluationRow(
            ClipLevel,
            part.Dataset,
            part.By,
            part.Name,
            set.Measure(),
            Bootstrap.Intervals(set, Strata(part.Videos), rounds, seed),
            part.Unscored.Count,
            null,
            null
        );
    }

    private static IEnumerable<OperatingRow> OperatingRows(IEnumerable<Part> parts, Judge judge, int rounds, ulong seed)
    {
        foreach (var part in parts)
        {
            double[] logits = [.. part.Videos.Select(video => judge.Logit(video.Clips))];
            int[] labels = [.. part.Videos.Select(video => video.Item.Label)];
            foreach (var point in judge.OperatingPoints.Where(point => point.Logit is not null))
            {
                // Decisions alone count here: 1 for what reaches the threshold.
                var set = new ScoreSet(labels, [.. logits.Select(logit => logit >= point.Logit ? 1.0 : 0.0)]);
                yield return new OperatingRow(
                    part.Dataset,
                    point,
                    set.Measure(),
                    Bootstrap.Intervals(set, Strata(part.Videos), rounds, seed)
                );
            }
        }
    }

    /// <summary>Strata of the bootstrap: every dataset's reals and fakes.</summary>
    public static int[] Strata(IReadOnlyList<VideoPrediction> videos)
    {
        var numbers = videos
            .Select(video => (video.Item.Dataset, video.Item.Label))
            .Distinct()
            .Select((stratum, number) => (stratum, number))
            .ToDictionary(entry => entry.stratum, entry => entry.number);
        return [.. videos.Select(video => numbers[(video.Item.Dataset, video.Item.Label)])];
    }
}
