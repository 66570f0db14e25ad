using System.CommandLine;
using Argus.Cli.Output;
using Argus.Data.Evaluations;
using Argus.Data.Reports;
using Argus.Metrics;
using Argus.Recipes;
using Argus.Scores;
using Argus.Training.Checkpoints;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Cli.Commands;

/// <summary>Lists runs, and compares two.</summary>
internal static class RunsCommand
{
    /// <summary>What was found in a run's folder.</summary>
    private sealed record Listed(
        string Folder,
        string Run,
        int Epoch,
        int Step,
        double? ValidationAuc,
        Interval? ValidationInterval,
        IReadOnlyList<Tested> Tests
    );

    private sealed record Tested(string Dataset, double? Auc, Interval? Interval, int Videos);

    public static Command Create()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "Where the runs are.",
            DefaultValueFactory = _ => TrainRun.DefaultRoot,
        };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("runs", "List runs with their key figures.") { folder, json };
        command.SetAction(parse =>
        {
            var root = parse.GetRequiredValue(folder);
            if (!Directory.Exists(root))
                throw new RequestException($"There is no folder {root}. Runs are made by argus train.");
            var runs = new List<Listed>();
            foreach (var path in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
            {
                var run = new RunDirectory(path);
                try
                {
                    if (run.HasCheckpoint && File.Exists(run.Recipe))
                        runs.Add(Describe(run));
                }
                catch (Exception error) when (error is ArgusException or IOException or UnauthorizedAccessException)
                {
                    Terminal.Error($"{path} is left out: {error.Message}");
                }
            }
            if (parse.GetValue(json))
                Terminal.WriteJson(runs);
            else if (runs.Count == 0)
                Terminal.Line($"{root} holds no run with a checkpoint.");
            else
                Terminal.Table(
                    ["folder", "run", "epochs", "steps", "validation AUC", "test AUC"],
                    runs.Select(run =>
                            new[]
                            {
                                Path.GetFileName(run.Folder),
                                run.Run,
                                $"{run.Epoch}",
                                $"{run.Step}",
                                Text(run.ValidationAuc, run.ValidationInterval),
                                run.Tests.Count == 0
                                    ? "not evaluated"
                                    : string.Join(
                                        "; ",
                                        run.Tests.Select(test => $"{test.Dataset} {Text(test.Auc, test.Interval)}")
                                    ),
                            }
                        )
                        .ToList()
                );
        });
        return command;
    }

    public static Command CreateCompare()
    {
        var runs = new Argument<string[]>("run") { Description = "Two run folders.", Arity = new ArgumentArity(2, 2) };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command(
            "compare",
            "Compare two runs on the same videos, with intervals: on test videos where both were evaluated, "
                + "else on validation videos."
        )
        {
            runs,
            json,
        };
        command.SetAction(parse =>
        {
            var folders = parse.GetRequiredValue(runs);
            var directories = folders.Select(folder => new RunDirectory(folder)).ToList();
            if (directories.FirstOrDefault(run => !File.Exists(run.Recipe)) is { } none)
                throw new RequestException($"{none.Folder} is no run: it has no recipe.yaml.");
            var recipes = directories.Select(run => RecipeLibrary.ReadMerged(run.Recipe)).ToList();
            var tested = directories.All(run => File.Exists(Table(run)));
            if (!tested && directories.FirstOrDefault(run => !File.Exists(run.BestPredictions)) is { } missing)
                throw new RequestException(
                    $"{missing.Folder} has no predictions to compare "
                        + $"({Path.GetRelativePath(missing.Folder, missing.BestPredictions)}). Evaluate both: argus "
                        + $"evaluate {folders[0]} {folders[1]} --data LAYOUT=DIR"
                );
            // Names, not stages: two trainings of one recipe are two detectors.
            var entries = directories
                .Zip(
                    recipes,
                    (run, recipe) =>
                    {
                        var predictions = PredictionTable.Read(tested ? Table(run) : run.BestPredictions);
                        var judge = Judge.Create(
                            Calibration.Read(tested ? Path.GetDirectoryName(Table(run))! : run.Best)
                        );
                        return (
                            Subject: new EvaluationSubject
                            {
                                Name = Path.GetFileName(run.Folder),
                                Source = run.Folder,
                                CodeVersion = ProgramVersion.Text,
                                TrainedOn = recipe.Data.Layout,
                            },
                            Result: Evaluation.Measure(predictions, judge)
                        );
                    }
                )
                .ToList();
            var matrix = EvaluationMatrix.Create(entries);
            var settings = Differences(directories[0].Recipe, directories[1].Recipe);
            if (parse.GetValue(json))
            {
                Terminal.WriteJson(
                    new
                    {
                        Videos = tested ? "test" : "validation",
                        Settings = settings.Select(setting => new
                        {
                            setting.Key,
                            setting.First,
                            setting.Second,
                        }),
                        Matrix = matrix,
                    }
                );
                return;
            }
            Terminal.Line(
                tested
                    ? "On test videos:"
                    : "On validation videos, which also chose the checkpoints "
                        + "(not both were evaluated: argus evaluate):"
            );
            foreach (var (subject, result) in entries)
            {
                Terminal.Line(subject.Name);
                Terminal.Table(EvaluationTables.Columns, result.Videos.Select(EvaluationTables.Cells).ToList());
            }
            if (matrix.Comparisons.Count > 0)
                Terminal.Table(MatrixReport.ComparisonColumns, matrix.Comparisons.Select(MatrixReport.Cells).ToList());
            else
                Terminal.Line("They have no videos of both classes in common, so there is no difference to speak of.");
            if (settings.Count > 0)
                Terminal.Table(
                    ["setting", Path.GetFileName(directories[0].Folder), Path.GetFileName(directories[1].Folder)],
                    settings.Select(setting => new[] { setting.Key, setting.First, setting.Second }).ToList()
                );
        });
        return command;
    }

    private static string Table(RunDirectory run) => Path.Combine(run.Evaluation, EvaluationReport.PredictionsFile);

    private static Listed Describe(RunDirectory run)
    {
        var recipe = RecipeLibrary.ReadMerged(run.Recipe);
        var state = Checkpoint.ReadState(run.Last);
        Interval? interval = null;
        if (File.Exists(run.BestPredictions))
        {
            var videos = PredictionTable.Read(run.BestPredictions).Videos;
            interval = Bootstrap.Auc(
                [.. videos.Select(video => video.Item.Label)],
                [.. videos.Select(video => video.Probability)]
            );
        }
        var tests = !File.Exists(Table(run))
            ? []
            : Evaluation
                .Measure(
                    PredictionTable.Read(Table(run)),
                    Judge.Create(Calibration.Read(Path.GetDirectoryName(Table(run))!))
                )
                .Videos.Where(row => row.By == Evaluation.Everything && row.Dataset != Evaluation.Everything)
                .Select(row => new Tested(
                    row.Dataset,
                    row.Figures.RocAuc,
                    row.AucInterval,
                    row.Figures.Real + row.Figures.Fake
                ))
                .ToList();
        return new Listed(
            run.Folder,
            $"{recipe.Specialist}/{recipe.Stage}",
            state.Epoch,
            state.GlobalStep,
            state.BestAuc,
            interval,
            tests
        );
    }

    // Settings of the two recipes that differ, by their dotted keys.
    private static List<(string Key, string First, string Second)> Differences(string first, string second)
    {
        var a = RecipeLibrary.ReadSettings(first);
        var b = RecipeLibrary.ReadSettings(second);
        return
        [
            .. a
                .Keys.Union(b.Keys)
                .Where(key => a.GetValueOrDefault(key) != b.GetValueOrDefault(key))
                .Select(key => (key, a.GetValueOrDefault(key, "-"), b.GetValueOrDefault(key, "-"))),
        ];
    }

    private static string Text(double? value, Interval? interval) =>
        value is { } number
            ? $"{number:0.000}{(interval is null ? "" : $" ({interval.Low:0.00}-{interval.High:0.00})")}"
            : "-";
}
