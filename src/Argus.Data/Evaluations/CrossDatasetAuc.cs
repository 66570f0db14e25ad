using Argus.Metrics;
using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary>
/// The reals of each dataset against the fakes of each. A detector that tells forgeries by what forging leaves behind
/// reaches the same everywhere; one that tells datasets apart (cameras, codecs) does not, and the AUC within a dataset
/// hides it.
/// </summary>
/// <param name="Datasets">Those with a score, in order of appearance.</param>
/// <param name="Auc">By dataset of the reals, then of the fakes; null where there are none.</param>
public sealed record CrossDatasetAuc(IReadOnlyList<string> Datasets, IReadOnlyList<IReadOnlyList<double?>> Auc)
{
    /// <summary>The mean over pairs of two datasets; null where no pair has both.</summary>
    public double? Mean =>
        Auc.SelectMany((row, real) => row.Where((_, fake) => fake != real)).OfType<double>().ToList()
            is { Count: > 0 } values
            ? values.Average()
            : null;

    /// <summary>Null with less than two datasets.</summary>
    public static CrossDatasetAuc? Measure(IReadOnlyList<VideoPrediction> videos, Judge judge)
    {
        var datasets = videos.GroupBy(video => video.Item.Dataset).ToList();
        if (datasets.Count < 2)
            return null;
        var scores = datasets
            .Select(dataset => dataset.ToLookup(video => video.Item.Label, video => judge.Probability(video.Clips)))
            .ToList();
        return new CrossDatasetAuc(
            [.. datasets.Select(dataset => dataset.Key)],
            [.. scores.Select(real => scores.Select(fake => Auc([.. real[0]], [.. fake[1]])).ToList())]
        );

        static double? Auc(double[] reals, double[] fakes) =>
            reals.Length == 0 || fakes.Length == 0
                ? null
                : new ScoreSet(
                    [.. Enumerable.Repeat(0, reals.Length), .. Enumerable.Repeat(1, fakes.Length)],
                    [.. reals, .. fakes]
                )
                    .Rank()
                    ?.Auc;
    }
}
