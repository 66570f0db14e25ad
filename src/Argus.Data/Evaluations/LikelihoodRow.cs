using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary>How good the likelihood ratios of a dataset's test videos are.</summary>
/// <param name="Dataset">Its name, or all.</param>
/// <param name="Method"><c>logistic</c> or <c>kernel_density</c>, fitted on validation videos.</param>
/// <param name="Real">Real videos.</param>
/// <param name="Fake">Fake videos.</param>
/// <param name="Cllr">In bits; 1 says nothing.</param>
/// <param name="CllrMinimum">What the best calibration of the same order would cost.</param>
/// <param name="LowerBound">Decimal logarithm that no ratio falls below.</param>
/// <param name="UpperBound">Decimal logarithm that no ratio exceeds.</param>
public sealed record LikelihoodRow(
    string Dataset,
    string Method,
    int Real,
    int Fake,
    double Cllr,
    double CllrMinimum,
    double LowerBound,
    double UpperBound
)
{
    /// <summary>What is lost because the ratios are off, beyond what their order costs.</summary>
    public double CalibrationLoss => Cllr - CllrMinimum;

    /// <summary>A row for each method; none where the calibration has no ratios, or videos have one class.</summary>
    public static IEnumerable<LikelihoodRow> Measure(string dataset, IReadOnlyList<VideoPrediction> videos, Judge judge)
    {
        int[] labels = [.. videos.Select(video => video.Item.Label)];
        if (judge.LikelihoodRatio is not { } model || labels.Distinct().Count() < 2)
            yield break;
        double[] logits = [.. videos.Select(video => judge.Logit(video.Clips))];
        var minimum = LikelihoodRatioCost.ComputeMinimum(labels, logits);
        LikelihoodRow Row(string method, Func<double, double> log10) =>
            new(
                dataset,
                method,
                labels.Count(label => label == 0),
                labels.Count(label => label == 1),
                LikelihoodRatioCost.Compute(labels, [.. logits.Select(logit => log10(logit) * Math.Log(10))]),
                minimum,
                model.Bounds.Lower,
                model.Bounds.Upper
            );
        yield return Row("logistic", logit => model.Evaluate(logit).Log10);
        if (model.KernelDensity is not null)
            yield return Row("kernel_density", logit => model.EvaluateKernelDensity(logit)!.Value);
    }
}
