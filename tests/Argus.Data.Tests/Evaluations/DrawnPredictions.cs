using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Scores;

namespace Argus.Data.Tests.Evaluations;

/// <summary>Predictions that no model made.</summary>
internal static class DrawnPredictions
{
    public static VideoPrediction Video(int number, int label, params double[] logits) =>
        new(
            new VideoItem(
                "ffpp",
                label == 0 ? "original" : "Deepfakes",
                $"{number:000}",
                $"{number:000}.mp4",
                label,
                $"{number}",
                [$"{number}"],
                Split.Test
            ),
            [.. logits.Select((logit, clip) => ClipScore.FromLogit(clip, clip * 0.5, logit))]
        );

    /// <summary>Videos of which clip logits scatter around a logit of the label.</summary>
    public static List<VideoPrediction> Draw(int count, double gain = 1, ulong seed = 1)
    {
        var random = new KeyedRandom(seed);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    var truth = 1.5 * (i % 2) - 0.75 + random.Normal();
                    return Video(
                        i,
                        i % 2,
                        [.. Enumerable.Range(0, 4).Select(_ => gain * (truth + 0.5 * random.Normal()))]
                    );
                }),
        ];
    }
}
