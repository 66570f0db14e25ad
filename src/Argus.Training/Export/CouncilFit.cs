using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Detection;
using Argus.Metrics;
using Argus.Scores;

namespace Argus.Training.Export;

/// <summary>What a specialist said of validation videos.</summary>
public sealed record CouncilEvidence(string Name, Calibration? Calibration, IReadOnlyList<VideoPrediction> Videos);

/// <param name="Auc">AUC of the council on videos that it was not fitted on (five parts by turns).</param>
/// <param name="Best">The best single specialist, on the same videos.</param>
/// <param name="Gain">Gain of the council over it, paired.</param>
public sealed record CouncilFitResult(
    Council Council,
    int Videos,
    double Auc,
    string Best,
    double BestAuc,
    PairedDifference? Gain
);

/// <summary>
/// Learns how much each specialist's word is worth: a logistic regression with an L2 penalty on their calibrated log
/// odds, 0 where one abstains. One that would count against itself is left without a say.
/// </summary>
public static class CouncilFit
{
    private const int Parts = 5;
    private const int FewestOfAClass = 5;

    /// <returns>That a class has too few videos to fit a council to, in words; null if there are enough.</returns>
    public static string? FindShortage(IReadOnlyList<CouncilEvidence> evidence)
    {
        var labels = Videos(evidence).CountBy(video => video.Label).ToDictionary();
        var real = labels.GetValueOrDefault(0);
        var fake = labels.GetValueOrDefault(1);
        return Math.Min(real, fake) >= FewestOfAClass
            ? null
            : $"There are {real} real and {fake} fake validation videos; fitting a council needs at least "
                + $"{FewestOfAClass} of each.";
    }

    /// <exception cref="ArgusException">
    /// Too few videos of a class, or specialists that disagree about labels.
    /// </exception>
    public static CouncilFitResult Run(IReadOnlyList<CouncilEvidence> evidence, string data)
    {
        if (evidence.Count < 2)
            throw new RequestException("A council of one needs no fitting; give the runs of at least two specialists.");
        var videos = Videos(evidence);
        foreach (
            var differing in evidence
                .SelectMany(one => one.Videos)
                .GroupBy(video => PredictionSet.KeyOf(video.Item))
                .Where(same => same.Select(video => video.Item.Label).Distinct().Count() > 1)
        )
            throw new ArgusException(
                $"The specialists' predictions disagree about the label of {differing.First().Item.Key}; they "
                    + "are not of the same data."
            );
        if (FindShortage(evidence) is { } shortage)
            throw new ArgusException(shortage);

        int[] labels = [.. videos.Select(video => video.Label)];
        var scores = evidence
            .Select(one =>
                one.Videos.ToDictionary(video => PredictionSet.KeyOf(video.Item), video => Aggregated(one, video))
            )
            .ToList();
        double[][] rows =
        [
            .. videos.Select(video => scores.Select(of => of.GetValueOrDefault(PredictionSet.KeyOf(video))).ToArray()),
        ];
        // Videos that share a person or an original stay together.
        var part = videos.Select(video => (int)(KeyedRandom.Key("council", video.Group) % Parts)).ToArray();
        var unseen = new double[rows.Length];
        for (var p = 0; p < Parts; p++)
        {
            int[] inside = [.. Enumerable.Range(0, rows.Length).Where(i => part[i] != p)];
            if (inside.Select(i => labels[i]).Distinct().Count() < 2)
                continue;
            var (bias, weights) = Fit([.. inside.Select(i => rows[i])], [.. inside.Select(i => labels[i])]);
            for (var i = 0; i < rows.Length; i++)
                if (part[i] == p)
                    unseen[i] = bias + rows[i].Zip(weights, (value, weight) => value * weight).Sum();
        }

        double Auc(IReadOnlyList<double> values) => new RocCurve(labels, values).Auc;
        var best = Enumerable.Range(0, evidence.Count).MaxBy(i => Auc([.. rows.Select(row => row[i])]));
        double[] single = [.. rows.Select(row => row[best])];
        var (intercept, say) = Fit(rows, labels);
        var calibration = Calibration.Fit(
            [.. videos.Select((video, i) => new LabelledClips(video.Label, [ClipScore.FromLogit(0, null, unseen[i])]))],
            data
        );
        var (forged, real) = Council.FindThresholds(calibration.Chosen.OperatingPoints, 1);
        var council = new Council(
            intercept,
            [
                .. evidence.Select(
                    (one, i) => new CouncilMember(one.Name, say[i], one.Calibration?.Chosen.Temperature ?? 1)
                ),
            ],
            forged,
            real,
            data
        )
        {
            LikelihoodRatio = calibration.Aggregations[Aggregation.MeanLogit.Name].LikelihoodRatio?.Divide(1),
        };
        council = council with { Evaluation = Evaluate(council, videos, unseen, data, isHeldOut: false) };
        return new CouncilFitResult(
            council,
            videos.Count,
            Auc(unseen),
            evidence[best].Name,
            Auc(single),
            Bootstrap.AucDifference(new ScoreSet(labels, single), new ScoreSet(labels, unseen), labels)
        );
    }

    /// <summary>What a council does with videos at its thresholds; null for one that has none.</summary>
    /// <param name="council">Fitted.</param>
    /// <param name="evidence">What each of its members says of them.</param>
    /// <param name="data">What they are, in words.</param>
    /// <param name="isHeldOut">Whether they are others than those that it was fitted to.</param>
    public static CouncilEvaluation? Evaluate(
        Council council,
        IReadOnlyList<CouncilEvidence> evidence,
        string data,
        bool isHeldOut
    )
    {
        var videos = Videos(evidence);
        return Evaluate(council, videos, Fuse(council, evidence, videos), data, isHeldOut);
    }

    /// <summary>The likelihood ratio of a council's odds, from videos that fitted it; null for too few.</summary>
    /// <param name="council">Its weights count, not what it says of likelihood ratios.</param>
    /// <param name="evidence">What each of its members says of them.</param>
    public static LikelihoodRatioModel? FitLikelihoodRatio(Council council, IReadOnlyList<CouncilEvidence> evidence)
    {
        var videos = Videos(evidence);
        return LikelihoodRatioModel
            .Fit([.. videos.Select(video => video.Label)], Fuse(council, evidence, videos))
            ?.Divide(1);
    }

    private static double[] Fuse(
        Council council,
        IReadOnlyList<CouncilEvidence> evidence,
        IReadOnlyList<VideoItem> videos
    )
    {
        var said = videos.ToDictionary(PredictionSet.KeyOf, _ => new Dictionary<string, double>());
        foreach (var one in evidence)
        foreach (var video in one.Videos)
            said[PredictionSet.KeyOf(video.Item)][one.Name] = Logit(one, video);
        return [.. videos.Select(video => council.Fuse(said[PredictionSet.KeyOf(video)])!.Value)];
    }

    private static CouncilEvaluation? Evaluate(
        Council council,
        List<VideoItem> videos,
        double[] odds,
        string data,
        bool isHeldOut
    )
    {
        if (council.Forged is null)
            return null;
        var verdicts = videos.Zip(odds, (video, logit) => (video.Label, Verdict: council.Decide(logit))).ToList();
        int Count(int label, Verdict verdict) => verdicts.Count(one => one == (label, verdict));
        var people = videos.SelectMany(video => video.Identities).Distinct().Count();
        var evaluation = new CouncilEvaluation(
            data,
            isHeldOut,
            videos.All(video => video.Identities.Count > 0) ? people : null,
            verdicts.Count(one => one.Label == 0),
            Count(0, Verdict.Forged),
            verdicts.Count(one => one.Label == 1),
            Count(1, Verdict.Forged),
            Count(1, Verdict.Real)
        );
        int[] labels = [.. videos.Select(video => video.Label)];
        return council.LikelihoodRatio is { } model && labels.Distinct().Count() == 2
            ? evaluation with
            {
                Cllr = LikelihoodRatioCost.Compute(
                    labels,
                    [.. odds.Select(logit => model.Evaluate(logit).Log10 * Math.Log(10))]
                ),
                CllrMinimum = LikelihoodRatioCost.ComputeMinimum(labels, odds),
            }
            : evaluation;
    }

    private static List<VideoItem> Videos(IReadOnlyList<CouncilEvidence> evidence) =>
        [
            .. evidence
                .SelectMany(one => one.Videos)
                .GroupBy(video => PredictionSet.KeyOf(video.Item))
                .Select(same => same.First().Item)
                .OrderBy(PredictionSet.KeyOf, StringComparer.Ordinal),
        ];

    private static double Aggregated(CouncilEvidence one, VideoPrediction video) =>
        Logit(one, video) / (one.Calibration?.Chosen.Temperature ?? 1);

    private static double Logit(CouncilEvidence one, VideoPrediction video) =>
        (one.Calibration is { } known ? Aggregation.Find(known.Aggregation) : Aggregation.MeanLogit).Aggregate(
            video.Clips
        );

    private static (double Bias, double[] Weights) Fit(double[][] rows, int[] labels)
    {
        var active = Enumerable.Range(0, rows[0].Length).ToList();
        while (true)
        {
            var (bias, own) = LogisticRegression
                .Fit([.. rows.Select(row => active.Select(i => row[i]).ToArray())], labels)
                .Linear;
            if (own.All(weight => weight >= 0) || active.Count == 1)
                return (
                    bias,
                    [
                        .. Enumerable
                            .Range(0, rows[0].Length)
                            .Select(i => active.IndexOf(i) is >= 0 and var place ? Math.Max(0, own[place]) : 0),
                    ]
                );
            active.RemoveAt(own.Index().MinBy(entry => entry.Item).Index);
        }
    }
}
