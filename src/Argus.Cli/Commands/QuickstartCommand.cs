using System.CommandLine;
using System.Diagnostics;
using Argus.Cli.Output;
using Argus.Data.Audits;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Forging;
using Argus.Data.Reports;
using Argus.Data.Samples;
using Argus.Recipes;
using Argus.Scores;
using Argus.Specialists;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Cli.Commands;

/// <summary>
/// The whole way in minutes: sample data, three stages of training, evaluation on unseen people, a report.
/// </summary>
internal static class QuickstartCommand
{
    // The specialist's own kind gets enough people to learn from and to be judged on; the others enough to see what it
    // does with them.
    private static readonly QuadCounts OwnKind = new(18, 4, 7);
    private static readonly QuadCounts OtherKinds = new(0, 0, 3);

    public static Command Create()
    {
        var folder = new Option<string>("--dir")
        {
            Description = "Where everything goes.",
            DefaultValueFactory = _ => "quickstart",
            HelpName = "DIR",
        };
        var specialist = new Option<string>("--specialist")
        {
            Description = "Which of the five.",
            DefaultValueFactory = _ => "rr",
            HelpName = "NAME",
        };
        var command = new Command(
            "quickstart",
            "Sample data, one specialist through stages 1, 2 and 4, evaluation, report: minutes on two cores."
        )
        {
            folder,
            specialist,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var chosen = Specialist.Find(parse.GetRequiredValue(specialist));
                var root = parse.GetRequiredValue(folder);
                var clock = Stopwatch.StartNew();
                var data = Path.Combine(root, "data");
                await SampleDataset.WriteAsync(data, Sample(chosen), TerminalLog.Instance, cancel);
                var datasets = TrainCommand
                    .Stages.Select(stage => new DatasetFolder(stage.Name, Path.Combine(data, stage.Name)))
                    .ToList();

                foreach (var stage in TrainCommand.Stages)
                {
                    var library = RecipeLibrary.Default;
                    var recipe = library.Load(library.Find($"{chosen.Name}/{stage.Stage}"), "smoke", []);
                    var request = new TrainRequest(
                        recipe,
                        Path.Combine(data, stage.Name),
                        null,
                        Path.Combine(root, "runs", recipe.Run.LongName),
                        null,
                        Resume: true
                    )
                    {
                        StoreRoot = Path.Combine(root, "stores"),
                    };
                    if (
                        !(
                            await new TrainRun(request, TerminalLog.Instance, new TrainingPrinter()).RunAsync(cancel)
                        ).Finished
                    )
                        return 1;
                }

                var last = Path.Combine(root, "runs", RecipeLibrary.Default.Find($"{chosen.Name}/4").LongName);
                var (subject, result) = await new EvaluateRun(
                    last,
                    CheckpointReference.Find(last),
                    new EvaluateOptions { StoreRoot = Path.Combine(root, "stores") },
                    TerminalLog.Instance
                ).RunAsync(datasets, cancel);
                var own = result.Videos.First(row => row.Part == chosen.OwnKind);
                var control = await ControlAsync(datasets, chosen.OwnKind, cancel);
                var people = result
                    .Predictions.Videos.Where(p => p.Item.Kind == chosen.OwnKind)
                    .SelectMany(p => p.Item.Identities)
                    .Distinct()
                    .Count();
                var headline = $"video AUC {own.Figures.RocAuc:0.00}";
                var context =
                    $"{chosen.OwnKind} forgeries: {headline} (95% interval "
                    + $"{own.AucInterval!.Low:0.00}-{own.AucInterval.High:0.00}), "
                    + $"{own.Figures.Real + own.Figures.Fake} test videos, nobody in them was trained on; "
                    + $"logistic regression on whole-frame statistics: AUC {control:0.00}";
                var report = Path.Combine(root, "report");
                await EvaluationReport.WriteAsync(
                    report,
                    subject with
                    {
                        Name = $"quickstart: the {chosen.Title} specialist",
                        Headline = context,
                    },
                    result,
                    cancel
                );

                Terminal.Table(
                    EvaluationTables.Columns,
                    result
                        .Videos.Where(row => row.Dataset == Evaluation.Everything)
                        .Select(EvaluationTables.Cells)
                        .ToList()
                );
                Terminal.Line(
                    $"{chosen.Name} is named for {chosen.OwnKind}; it was trained on drawn faces, so this "
                        + "shows that training works, not how it does on real people."
                );
                Terminal.Line(headline);
                Terminal.Line(
                    $"95% interval {own.AucInterval.Low:0.00}-{own.AucInterval.High:0.00} over "
                        + $"{own.Figures.Real + own.Figures.Fake} test videos of {people} people, none of them in "
                        + "training"
                );
                Terminal.Line($"logistic regression on whole-frame statistics: AUC {control:0.00}");
                Terminal.Line(
                    $"report: {Path.Combine(report, "report.html")}   ({clock.Elapsed.TotalMinutes:0.0} minutes)"
                );
                Terminal.Line();
                Terminal.Line("Next, with real data (docs/data.md):");
                Terminal.Line("  ./argus models pull efficientnet_b4");
                Terminal.Line("  ./argus data check ffpp FACEFORENSICS");
                Terminal.Line($"  ./argus train {chosen.Name} --ffpp FACEFORENSICS --celebdf CELEBDF --dfdc DFDC");
                return 0;
            }
        );
        return command;
    }

    private static SampleOptions Sample(Specialist specialist)
    {
        var own = Enum.Parse<ForgeryKind>(specialist.OwnKind, ignoreCase: true);
        return new SampleOptions
        {
            SizePixels = 96,
            Quads = SampleOptions.Kinds.ToDictionary(kind => kind, kind => kind == own ? OwnKind : OtherKinds),
        };
    }

    // What five numbers about the whole picture can tell: about 0.5, or the data would give the answer away.
    private static Task<double> ControlAsync(
        IReadOnlyList<DatasetFolder> datasets,
        string kind,
        CancellationToken cancel
    )
    {
        var videos = datasets
            .SelectMany(dataset =>
                DatasetLayout
                    .Find(dataset.Layout)
                    .Read(dataset.Folder, new DatasetOptions())
                    .Items.Where(item => item.Kind == kind)
                    .Select(item =>
                        (Path: Path.Combine(dataset.Folder, item.Path), item.Label, Test: item.Split == Split.Test)
                    )
            )
            .ToList();
        return WholeFrameControl.AucAsync(
            [.. videos.Where(v => !v.Test).Select(v => (v.Path, v.Label))],
            [.. videos.Where(v => v.Test).Select(v => (v.Path, v.Label))],
            cancel
        );
    }
}
