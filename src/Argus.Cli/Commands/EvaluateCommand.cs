using System.CommandLine;
using Argus.Datasets;
using Argus.Stores;
using Argus.Training.Runs;

namespace Argus.Cli.Commands;

internal static class EvaluateCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("run") { Description = "Run folders or checkpoints.", Arity = ArgumentArity.OneOrMore };
        var data = new Option<string[]>("--data") { Description = "Datasets to judge on, e.g. ffpp=DIR.", HelpName = "LAYOUT=DIR", AllowMultipleArgumentsPerToken = true, Required = true };
        var output = new Option<string?>("--out") { Description = "Where the report goes (default: evaluation/ in the run).", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "The figures as JSON." };
        var command = new Command("evaluate", "Figures on test videos, a report and every prediction.") { runs, data, output, json };
        command.SetAction(async (parse, cancel) =>
        {
            var datasets = parse.GetRequiredValue(data).Select(Dataset).ToList();
            foreach (var path in parse.GetRequiredValue(runs))
            {
                var checkpoint = CheckpointReference.Find(path);
                var asJson = parse.GetValue(json);
                var result = await EvaluateStep.RunAsync(checkpoint, datasets, StoreStep.DefaultRoot, cancel);
                var folder = parse.GetValue(output) ?? Path.Combine(path, "evaluation");
                Evaluation.WriteReport(folder, $"Argus: {checkpoint.Recipe.Specialist}, stage {checkpoint.Recipe.Stage}", result, runFolder: path);
                if (asJson)
                {
                    Terminal.WriteJson(new { Checkpoint = checkpoint.Folder, result.Rows, Unreadable = result.Unreadable.Select(u => new { u.Dataset, u.Path, u.Reason }), Report = Path.Combine(folder, "report.html") });
                    continue;
                }
                Terminal.Table(EvaluationTable.Columns, result.Rows.Select(EvaluationTable.Cells).ToList());
                Terminal.Line($"Report: {Path.Combine(folder, "report.html")}; every prediction: {Path.Combine(folder, "predictions.csv")}");
            }
            return 0;
        });
        return command;
    }

    private static (string Layout, string Folder) Dataset(string text) => text.Split('=', 2) is [var layout, var folder] && folder.Length > 0
        ? (DatasetLayout.Named(layout).Name, folder)
        : throw new RequestException($"--data {text}: give a layout and a folder, e.g. ffpp=/data/faceforensics.");
}

/// <summary>Scores a checkpoint on the test sides of datasets.</summary>
internal static class EvaluateStep
{
    public static async Task<EvaluationResult> RunAsync(CheckpointReference checkpoint, IReadOnlyList<(string Layout, string Folder)> datasets, string storeRoot, CancellationToken cancel)
    {
        var device = TorchDevice.For(checkpoint.Recipe.Train.Device);
        using var model = checkpoint.Load(device);
        var predictions = new List<VideoPrediction>();
        var unreadable = new List<(string, string, string)>();
        foreach (var (layout, folder) in datasets)
        {
            var recipe = checkpoint.For(layout);
            var (storeFolder, prepared) = await StoreStep.PrepareAsync(recipe, folder, null, [Split.Test], cancel, storeRoot);
            unreadable.AddRange(prepared.Unreadable.Select(failure => (layout, failure.Path, failure.Reason)));
            using var store = await Store.OpenAsync(storeFolder);
            var videos = store.Videos.Where(video => video.Split == Split.Test).ToList();
            if (videos.Count == 0) throw new ArgusException($"{folder} has no readable test video. 'argus data check {layout} {folder}' shows the split.");
            predictions.AddRange(await Terminal.ProgressAsync($"{layout}: images scored", videos.Sum(video => video.Clips.Count),
                progress => Scoring.RunAsync(model, recipe, store, videos, device, progress, cancel)));
        }
        return new EvaluationResult(checkpoint.Folder, checkpoint.Recipe, Evaluation.Measure(predictions), predictions, unreadable);
    }
}
