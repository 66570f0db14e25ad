using Argus.Metrics;
using Argus.Reports;
using Argus.Training.Checkpoints;

namespace Argus.Training.Runs;

/// <summary>An evaluation's files: predictions.csv, plots and report.html.</summary>
public static class EvaluationReport
{
    /// <summary>The same columns in the terminal and in the report.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["dataset", "part", "real", "fake", "video AUC", "95% interval", "AP", "EER", "accuracy", "on real", "on fake"];

    public static IReadOnlyList<string> Cells(EvaluationRow row) =>
    [
        row.Dataset, row.Part, $"{row.Figures.Real}", $"{row.Figures.Fake}", Number(row.Figures.RocAuc), row.AucInterval is { } interval ? $"{interval.Low:0.00}-{interval.High:0.00}" : "-",
        Number(row.Figures.AveragePrecision), Number(row.Figures.EqualErrorRate), Number(row.Figures.Accuracy), Number(row.Figures.RealAccuracy), Number(row.Figures.FakeAccuracy),
    ];

    /// <param name="headline">One sentence that stands above everything; null for none.</param>
    /// <param name="runFolder">The run whose training curves belong in it; null for none.</param>
    public static void Write(string folder, string title, EvaluationResult result, string? headline = null, string? runFolder = null)
    {
        Directory.CreateDirectory(folder);
        PredictionTable.Write(Path.Combine(folder, "predictions.csv"), result.Predictions);
        var roc = Path.Combine(folder, "plots", "roc.png");
        DrawRoc(roc, result.Predictions);

        var report = new HtmlReport(title);
        if (headline is not null) report.Headline(headline);
        report.Paragraph($"Checkpoint {Path.GetFileName(Path.TrimEndingDirectorySeparator(result.Checkpoint))} of the {result.Recipe.Specialist} specialist, stage {result.Recipe.Stage}. A video's score is the mean of its images' logits; intervals are 95% bootstrap over videos.")
            .Heading("Figures on test videos").Table(Columns, result.Rows.Select(Cells))
            .Picture(roc, "ROC curves of the test videos");
        if (runFolder is not null)
        {
            report.Heading("Training").Picture(Path.Combine(runFolder, "plots", "loss.png"), "Training loss")
                .Picture(Path.Combine(runFolder, "plots", "validation.png"), "Validation over time");
        }
        if (result.Unreadable.Count > 0)
        {
            report.Heading("Left out").Paragraph($"{result.Unreadable.Count} videos could not be read and have no score.")
                .Table(["dataset", "file", "reason"], result.Unreadable.Select(u => new[] { u.Dataset, u.Path, u.Reason }));
        }
        var recipe = Path.Combine(result.Checkpoint, Checkpoint.RecipeFile);
        if (File.Exists(recipe)) report.Heading("Recipe").Details("Every setting of this run", File.ReadAllText(recipe));
        report.Save(Path.Combine(folder, "report.html"));
    }

    // Of sample data a curve a kind, because different traces have nothing in common; else a curve a dataset.
    private static void DrawRoc(string path, IReadOnlyList<VideoPrediction> predictions)
    {
        var parts = EvaluationPart.Kinds(predictions).ToList();
        if (parts.Count == 0) parts = [.. predictions.GroupBy(p => p.Item.Dataset).Select(dataset => new EvaluationPart(dataset.Key, [.. dataset]))];
        var curves = parts.Where(part => part.Labels.Distinct().Count() == 2).Select(part => (part.Name, new RocCurve(part.Labels, part.Scores))).ToList();
        if (curves.Count > 0) Plots.Roc(path, "Test videos", curves);
    }

    private static string Number(double? value) => value is { } number ? $"{number:0.000}" : "-";
}
