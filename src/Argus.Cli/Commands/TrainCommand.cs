using System.CommandLine;
using Argus.Cli.Output;
using Argus.Data.Datasets;
using Argus.Recipes;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Cli.Commands;

internal static class TrainCommand
{
    /// <summary>The stages that a specialist goes through, in order, and the dataset of each.</summary>
    public static IReadOnlyList<DatasetLayout> Stages { get; } =
    [.. DatasetLayout.All.Where(layout => layout.Stage is not null).OrderBy(layout => layout.Stage)];

    public static Command Create()
    {
        var name = new Argument<string>("run")
        {
            Description =
                "A recipe such as rr/1 or rr_stage1_faceforensics; or a specialist such as rr for all three stages.",
        };
        var settings = new Argument<string[]>("key=value")
        {
            Description = "Settings that replace the recipe's, e.g. train.epochs=2.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var data = new Option<string?>("--data")
        {
            Description = "The dataset's folder; what is missing is prepared first.",
            HelpName = "DIR",
        };
        var reals = new Option<string[]>("--reals")
        {
            Description =
                "Folders of real videos and pictures instead of a dataset; forging on the way makes the fakes.",
            HelpName = "DIR",
            AllowMultipleArgumentsPerToken = true,
        };
        var store = new Option<string?>("--store")
        {
            Description = "The store to use instead of one chosen by the recipe.",
            HelpName = "DIR",
        };
        var runOption = new Option<string?>("--run")
        {
            Description = "The run's folder (default: runs/NAME).",
            HelpName = "DIR",
        };
        var init = new Option<string?>("--init")
        {
            Description = "Weights to start from instead of the stage before.",
            HelpName = "CHECKPOINT",
        };
        var resume = new Option<bool>("--resume")
        {
            Description = "Continue the run where its last checkpoint stands.",
        };
        var profile = ProfileOption();
        var datasets = Stages.ToDictionary(
            stage => stage.Name,
            stage => new Option<string?>($"--{stage.Name}")
            {
                Description = $"All stages: the folder for stage {stage.Stage}.",
                HelpName = "DIR",
            }
        );
        var command = new Command("train", "Train one recipe, or a specialist through all three stages.")
        {
            name,
            settings,
            data,
            reals,
            store,
            runOption,
            init,
            resume,
            profile,
        };
        foreach (var option in datasets.Values)
            command.Add(option);

        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForTraining();
                var library = RecipeLibrary.Default;
                var runName = parse.GetRequiredValue(name);
                var requests =
                    runName.Contains('/') || runName.Contains('_')
                        ? [Single(library.Find(runName))]
                        : AllStages(runName);
                foreach (var request in requests)
                {
                    var result = await new TrainRun(request, TerminalLog.Instance, new TrainingPrinter()).RunAsync(
                        cancel
                    );
                    if (!result.Finished)
                        return 1;
                    var run = new RunDirectory(request.Folder);
                    Terminal.Line(
                        $"{request.Recipe.Run.LongName}: done, best validation video AUC {result.BestAuc:0.000}, "
                            + $"checkpoint {run.AsGiven(run.Best)}"
                    );
                }
                return 0;

                TrainRequest Single(RunName recipe)
                {
                    var source = OwnData.Find(
                        parse.GetValue(data),
                        parse.GetValue(reals) ?? [],
                        parse.GetValue(store),
                        parse.GetValue(settings) ?? []
                    );
                    return Request(recipe, source.Folder, parse.GetValue(runOption), source.Implied, source.Settings);
                }

                TrainRequest Request(
                    RunName recipe,
                    string? folder,
                    string? runFolder,
                    IReadOnlyList<string> implied,
                    IReadOnlyList<string> changes
                )
                {
                    return new TrainRequest(
                        library.Load(recipe, parse.GetRequiredValue(profile), [.. implied, .. changes]),
                        folder,
                        parse.GetValue(store),
                        runFolder ?? Path.Combine(TrainRun.DefaultRoot, recipe.LongName),
                        parse.GetValue(init),
                        parse.GetValue(resume)
                    )
                    {
                        HasSettings = changes.Count > 0 || parse.GetResult(profile) is { Implicit: false },
                    };
                }

                List<TrainRequest> AllStages(string specialist)
                {
                    _ = Specialists.Specialist.Find(specialist);
                    var missing = datasets
                        .Where(entry => parse.GetValue(entry.Value) is null)
                        .Select(entry => $"--{entry.Key} DIR")
                        .ToList();
                    if (missing.Count > 0)
                        throw new RequestException(
                            $"Training {specialist} through all stages also needs "
                                + $"{string.Join(", ", missing)}. One stage alone: argus train {specialist}/1 --data "
                                + "DIR"
                        );
                    foreach (var single in new[] { "--data", "--reals", "--store", "--run", "--init" })
                    {
                        if (parse.GetResult(single) is not null)
                            throw new RequestException(
                                $"{single} belongs to a single recipe such as {specialist}/1; all stages take "
                                    + "--ffpp, --celebdf and --dfdc."
                            );
                    }
                    // All of them before the first hour of the first stage.
                    if (
                        datasets
                            .Values.Select(option => parse.GetValue(option)!)
                            .FirstOrDefault(folder => !Directory.Exists(folder)) is
                        { } absent
                    )
                        throw new RequestException($"{absent} does not exist.");
                    return
                    [
                        .. Stages.Select(stage =>
                            Request(
                                library.Find($"{specialist}/{stage.Stage}"),
                                parse.GetValue(datasets[stage.Name]),
                                null,
                                [],
                                parse.GetValue(settings) ?? []
                            )
                        ),
                    ];
                }
            }
        );
        return command;
    }

    public static Option<string> ProfileOption() =>
        new("--profile")
        {
            Description = "full, seed or smoke.",
            DefaultValueFactory = _ => "full",
            HelpName = "NAME",
        };
}
