using Argus.Metrics;

namespace Argus.Data.Evaluations;

/// <summary>A detector's place on a dataset.</summary>
/// <param name="Name">The detector's.</param>
/// <param name="Auc">With DeLong's interval, on the videos that all detectors have scores of.</param>
/// <param name="RiskCoverageArea">AURC on the same videos.</param>
/// <param name="Scored">Videos of the dataset that it has a score of.</param>
/// <param name="Videos">Videos of the dataset.</param>
public sealed record RankedDetector(string Name, AucEstimate Auc, double RiskCoverageArea, int Scored, int Videos);

/// <summary>Two detectors on the same videos: DeLong's paired test.</summary>
/// <param name="First">The one with the higher AUC.</param>
/// <param name="Second">The other.</param>
/// <param name="Test">On the videos that all detectors have scores of.</param>
/// <param name="AdjustedPValue">By Holm, over all pairs on the dataset.</param>
public sealed record DetectorPair(string First, string Second, AucTest Test, double AdjustedPValue)
{
    private const double Level = 0.05;

    /// <summary>Whether they differ, at 5% over all pairs together.</summary>
    public bool IsSignificant => AdjustedPValue < Level;
}

/// <summary>Detectors of a dataset in the order of their AUC, and which of them really differ.</summary>
/// <param name="Dataset">Its layout.</param>
/// <param name="Real">Real videos that all have scores of.</param>
/// <param name="Fake">Fake ones.</param>
/// <param name="Detectors">The best first.</param>
/// <param name="Pairs">All of them.</param>
public sealed record DetectorRanking(
    string Dataset,
    int Real,
    int Fake,
    IReadOnlyList<RankedDetector> Detectors,
    IReadOnlyList<DetectorPair> Pairs
)
{
    private const int FewestOfClass = 2;

    /// <summary>The detectors that one cannot be told from.</summary>
    public IReadOnlyList<string> NotDifferentFrom(string name) =>
        [
            .. Pairs
                .Where(pair => !pair.IsSignificant && (pair.First == name || pair.Second == name))
                .Select(pair => pair.First == name ? pair.Second : pair.First),
        ];

    /// <summary>Null with fewer than two detectors, or than two videos of a class that all have scores of.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="entries">Names and results; those without a score of the dataset are left out.</param>
    internal static DetectorRanking? Create(
        string dataset,
        IReadOnlyList<(string Name, EvaluationResult Result)> entries
    )
    {
        var detectors = entries
            .Select(entry =>
                (
                    entry.Name,
                    entry.Result.Judge,
                    Videos: entry
                        .Result.Predictions.Videos.Where(video => video.Item.Dataset == dataset)
                        .ToDictionary(video => PredictionSet.KeyOf(video.Item)),
                    Unscored: entry.Result.Predictions.Unscored.Count(video => video.Item.Dataset == dataset)
                )
            )
            .Where(detector => detector.Videos.Count > 0)
            .ToList();
        if (detectors.Count < 2)
            return null;
        var keys = detectors
            .Skip(1)
            .Aggregate(
                detectors[0].Videos.Keys.ToHashSet(),
                (shared, other) => [.. shared.Intersect(other.Videos.Keys)]
            )
            .Order(StringComparer.Ordinal)
            .ToList();
        int[] labels = [.. keys.Select(key => detectors[0].Videos[key].Item.Label)];
        var fake = labels.Count(label => label == 1);
        if (Math.Min(fake, labels.Length - fake) < FewestOfClass)
            return null;
        var ranked = detectors
            .Select(detector =>
                (
                    Detector: detector,
                    Logits: keys.Select(key => detector.Judge.Logit(detector.Videos[key].Clips)).ToArray()
                )
            )
            .Select(entry =>
                (
                    Place: new RankedDetector(
                        entry.Detector.Name,
                        DeLong.Estimate(labels, entry.Logits),
                        RiskCoverage.Compute(labels, entry.Logits).Area,
                        entry.Detector.Videos.Count,
                        entry.Detector.Videos.Count + entry.Detector.Unscored
                    ),
                    entry.Logits
                )
            )
            .OrderByDescending(entry => entry.Place.Auc.Auc)
            .ThenBy(entry => entry.Place.Name, StringComparer.Ordinal)
            .ToList();
        var tests = (
            from first in Enumerable.Range(0, ranked.Count)
            from second in Enumerable.Range(first + 1, ranked.Count - first - 1)
            select (first, second, Test: DeLong.TestPaired(labels, ranked[first].Logits, ranked[second].Logits))
        ).ToList();
        var adjusted = Holm.Adjust([.. tests.Select(test => test.Test.PValue)]);
        return new DetectorRanking(
            dataset,
            labels.Length - fake,
            fake,
            [.. ranked.Select(entry => entry.Place)],
            [
                .. tests.Zip(
                    adjusted,
                    (test, p) =>
                        new DetectorPair(ranked[test.first].Place.Name, ranked[test.second].Place.Name, test.Test, p)
                ),
            ]
        );
    }
}
