using Argus.Metrics;
using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary>Figures of one condition of the ladder.</summary>
/// <param name="Label">The step, for people: <c>CRF 28</c>.</param>
/// <param name="Change">AUC minus that of the untouched videos, paired.</param>
/// <param name="Lost">Videos of the selection that had no score under this condition: scored 0.5 in the AUC.</param>
public sealed record RobustnessPoint(
    string Group,
    string Label,
    double Auc,
    Interval Interval,
    PairedDifference Change,
    int Lost
);

/// <summary>
/// The area under a group's curve: the mean AUC over its steps, the untouched videos being the first, by trapezoids.
/// </summary>
public sealed record RobustnessArea(string Group, double Area, Interval Interval);

/// <summary>How a detector stands re-encoding: the same videos through every condition.</summary>
/// <param name="Videos">Real and fake videos that went through the ladder.</param>
/// <param name="Overall">The mean of the groups' areas.</param>
public sealed record RobustnessResult(
    int Real,
    int Fake,
    double Auc,
    Interval Interval,
    IReadOnlyList<RobustnessPoint> Points,
    IReadOnlyList<RobustnessArea> Areas,
    RobustnessArea Overall
)
{
    /// <summary>Where it fails: the conditions with the lowest AUC.</summary>
    public IReadOnlyList<RobustnessPoint> Worst(int count) => [.. Points.OrderBy(point => point.Auc).Take(count)];

    /// <param name="original">The selected videos' scores as they are; their order is that of every condition.</param>
    /// <param name="conditions">
    /// For each condition, in the ladder's order, what the detector said of those videos; null for none.
    /// </param>
    /// <exception cref="ArgusException">The selection has one class only.</exception>
    public static RobustnessResult Measure(
        IReadOnlyList<VideoPrediction> original,
        IReadOnlyList<ConditionScores> conditions,
        Judge judge,
        int rounds = Bootstrap.DefaultRounds,
        ulong seed = 0
    )
    {
        int[] labels = [.. original.Select(video => video.Item.Label)];
        int real = labels.Count(label => label == 0);
        int fake = labels.Length - real;
        if (real == 0 || fake == 0)
            throw new ArgusException(
                $"The ladder needs videos of both classes; there are {real} real and {fake} fake ones."
            );
        ScoreSet Set(IEnumerable<VideoPrediction?> videos) =>
            new(labels, [.. videos.Select(video => video is null ? 0.5 : judge.Probability(video.Clips))]);
        var sets = conditions.Select(condition => Set(condition.Videos)).Prepend(Set(original)).ToArray();
        var strata = Evaluation.Strata(original);
        // Every condition in every round by the same drawn videos, so that differences and areas are paired.
        var measured = Bootstrap.Run(
            strata,
            weights => sets.Select(set => set.Rank(weights)!.Value.Auc).ToArray(),
            rounds,
            seed
        );
        double[] aucs = [.. sets.Select(set => set.Rank()!.Value.Auc)];

        var points = conditions
            .Select(
                (condition, i) =>
                    new RobustnessPoint(
                        condition.Group,
                        condition.Label,
                        aucs[i + 1],
                        Interval.Compute(measured.Select(round => round[i + 1])),
                        PairedDifference.Compute(
                            aucs[i + 1] - aucs[0],
                            [.. measured.Select(round => round[i + 1] - round[0])],
                            labels.Length
                        ),
                        condition.Videos.Count(video => video is null)
                    )
            )
            .ToList();
        var groups = conditions
            .Select((condition, i) => (condition.Group, Place: i + 1))
            .GroupBy(entry => entry.Group, entry => entry.Place)
            .Select(group => (group.Key, Places: group.Prepend(0).ToArray()))
            .ToList();
        RobustnessArea Area(string name, Func<double[], double> of) =>
            new(name, of(aucs), Interval.Compute(measured.Select(of)));
        return new RobustnessResult(
            real,
            fake,
            aucs[0],
            Interval.Compute(measured.Select(round => round[0])),
            points,
            [.. groups.Select(group => Area(group.Key, round => Trapezoids(round, group.Places)))],
            Area("all", round => groups.Average(group => Trapezoids(round, group.Places)))
        );
    }

    private static double Trapezoids(double[] aucs, int[] places)
    {
        var sum = 0.0;
        for (var i = 1; i < places.Length; i++)
            sum += (aucs[places[i]] + aucs[places[i - 1]]) / 2;
        return sum / (places.Length - 1);
    }
}
