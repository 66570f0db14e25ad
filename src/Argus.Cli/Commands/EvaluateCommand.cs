using System.CommandLine;
using Argus.Datasets;
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
            var paths = parse.GetRequiredValue(runs);
            var checkpoints = paths.Select(CheckpointReference.Find).ToList();
            var results = new List<object>();
            foreach (var (path, checkpoint) in paths.Zip(checkpoints))
            {
                var result = await EvaluateStep.RunAsync(checkpoint, datasets, StoreStep.DefaultRoot, cancel);
                var folder = ReportFolder(path, parse.GetValue(output), paths.Length > 1);
                EvaluationReport.Write(folder, $"Argus: {checkpoint.Recipe.Specialist}, stage {checkpoint.Recipe.Stage}", result, runFolder: path);
                var report = Path.Combine(folder, "report.html");
                results.Add(new { Checkpoint = checkpoint.Folder, result.Rows, Unreadable = result.Unreadable.Select(u => new { u.Dataset, u.Path, u.Reason }), Report = report });
                if (parse.GetValue(json)) continue;
                Terminal.Table(EvaluationReport.Columns, result.Rows.Select(EvaluationReport.Cells).ToList());
                Terminal.Line($"Report: {report}; every prediction: {Path.Combine(folder, "predictions.csv")}");
            }
            if (parse.GetValue(json)) Terminal.WriteJson(results);
            return 0;
        });
        return command;
    }

    // In the run; a checkpoint's folder holds nothing but the checkpoint.
    private static string ReportFolder(string path, string? output, bool several)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (output is not null) return several ? Path.Combine(output, name) : output;
        return Directory.Exists(Path.Combine(path, "checkpoints")) ? Path.Combine(path, "evaluation") : Path.Combine("evaluations", name);
    }

    private static (string Layout, string Folder) Dataset(string text) => text.Split('=', 2) is [var layout, var folder] && folder.Length > 0
        ? (DatasetLayout.Named(layout).Name, folder)
        : throw new RequestException($"--data {text}: give a layout and a folder, e.g. ffpp=/data/faceforensics.");
}
