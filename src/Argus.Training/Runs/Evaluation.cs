using Argus.Metrics;
using Argus.Recipes;
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

/// <summary>A checkpoint, found by its folder or its run's.</summary>
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

/// <summary>Predictions that are judged together.</summary>
internal sealed record EvaluationPart(string Name, IReadOnlyList<VideoPrediction> Members)
{
    public int[] Labels => [.. Members.Select(p => p.Item.Label)];
    public double[] Scores => [.. Members.Select(p => p.Probability)];

    /// <summary>By kind, where the data say of every video, real ones too, which kind it is about: the sample data do.</summary>
    public static IEnumerable<EvaluationPart> Kinds(IEnumerable<VideoPrediction> predictions) => predictions
        .Where(p => p.Item.Kind is not null).GroupBy(p => p.Item.Kind!).OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => new EvaluationPart(kind.Key, [.. kind]));

    /// <summary>By method: each one's fakes meet all reals of the dataset.</summary>
    public static IEnumerable<EvaluationPart> Methods(IReadOnlyList<VideoPrediction> dataset)
    {
        var real = dataset.Where(p => p.Item.Label == 0).ToList();
        var methods = dataset.Where(p => p.Item.Label == 1).GroupBy(p => p.Item.Method).OrderBy(method => method.Key, StringComparer.Ordinal).ToList();
        return methods.Count < 2 ? [] : methods.Select(method => new EvaluationPart(method.Key, [.. real, .. method]));
    }
}

/// <summary>Turns predictions into figures: overall, per dataset, and per kind or method.</summary>
public static class Evaluation
{
    public const string Everything = "all";

    public static IReadOnlyList<EvaluationRow> Measure(IReadOnlyList<VideoPrediction> predictions)
    {
        var datasets = predictions.GroupBy(p => p.Item.Dataset).Select(dataset => new EvaluationPart(dataset.Key, [.. dataset])).ToList();
        var rows = new List<EvaluationRow>();
        if (datasets.Count > 1)
        {
            rows.Add(Row(Everything, new(Everything, predictions)));
            rows.AddRange(EvaluationPart.Kinds(predictions).Select(part => Row(Everything, part)));
        }
        foreach (var dataset in datasets)
        {
            rows.Add(Row(dataset.Name, dataset with { Name = Everything }));
            var parts = dataset.Members.All(p => p.Item.Kind is not null) ? EvaluationPart.Kinds(dataset.Members) : EvaluationPart.Methods(dataset.Members);
            rows.AddRange(parts.Select(part => Row(dataset.Name, part)));
        }
        return rows;
    }

    private static EvaluationRow Row(string dataset, EvaluationPart part)
    {
        var figures = BinaryMetrics.Of(part.Labels, part.Scores);
        return new EvaluationRow(dataset, part.Name, figures, figures.RocAuc is null ? null : Bootstrap.Auc(part.Labels, part.Scores));
    }
}
