using Argus.Data.Evaluations;
using static Argus.Data.Reports.EvaluationTables;

namespace Argus.Data.Reports;

/// <summary>The part of an evaluation's page that says how good its likelihood ratios are.</summary>
internal static class LikelihoodSection
{
    private static readonly string[] Columns =
    [
        "dataset",
        "method",
        "real",
        "fake",
        "Cllr",
        "Cllr_min",
        "calibration loss",
        "log10 LR within",
    ];

    public static void Add(HtmlPage report, string plots, EvaluationResult result)
    {
        if (result.LikelihoodRatios.Count == 0)
            return;
        var path = Path.Combine(plots, "tippett.png");
        var model = result.Judge.LikelihoodRatio!;
        IReadOnlyList<double> Ratios(int label) =>
            [
                .. result
                    .Predictions.Videos.Where(video => video.Item.Label == label)
                    .Select(video => model.Evaluate(result.Judge.Logit(video.Clips)).Log10),
            ];
        Plots.Tippett(path, Ratios(0), Ratios(1));
        report
            .Heading("Likelihood ratios")
            .Paragraph(
                "How much likelier a video's score is among forgeries than among real videos, by what "
                    + $"{model.Real} real and {model.Fake} fake validation videos say; no ratio goes beyond what so "
                    + "many videos can bear out (empirical bounds). Cllr is what the ratios cost in bits: 0 is "
                    + "perfect, 1 says nothing, more misleads. Cllr_min is what the order of the videos would cost "
                    + "with the best calibration; the rest is calibration loss."
            )
            .Table(
                Columns,
                result.LikelihoodRatios.Select(row =>
                    new[]
                    {
                        row.Dataset,
                        row.Method.Replace('_', ' '),
                        $"{row.Real}",
                        $"{row.Fake}",
                        Number(row.Cllr),
                        Number(row.CllrMinimum),
                        Number(row.CalibrationLoss),
                        $"{row.LowerBound:0.00} to {row.UpperBound:0.00}",
                    }
                )
            )
            .Picture(
                path,
                "Tippett plot: how many videos have at least that ratio. Good ratios have the fakes' curve far to the "
                    + "right of 0 and the reals' far to the left",
                half: true
            );
    }
}
