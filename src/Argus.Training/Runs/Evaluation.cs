using Argus.Datasets;
using Argus.Metrics;
using Argus.Recipes;
using Argus.Reports;
using Argus.Stores;
using Argus.Training.Checkpoints;
using Argus.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>A row of an evaluation: a part of the videos and its figures.</summary>
public sealed record EvaluationRow(string Dataset, string Part, BinaryMetrics Figures, Interval? AucInterval);

/// <summary>Figures of one checkpoint on the test sides of datasets.</summary>
public sealed record EvaluationResult(string Checkpoint, Recipe Recipe, IReadOnlyList<EvaluationRow> Rows, IReadOnlyList<VideoPrediction> Predictions,
    IReadOnlyList<(string Dataset, string Path, string Reason)> Unreadable);

/// <summary>A checkpoint, found by its folder, its run, or its run's name.</summary>
public sealed record CheckpointReference(string Folder, Recipe Recipe)
{
    /// <exception cref="RequestException">There is no checkpoint there.</exception>
    public static CheckpointReference Find(string path)
    {
        var candidates = new[] { path, Path.Combine(path, "checkpoints", "best"), Path.Combine(path, "best") };
        var folder = candidates.FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, Checkpoint.ModelFile)))
            ?? throw new RequestException($"{path} is no checkpoint and no run with one. Train first (argus train), or give a folder with {Checkpoint.ModelFile}.");
        return new CheckpointReference(folder, RecipeLibrary.ReadMerged(Path.Combine(folder, Checkpoint.RecipeFile)));
    }

    public SpecialistModel Load(Device device)
    {
        var model = ModelFactory.Create(Recipe);
        Checkpoint.Load(Folder, model, optimizer: null);
        model.to(device);
        return model;
    }

    /// <summary>The recipe for another dataset: the same input, that dataset's layout and test side.</summary>
    public Recipe For(string layout) => Recipe with { Data = Recipe.Data with { Layout = layout } };
}

/// <summary>Turns predictions into figures, overall, per dataset, and per kind or method.</summary>
public static class Evaluation
{
    public static IReadOnlyList<EvaluationRow> Measure(IReadOnlyList<VideoPrediction> predictions)
    {
        var rows = new List<EvaluationRow>();
        foreach (var dataset in predictions.GroupBy(p => p.Item.Dataset))
        {
            rows.Add(Row(dataset.Key, "all", [.. dataset]));
            rows.AddRange(Parts([.. dataset]).Select(part => Row(dataset.Key, part.Name, part.Members)));
        }
        if (rows.Count(row => row.Part == "all") > 1)
        {
            rows.Add(Row("all", "all", predictions));
            rows.AddRange(Kinds(predictions).Select(part => Row("all", part.Name, part.Members)));
        }
        return rows;
    }

    // Sample data says of every video, real ones too, which kind it is about; elsewhere a method's fakes meet all reals.
    private static IEnumerable<(string Name, IReadOnlyList<VideoPrediction> Members)> Parts(IReadOnlyList<VideoPrediction> dataset)
    {
        if (dataset.All(p => p.Item.Kind is not null)) return Kinds(dataset);
        var real = dataset.Where(p => p.Item.Label == 0).ToList();
        return dataset.Where(p => p.Item.Label == 1).GroupBy(p => p.Item.Method).OrderBy(method => method.Key, StringComparer.Ordinal)
            .Select(method => (method.Key, (IReadOnlyList<VideoPrediction>)[.. real, .. method])).Where(_ => dataset.Select(p => p.Item.Method).Distinct().Count() > 2);
    }

    private static IEnumerable<(string Name, IReadOnlyList<VideoPrediction> Members)> Kinds(IReadOnlyList<VideoPrediction> predictions) =>
        predictions.Where(p => p.Item.Kind is not null).GroupBy(p => p.Item.Kind!).OrderBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => (kind.Key, (IReadOnlyList<VideoPrediction>)[.. kind]));

    private static EvaluationRow Row(string dataset, string part, IReadOnlyList<VideoPrediction> members)
    {
        int[] labels = [.. members.Select(p => p.Item.Label)];
        double[] scores = [.. members.Select(p => p.Probability)];
        var figures = BinaryMetrics.Of(labels, scores);
        return new EvaluationRow(dataset, part, figures, figures.RocAuc is null ? null : Bootstrap.Auc(labels, scores));
    }

    /// <summary>Writes predictions, plots and report.html into the folder.</summary>
    public static void WriteReport(string folder, string title, EvaluationResult result, string? headline = null, string? runFolder = null)
    {
        Directory.CreateDirectory(folder);
        PredictionTable.Write(Path.Combine(folder, "predictions.csv"), result.Predictions);
        var curves = result.Predictions.GroupBy(p => p.Item.Dataset)
            .Where(dataset => dataset.Select(p => p.Item.Label).Distinct().Count() == 2)
            .Select(dataset => (dataset.Key, new RocCurve([.. dataset.Select(p => p.Item.Label)], [.. dataset.Select(p => p.Probability)]))).ToList();
        var roc = Path.Combine(folder, "plots", "roc.png");
        if (curves.Count > 0) Plots.Roc(roc, "Test videos", curves);

        var report = new HtmlReport(title);
        if (headline is not null) report.Headline(headline);
        report.Paragraph($"Checkpoint {Path.GetFileName(result.Checkpoint.TrimEnd('/'))} of the {result.Recipe.Specialist} specialist, stage {result.Recipe.Stage}. A video's score is the mean of its images' logits; intervals are 95% bootstrap over videos.")
            .Heading("Figures on test videos").Table(EvaluationTable.Columns, result.Rows.Select(EvaluationTable.Cells))
            .Picture(roc, "ROC curves, per dataset");
        if (runFolder is not null)
        {
            report.Heading("Training").Picture(Path.Combine(runFolder, "plots", "loss.png"), "Training loss")
                .Picture(Path.Combine(runFolder, "plots", "validation.png"), "Validation over time");
        }
        if (result.Unreadable.Count > 0)
            report.Heading("Left out").Paragraph($"{result.Unreadable.Count} videos could not be read and have no score.").Table(["dataset", "file", "reason"], result.Unreadable.Select(u => new[] { u.Dataset, u.Path, u.Reason }));
        var recipe = Path.Combine(result.Checkpoint, Checkpoint.RecipeFile);
        if (File.Exists(recipe)) report.Heading("Recipe").Details("Every setting of this run", File.ReadAllText(recipe));
        report.Save(Path.Combine(folder, "report.html"));
    }
}

/// <summary>The same columns in the terminal and in the report.</summary>
public static class EvaluationTable
{
    public static IReadOnlyList<string> Columns { get; } = ["dataset", "part", "real", "fake", "video AUC", "95% interval", "AP", "EER", "accuracy", "on real", "on fake"];

    public static IReadOnlyList<string> Cells(EvaluationRow row) =>
    [
        row.Dataset, row.Part, $"{row.Figures.Real}", $"{row.Figures.Fake}", Number(row.Figures.RocAuc), row.AucInterval is { } interval ? $"{interval.Low:0.00}-{interval.High:0.00}" : "-",
        Number(row.Figures.AveragePrecision), Number(row.Figures.EqualErrorRate), Number(row.Figures.Accuracy), Number(row.Figures.RealAccuracy), Number(row.Figures.FakeAccuracy),
    ];

    private static string Number(double? value) => value is { } number ? $"{number:0.000}" : "-";
}
