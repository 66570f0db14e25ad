using System.CommandLine;
using Argus.Cli.Output;
using Argus.Data.Datasets;
using Argus.Recipes;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Cli.Commands;

internal static class TrainCommand
{
    private static readonly int[] DefaultStages = [1, 2, 4];

    // In order, with the dataset of each.
    private static readonly IReadOnlyList<DatasetLayout> AllStages =
    [
        .. DatasetLayout.All.Where(layout => layout.Stage is not null).OrderBy(layout => layout.Stage),
    ];

    /// <summary>The stages that a specialist goes through, in order, and the dataset of each.</summary>
    public static IReadOnlyList<DatasetLayout> Stages { get; } =
    [.. AllStages.Where(layout => DefaultStages.Contains(layout.Stage!.Value))];

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
        var stages = new Option<string>("--stages")
        {
            Description =
                "All stages: which of them, in order; 3 is of pictures, for specialists that judge single ones.",
            DefaultValueFactory = _ => string.Join(',', DefaultStages),
            HelpName = "N,N",
        };
        var datasets = AllStages.ToDictionary(
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
            stages,
        };
        foreach (var option in datasets.Values)
            command.Add(option);

        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var library = RecipeLibrary.Default;
                var runName = parse.GetRequiredValue(name);
                var requests =
                    runName.Contains('/') || runName.Contains('_')
                        ? [Single(library.Find(runName))]
                        : ThroughStages(runName);
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

                List<TrainRequest> ThroughStages(string specialist)
                {
                    _ = Specialists.Specialist.Find(specialist);
                    var chosen = ReadStages(parse.GetRequiredValue(stages));
                    var missing = chosen
                        .Where(stage => parse.GetValue(datasets[stage.Name]) is null)
                        .Select(stage => $"--{stage.Name} DIR")
                        .ToList();
                    if (missing.Count > 0)
                        throw new RequestException(
                            $"Training {specialist} through all stages also needs "
                                + $"{string.Join(", ", missing)}. One stage alone: argus train {specialist}/1 --data "
                                + "DIR"
                        );
                    if (
                        AllStages
                            .Except(chosen)
                            .FirstOrDefault(stage => parse.GetValue(datasets[stage.Name]) is not null) is
                        { } idle
                    )
                        throw new RequestException(
                            $"--{idle.Name} is for stage {idle.Stage}, which --stages leaves out. Add it there, or "
                                + "drop the folder."
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
                        chosen
                            .Select(stage => parse.GetValue(datasets[stage.Name])!)
                            .FirstOrDefault(folder => !Directory.Exists(folder)) is
                        { } absent
                    )
                        throw new RequestException($"{absent} does not exist.");
                    return
                    [
                        .. chosen.Select(
                            (stage, place) =>
                                Request(
                                    library.Find($"{specialist}/{stage.Stage}"),
                                    parse.GetValue(datasets[stage.Name]),
                                    null,
                                    place > 0 ? [$"start_from={chosen[place - 1].Stage}"] : [],
                                    parse.GetValue(settings) ?? []
                                )
                        ),
                    ];
                }
            }
        );
        return command;
    }

    private static List<DatasetLayout> ReadStages(string text)
    {
        var chosen = text.Split(',', StringSplitOptions.TrimEntries)
            .Select(number => AllStages.FirstOrDefault(stage => $"{stage.Stage}" == number))
            .ToList();
        return chosen.Contains(null) || chosen.Count == 0 || chosen[0]!.Stage != AllStages[0].Stage || !IsAscending()
            ? throw new RequestException(
                $"--stages {text} is no order of stages. Begin with 1 and take some of "
                    + $"{string.Join(", ", AllStages.Select(stage => stage.Stage))} in that order, e.g. 1,2,3,4."
            )
            : [.. chosen.Select(stage => stage!)];

        bool IsAscending() => chosen.Zip(chosen.Skip(1)).All(pair => pair.First!.Stage < pair.Second!.Stage);
    }

    public static Option<string> ProfileOption() =>
        new("--profile")
        {
            Description = "full, seed or smoke.",
            DefaultValueFactory = _ => "full",
            HelpName = "NAME",
        };
}
