using System.CommandLine;
using Argus.Cli.Output;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Reports;
using Argus.Scores;
using Argus.Training.Export;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Cli.Commands;

internal static class EvaluateCommand
{
    private sealed record Entry(EvaluationSubject Subject, EvaluationResult Result, object Record, string Report);

    public static Command Create()
    {
        var runs = new Argument<string[]>("run")
        {
            Description = "Run folders or checkpoints.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var data = new Option<string[]>("--data")
        {
            Description = "Datasets to judge on, e.g. ffpp=DIR.",
            HelpName = "LAYOUT=DIR",
            AllowMultipleArgumentsPerToken = true,
        };
        var from = new Option<string[]>("--from")
        {
            Description = "Tables of predictions to judge without a model, also other software's (docs/evaluation.md).",
            HelpName = "[NAME=]FILE",
            AllowMultipleArgumentsPerToken = true,
        };
        var aggregate = new Option<string?>("--aggregate")
        {
            Description =
                "How a video's score is made of its clips': "
                + $"{string.Join(", ", Aggregation.All.Select(a => a.Name))} (default: what the validation data "
                + "chose).",
            HelpName = "NAME",
        };
        var calibrate = new Option<Calibrator?>("--calibrate")
        {
            Description = "temperature, isotonic or none (default: temperature where there is a calibration).",
            HelpName = "HOW",
        };
        var robustness = new Option<string[]?>("--robustness")
        {
            Description = "Also judge re-encoded videos; kinds to restrict it to, e.g. H.264 'JPEG frames'.",
            HelpName = "KIND",
            AllowMultipleArgumentsPerToken = true,
            Arity = ArgumentArity.ZeroOrMore,
        };
        var robustnessVideos = new Option<int>("--robustness-videos")
        {
            Description = "Test videos of each dataset that are re-encoded.",
            DefaultValueFactory = _ => RobustnessRun.DefaultVideos,
            HelpName = "N",
        };
        robustnessVideos.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 2 or > 100_000)
                result.AddError("--robustness-videos is 2 to 100000.");
        });
        var output = new Option<string?>("--out")
        {
            Description = "Where the report goes (default: evaluation/ in the run).",
            HelpName = "DIR",
        };
        var protocol = new Option<string?>("--protocol")
        {
            Description = "Which test videos count and what may have been trained on: a name or a YAML file.",
            HelpName = "NAME",
        };
        var allowMissing = new Option<bool>("--allow-missing")
        {
            Description = "Judge the protocol's videos that are on disk, and say which are not.",
        };
        var json = new Option<bool>("--json") { Description = "The figures as JSON." };
        var command = new Command(
            "evaluate",
            "Figures on test videos, a report and every prediction; of several runs also the matrix of runs "
                + "by datasets."
        )
        {
            runs,
            data,
            from,
            aggregate,
            calibrate,
            robustness,
            robustnessVideos,
            protocol,
            allowMissing,
            output,
            json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var paths = parse.GetValue(runs) ?? [];
                var tables = Tables(parse.GetValue(from) ?? []);
                var datasets = (parse.GetValue(data) ?? []).Select(Dataset).ToList();
                if (paths.Length + tables.Count == 0)
                    throw new RequestException(
                        "Give a run or a checkpoint to judge, or a table of predictions with --from."
                    );
                if (paths.Length > 0 && datasets.Count == 0)
                    throw new RequestException(
                        "Judging a run needs data: --data LAYOUT=DIR, e.g. --data ffpp=/data/faceforensics."
                    );
                if (datasets.GroupBy(dataset => dataset.Layout).FirstOrDefault(same => same.Count() > 1) is { } twice)
                    throw new RequestException($"--data names {twice.Key} twice.");
                if (parse.GetValue(protocol) is not null && tables.Count > 0)
                    throw new RequestException(
                        "--protocol is for runs and detectors; a table says itself what it is about."
                    );
                var wanted = parse.GetResult(robustness) is not null;
                if (wanted && paths.Length == 0)
                    throw new RequestException(
                        "--robustness needs the model: give a run or a checkpoint, not only tables."
                    );
                var options = new EvaluateOptions
                {
                    Aggregation = parse.GetValue(aggregate) is { } way ? Aggregation.Find(way) : null,
                    Calibrator = parse.GetValue(calibrate),
                    RobustnessVideos = wanted ? parse.GetValue(robustnessVideos) : 0,
                    RobustnessGroups = parse.GetValue(robustness) ?? [],
                    Protocol = parse.GetValue(protocol) is { } named ? ProtocolFile.Read(named) : null,
                    AllowMissing = parse.GetValue(allowMissing),
                };
                RobustnessRun.CheckGroups(options.RobustnessGroups);
                var quiet = parse.GetValue(json);
                var several = paths.Length + tables.Count > 1;
                var target = parse.GetValue(output);

                var entries = new List<Entry>();
                foreach (var (path, checkpoint) in paths.Zip(paths.Select(ForeignReference.FindAny).ToList()))
                {
                    var evaluation = new EvaluateRun(path, checkpoint, options, TerminalLog.Instance);
                    var (subject, result) = await evaluation.RunAsync(datasets, cancel);
                    entries.Add(await WriteAsync(ReportFolder(path, target, several), subject, result, cancel));
                    if (subject.Specialist is not null && Directory.Exists(checkpoint.Folder))
                        CopyCard(entries[^1].Report, checkpoint.Folder);
                    if (!quiet)
                        Print(entries[^1]);
                }
                foreach (var (name, file) in tables)
                {
                    var (subject, result) = await TableEvaluation.RunAsync(
                        name,
                        file,
                        datasets,
                        options.Aggregation,
                        options.Calibrator,
                        cancel
                    );
                    entries.Add(
                        await WriteAsync(
                            target is null ? Path.Combine("evaluations", name)
                                : several ? Path.Combine(target, name)
                                : target,
                            subject,
                            result,
                            cancel
                        )
                    );
                    if (!quiet)
                        Print(entries[^1]);
                }
                var matrix = several
                    ? EvaluationMatrix.Create([.. entries.Select(entry => (entry.Subject, entry.Result))])
                    : null;
                if (matrix is not null)
                {
                    var page = MatrixReport.Write(target ?? "evaluations", matrix);
                    if (!quiet)
                        Print(matrix, page);
                }
                if (quiet)
                    Terminal.WriteJson(
                        new
                        {
                            Evaluations = entries.Select(entry => new { entry.Report, Evaluation = entry.Record }),
                            Matrix = matrix,
                        }
                    );
                return 0;
            }
        );
        return command;
    }

    private static async Task<Entry> WriteAsync(
        string folder,
        EvaluationSubject subject,
        EvaluationResult result,
        CancellationToken cancel
    ) =>
        new(
            subject,
            result,
            await EvaluationReport.WriteAsync(folder, subject, result, cancel),
            Path.Combine(folder, EvaluationReport.PageFile)
        );

    private static void Print(Entry entry)
    {
        Terminal.Line(entry.Subject.Name);
        Terminal.Table(EvaluationTables.Columns, entry.Result.Videos.Select(EvaluationTables.Cells).ToList());
        if (entry.Result.OperatingPoints.Count > 0)
            Terminal.Table(
                EvaluationTables.OperatingColumns,
                entry.Result.OperatingPoints.Select(EvaluationTables.Cells).ToList()
            );
        Terminal.Line(entry.Result.Judge.Description);
        if (entry.Result.Predictions.Unscored.Count > 0)
            Terminal.Line(
                $"{entry.Result.Predictions.Unscored.Count} videos have no score and are left out; the report "
                    + "also has the figures with those scored 0.5."
            );
        foreach (var note in entry.Subject.Notes)
            Terminal.Line(note);
        if (entry.Subject.Robustness is { } robustness)
            Terminal.Table(
                ["re-encoding", "area under the curve", "95% interval"],
                robustness
                    .Areas.Append(robustness.Overall)
                    .Select(area =>
                        new[]
                        {
                            area.Group,
                            $"{area.Area:0.000}",
                            $"{area.Interval.Low:0.00}-{area.Interval.High:0.00}",
                        }
                    )
                    .ToList()
            );
        Terminal.Line(
            $"Report: {entry.Report}; every prediction: "
                + $"{Path.Combine(Path.GetDirectoryName(entry.Report)!, EvaluationReport.PredictionsFile)}"
        );
    }

    private static void Print(EvaluationMatrix matrix, string page)
    {
        Terminal.Table(MatrixReport.Columns(matrix), matrix.Rows.Select(MatrixReport.Cells).ToList());
        foreach (var ranking in matrix.Rankings)
        {
            Terminal.Line(
                $"Ranking on {ranking.Dataset}, on {ranking.Real} real and {ranking.Fake} fake videos that all have a "
                    + "score of"
            );
            Terminal.Table(MatrixReport.RankingColumns, MatrixReport.Cells(ranking));
        }
        if (matrix.Comparisons.Count > 0)
            Terminal.Table(MatrixReport.ComparisonColumns, matrix.Comparisons.Select(MatrixReport.Cells).ToList());
        foreach (var transfer in matrix.Transfers)
            Terminal.Line(MatrixReport.Sentence(transfer));
        Terminal.Line($"Matrix: {page}");
    }

    // A detector carries its card wherever its weights go.
    private static void CopyCard(string report, string checkpoint)
    {
        try
        {
            File.Copy(
                Path.Combine(Path.GetDirectoryName(report)!, ModelCard.FileName),
                Path.Combine(checkpoint, ModelCard.FileName),
                overwrite: true
            );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Terminal.Error($"The model card could not be written into {checkpoint}: {error.Message}");
        }
    }

    // In the run; a checkpoint's folder holds nothing but the checkpoint.
    private static string ReportFolder(string path, string? output, bool several)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (output is not null)
            return several ? Path.Combine(output, name) : output;
        var run = new RunDirectory(path);
        if (File.Exists(path))
            return Path.Combine("evaluations", Path.GetFileNameWithoutExtension(path));
        return run.Exists ? run.AsGiven(run.Evaluation) : Path.Combine("evaluations", name);
    }

    private static DatasetFolder Dataset(string text) =>
        text.Split('=', 2) is [var layout, var folder] && folder.Length > 0
            ? new DatasetFolder(DatasetLayout.Find(layout).Name, folder)
            : throw new RequestException($"--data {text}: give a layout and a folder, e.g. ffpp=/data/faceforensics.");

    private static List<(string Name, string File)> Tables(IReadOnlyList<string> texts)
    {
        var tables = texts
            .Select<string, (string Name, string File)>(text =>
                text.Split('=', 2) is [var name, var file] && !System.IO.File.Exists(text)
                    ? (name, file)
                    : (DefaultName(text), text)
            )
            .ToList();
        return tables.GroupBy(table => table.Name).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new RequestException(
                $"Two tables are named {twice.Key}. Name them: --from first={twice.First().File} "
                    + $"second={twice.Last().File}"
            )
            : tables;
    }

    // An evaluation's own table is called by its run.
    private static string DefaultName(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        if (Path.GetFileName(file) != EvaluationReport.PredictionsFile)
            return name;
        var folder = Path.GetDirectoryName(Path.GetFullPath(file));
        return Path.GetFileName(RunDirectory.FindEvaluated(folder!)?.Folder ?? folder) is { Length: > 0 } run
            ? run
            : name;
    }
}
