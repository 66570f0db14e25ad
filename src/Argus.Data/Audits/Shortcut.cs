using Argus.Data.Stores;
using Argus.Metrics;

namespace Argus.Data.Audits;

/// <summary>
/// How well one property of the file, which says nothing about forgery, tells real from fake: what a model could learn
/// instead.
/// </summary>
/// <param name="Property">Its name and unit.</param>
/// <param name="Method">The method (folder of fakes) compared with all reals; null for all fakes together.</param>
/// <param name="Auc">ROC AUC of the property as a score: 0.5 tells nothing, 1 and 0 everything.</param>
/// <param name="Interval">95%, by the standard error of Hanley and McNeil (1982).</param>
/// <param name="Real">What is typical of the reals: the median, or the most frequent value.</param>
/// <param name="Videos">Videos that have the property.</param>
public sealed record Shortcut(
    string Property,
    string? Method,
    double Auc,
    Interval Interval,
    string Real,
    string Fake,
    int Videos
)
{
    // So clear that a model would find it.
    private const double Tells = 0.6;

    /// <summary>Whether even the near end of the interval is far from chance.</summary>
    public bool IsClear => Interval.Low > Tells || Interval.High < 1 - Tells;

    /// <summary>Distance from chance, 0 to 0.5.</summary>
    public double Strength => Math.Abs(Auc - 0.5);

    private const int FewestVideos = 10;
    private const int Folds = 5;

    /// <summary>Properties that are numbers; null where a video has none.</summary>
    internal static IReadOnlyList<(string Name, Func<StoreRow, double?> Of)> Numbers { get; } =
    [
        ("width, px", row => row.RotationDegrees % 180 == 0 ? row.CodedWidth : row.CodedHeight),
        ("height, px", row => row.RotationDegrees % 180 == 0 ? row.CodedHeight : row.CodedWidth),
        ("frame rate, 1/s", row => row.FramesPerSecond),
        ("duration, s", row => row.DurationSeconds),
        ("bit rate, kbit/s", row => row.BitsPerSecond / 1000),
        (
            "bits per pixel",
            row =>
                row.FramesPerSecond > 0
                    ? row.BitsPerSecond / row.FramesPerSecond / row.CodedWidth / row.CodedHeight
                    : null
        ),
        ("quantizer (QP)", row => row.Quantizer),
        ("file size, MB", row => row.SourceBytes / 1e6),
        ("leading silence, s", row => row.LeadingSilenceSeconds),
        ("speech, share", SpeechShare),
        ("has sound", row => row.SoundCodec is null ? 0 : 1),
        ("sound sample rate, Hz", row => row.SoundSampleRateHz),
        ("face tracks", row => row.Track is null ? null : row.Tracks),
        ("stored side, px", row => row.Frames.Count == 0 ? null : row.Frames.Average(frame => frame.Width)),
    ];

    private static readonly IReadOnlyList<(string Name, Func<StoreRow, string?> Of)> Names =
    [
        ("container", row => row.Container),
        ("encoder", row => row.Encoder),
        ("codec", row => row.Codec),
        ("pixel format", row => row.PixelFormat),
        ("rotation, degrees", row => $"{row.RotationDegrees}"),
        ("sound codec", row => row.SoundCodec),
    ];

    /// <summary>
    /// Every property for all fakes together and, where there are several methods and one is clearly told, for the one
    /// told best; strongest first.
    /// </summary>
    public static IReadOnlyList<Shortcut> Measure(IReadOnlyList<StoredVideo> videos)
    {
        var methods = videos
            .Where(video => video.Item.Label == 1)
            .Select(video => video.Item.Method)
            .Distinct()
            .ToList();
        var found = new List<Shortcut>();
        foreach (
            var measure in Numbers
                .Select(p =>
                    (Func<IReadOnlyList<StoredVideo>, string?, Shortcut?>)((v, m) => OfNumber(p.Name, p.Of, v, m))
                )
                .Concat(
                    Names.Select(p =>
                        (Func<IReadOnlyList<StoredVideo>, string?, Shortcut?>)((v, m) => OfName(p.Name, p.Of, v, m))
                    )
                )
        )
        {
            if (measure(videos, null) is { } all)
                found.Add(all);
            if (methods.Count < 2)
                continue;
            var best = methods
                .Select(method => measure(WithItsReals(method), method))
                .OfType<Shortcut>()
                .MaxBy(shortcut => shortcut.Strength);
            if (best is { IsClear: true })
                found.Add(best);
        }
        return [.. found.OrderByDescending(shortcut => shortcut.Strength)];

        // Sample data has reals of its own for each kind of forgery.
        IReadOnlyList<StoredVideo> WithItsReals(string method)
        {
            var fakes = videos.Where(video => video.Item.Method == method && video.Item.Label == 1).ToList();
            var kinds = fakes.Select(video => video.Item.Kind).ToHashSet();
            return [.. fakes, .. videos.Where(video => video.Item.Label == 0 && kinds.Contains(video.Item.Kind))];
        }
    }

    private static Shortcut? OfNumber(
        string name,
        Func<StoreRow, double?> of,
        IReadOnlyList<StoredVideo> videos,
        string? method
    )
    {
        var have = videos
            .Select(video => (video.Item.Label, Value: of(video.Row)))
            .Where(entry => entry.Value is not null)
            .ToList();
        return Measure(
            name,
            method,
            [.. have.Select(entry => entry.Label)],
            [.. have.Select(entry => entry.Value!.Value)],
            label =>
                $"{Median.Compute(have.Where(entry => entry.Label == label).Select(entry => entry.Value!.Value)):0.###}"
        );
    }

    // A name's score is the share of fakes among other groups' videos that have it, so that rare names do not tell by
    // themselves.
    private static Shortcut? OfName(
        string name,
        Func<StoreRow, string?> of,
        IReadOnlyList<StoredVideo> videos,
        string? method
    )
    {
        var have = videos
            .Select(video =>
                (
                    video.Item.Label,
                    Value: of(video.Row),
                    Fold: KeyedRandom.Create("audit", video.Item.Group).Next(Folds)
                )
            )
            .Where(entry => entry.Value is not null)
            .ToList();
        var scores = new double[have.Count];
        for (var fold = 0; fold < Folds; fold++)
        {
            var others = have.Where(entry => entry.Fold != fold).ToList();
            var known = others
                .GroupBy(entry => entry.Value!)
                .ToDictionary(same => same.Key, same => same.Average(entry => entry.Label));
            var share = others.Count == 0 ? 0.5 : others.Average(entry => entry.Label);
            for (var i = 0; i < have.Count; i++)
            {
                if (have[i].Fold == fold)
                    scores[i] = known.GetValueOrDefault(have[i].Value!, share) - share;
            }
        }
        return Measure(
            name,
            method,
            [.. have.Select(entry => entry.Label)],
            scores,
            label =>
                have.Where(entry => entry.Label == label).CountBy(entry => entry.Value!).MaxBy(count => count.Value)
                    is var (value, count)
                    ? $"{(value.Length == 0 ? "none" : value)} "
                        + $"({(double)count / have.Count(entry => entry.Label == label):0%})"
                    : ""
        );
    }

    private static double? SpeechShare(StoreRow row) =>
        row is { Speech: { } speech, DurationSeconds: > 0 }
            ? speech.Chunk(2).Sum(stretch => stretch[1] - stretch[0]) / row.DurationSeconds
            : null;

    private static Shortcut? Measure(
        string name,
        string? method,
        int[] labels,
        double[] scores,
        Func<int, string> typical
    )
    {
        int real = labels.Count(label => label == 0);
        int fake = labels.Length - real;
        if (real < FewestVideos || fake < FewestVideos)
            return null;
        var auc = new RocCurve(labels, scores).Auc;
        double q1 = auc / (2 - auc);
        double q2 = 2 * auc * auc / (1 + auc);
        var error = Math.Sqrt(
            (auc * (1 - auc) + (fake - 1) * (q1 - auc * auc) + (real - 1) * (q2 - auc * auc)) / ((double)real * fake)
        );
        return new Shortcut(
            name,
            method,
            auc,
            new Interval(Math.Max(0, auc - 1.96 * error), Math.Min(1, auc + 1.96 * error)),
            typical(0),
            typical(1),
            labels.Length
        );
    }
}
