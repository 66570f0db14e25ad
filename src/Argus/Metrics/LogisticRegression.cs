namespace Argus.Metrics;

/// <summary>Log odds as a sum.</summary>
/// <param name="Intercept">Log odds where all features are 0.</param>
/// <param name="Weights">By which each feature is multiplied.</param>
public sealed record LinearModel(double Intercept, double[] Weights);

/// <summary>
/// Binary logistic regression on standardised features with an L2 penalty of half the weights' squared length (the
/// intercept is free) unless it is told another, fitted by Newton's method: scikit-learn's <c>StandardScaler</c> +
/// <c>LogisticRegression(C=1)</c>.
/// </summary>
public sealed class LogisticRegression
{
    private const int MaximumSteps = 100;
    private const double Tolerance = 1e-10;

    private readonly double[] means;
    private readonly double[] deviations;
    private readonly double[] weights; // weights: intercept first
    private readonly double penalty;

    private LogisticRegression(double[] means, double[] deviations, double[] weights, double penalty)
    {
        this.means = means;
        this.deviations = deviations;
        this.weights = weights;
        this.penalty = penalty;
    }

    /// <param name="features">One row for each sample, all of one length.</param>
    /// <param name="labels">0 or 1.</param>
    /// <param name="penalty">
    /// By which half of the weights' squared length counts; 0 for none, which needs classes that overlap.
    /// </param>
    /// <exception cref="ArgusException">No samples, unequal lengths or one class only.</exception>
    public static LogisticRegression Fit(
        IReadOnlyList<double[]> features,
        IReadOnlyList<int> labels,
        double penalty = 1
    )
    {
        if (features.Count != labels.Count)
            throw new ArgusException($"{features.Count} rows of features but {labels.Count} labels.");
        if (labels.Distinct().Count() != 2)
            throw new ArgusException("A logistic regression needs samples of both classes.");
        var width = features[0].Length;
        if (features.Any(row => row.Length != width))
            throw new ArgusException("All rows of features must have the same length.");
        var means = Enumerable.Range(0, width).Select(i => features.Average(row => row[i])).ToArray();
        var deviations = Enumerable
            .Range(0, width)
            .Select(i => Math.Sqrt(features.Average(row => Math.Pow(row[i] - means[i], 2))))
            .Select(deviation => deviation > 0 ? deviation : 1)
            .ToArray();
        var model = new LogisticRegression(means, deviations, new double[width + 1], penalty);
        for (var step = 0; step < MaximumSteps; step++)
        {
            if (model.NewtonStep(features, labels) < Tolerance)
                break;
        }
        return model;
    }

    /// <summary>
    /// The model over features as they are, not standardised: the log odds are the intercept and the sum of weight
    /// times feature.
    /// </summary>
    public LinearModel Linear
    {
        get
        {
            double[] own = [.. deviations.Select((deviation, i) => weights[i + 1] / deviation)];
            return new LinearModel(weights[0] - own.Select((weight, i) => weight * means[i]).Sum(), own);
        }
    }

    /// <summary>Log odds of label 1.</summary>
    public double Score(double[] features)
    {
        var score = weights[0];
        for (var i = 0; i < means.Length; i++)
            score += weights[i + 1] * (features[i] - means[i]) / deviations[i];
        return score;
    }

    // Returns the squared length of the step.
    private double NewtonStep(IReadOnlyList<double[]> features, IReadOnlyList<int> labels)
    {
        var size = weights.Length;
        var system = new double[size, size + 1]; // the Hessian, and the gradient as its last column
        for (var i = 1; i < size; i++)
        {
            system[i, i] = penalty;
            system[i, size] = penalty * weights[i];
        }
        for (var n = 0; n < labels.Count; n++)
        {
            double[] x = [1, .. features[n].Select((value, i) => (value - means[i]) / deviations[i])];
            var probability = 1 / (1 + Math.Exp(-Score(features[n])));
            for (var i = 0; i < size; i++)
            {
                system[i, size] += (probability - labels[n]) * x[i];
                for (var j = 0; j < size; j++)
                    system[i, j] += probability * (1 - probability) * x[i] * x[j];
            }
        }
        var change = Solve(system);
        for (var i = 0; i < size; i++)
            weights[i] -= change[i];
        return change.Sum(value => value * value);
    }

    // Gauss-Jordan with pivoting.
    private static double[] Solve(double[,] system)
    {
        var size = system.GetLength(0);
        for (var column = 0; column < size; column++)
        {
            var pivot = Enumerable.Range(column, size - column).MaxBy(row => Math.Abs(system[row, column]));
            for (var k = 0; k <= size; k++)
                (system[column, k], system[pivot, k]) = (system[pivot, k], system[column, k]);
            for (var row = 0; row < size; row++)
            {
                if (row == column)
                    continue;
                var factor = system[row, column] / system[column, column];
                for (var k = column; k <= size; k++)
                    system[row, k] -= factor * system[column, k];
            }
        }
        return [.. Enumerable.Range(0, size).Select(row => system[row, size] / system[row, row])];
    }
}
