using Argus.Metrics;
using Xunit;

namespace Argus.Tests.Metrics;

public sealed class LogisticRegressionTests
{
    [Fact]
    public void The_penalised_optimum_of_one_feature_solves_its_equation()
    {
        // x = -1 or +1 (mean 0, deviation 1), label = sign of x in 3 of 4 cases, 8 samples: w = 8 * (3/4 - sigmoid(w)),
        // so w = 0.6836.
        double[][] features =
        [
            [-1],
            [-1],
            [-1],
            [-1],
            [1],
            [1],
            [1],
            [1],
        ];
        var score = LogisticRegression.Fit(features, [0, 0, 0, 1, 1, 1, 1, 0]).Score([1]);
        Assert.Equal(8 * (.75 - 1 / (1 + Math.Exp(-score))), score, 1e-9);
        Assert.Equal(.6836, score, 1e-3);
    }

    [Fact]
    public void Units_of_a_feature_do_not_matter_and_a_constant_one_is_harmless()
    {
        double[][] metres =
        [
            [1.0, 7],
            [1.4, 7],
            [.7, 7],
            [2.2, 7],
            [1.9, 7],
            [.2, 7],
        ];
        var millimetres = metres.Select(row => new[] { 1000 * row[0], row[1] }).ToArray();
        int[] labels = [0, 1, 0, 1, 1, 0];
        Assert.Equal(
            LogisticRegression.Fit(metres, labels).Score([1.5, 7]),
            LogisticRegression.Fit(millimetres, labels).Score([1500, 7]),
            1e-9
        );
        var model = LogisticRegression.Fit(metres, labels);
        var linear = model.Linear;
        Assert.Equal(model.Score([1.5, 7]), linear.Intercept + linear.Weights[0] * 1.5 + linear.Weights[1] * 7, 1e-9);
    }

    [Fact]
    public void One_class_alone_is_refused() =>
        Assert.Throws<ArgusException>(() =>
            LogisticRegression.Fit(
                [
                    [1],
                    [2],
                ],
                [1, 1]
            )
        );
}
