using System.CommandLine;
using Argus.Cli.Commands;
using Argus.Cli.Output;
using Argus.Specialists;

namespace Argus.Benchmarks;

/// <summary>The command lines of benches that measure whether specialists see what they are named for.</summary>
internal static class ProofBenches
{
    public static Command Control()
    {
        var videos = Videos();
        var kinds = ForgeCommand.KindOption();
        kinds.DefaultValueFactory = _ => ["all"];
        var seed = new Option<int>("--seed")
        {
            Description = "Every draw follows from it.",
            DefaultValueFactory = _ => 0,
            HelpName = "N",
        };
        var command = new Command(
            "control",
            "Forge real videos and see whether numbers about the whole clip tell the forgeries from their "
                + "twins: some minutes."
        )
        {
            videos,
            kinds,
            seed,
            BenchCommand.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await ControlBench.RunAsync(
                    parse.GetRequiredValue(videos),
                    ForgeCommand.Kinds(parse.GetRequiredValue(kinds)),
                    parse.GetValue(seed),
                    cancel
                );
                if (parse.GetValue(BenchCommand.Json))
                    Terminal.WriteJson(result);
                else
                    ControlBench.Print(result);
                return 0;
            }
        );
        return command;
    }

    private static Argument<string> Videos()
    {
        var videos = new Argument<string>("videos")
        {
            Description = "A folder of real videos, each of another person.",
        };
        videos.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } folder && !Directory.Exists(folder))
                result.AddError($"There is no folder {folder}.");
        });
        return videos;
    }

    public static Command Specialists()
    {
        var videos = Videos();
        var settings = new Argument<string[]>("key=value")
        {
            Description = "Recipe settings of all trainings, e.g. train.epochs=12.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var folds = new Option<int>("--folds")
        {
            Description = "Parts that the people are divided into; each is tested by a model that the others trained.",
            DefaultValueFactory = _ => 3,
            HelpName = "N",
        };
        folds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 2 or > 50)
                result.AddError("--folds is 2 to 50.");
        });
        var seed = new Option<int>("--seed")
        {
            Description = "Every draw follows from it.",
            DefaultValueFactory = _ => 0,
            HelpName = "N",
        };
        var only = new Option<string[]>("--only")
        {
            Description = "Only these specialists.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "NAME",
        };
        var profiles = new Option<string[]>("--profiles")
        {
            Description = "full, seed or both.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["full", "seed"],
            HelpName = "NAME",
        };
        var command = new Command(
            "specialists",
            "Train the five specialists on forgeries of real faces and judge them on people they have not "
                + "seen: some hours."
        )
        {
            videos,
            settings,
            folds,
            seed,
            only,
            profiles,
            BenchCommand.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var folder = parse.GetRequiredValue(videos);
                var names = parse.GetValue(only) is { Length: > 0 } chosen
                    ? chosen.Select(name => Specialist.Find(name).Name).ToList()
                    : [.. Specialist.All.Select(specialist => specialist.Name)];
                if (
                    parse.GetRequiredValue(profiles).FirstOrDefault(name => name is not ("full" or "seed")) is { } other
                )
                    throw new RequestException($"--profiles is full, seed or both, not {other}.");
                var result = await SpecialistsBench.RunAsync(
                    folder,
                    parse.GetValue(folds),
                    parse.GetValue(seed),
                    names,
                    parse.GetRequiredValue(profiles),
                    parse.GetValue(settings) ?? [],
                    cancel
                );
                if (parse.GetValue(BenchCommand.Json))
                    Terminal.WriteJson(result);
                else
                    Terminal.Line(
                        $"{SpecialistsBench.Markdown(result)}\n\n{result.People} people, {result.Folds} folds, "
                            + $"seed {result.Seed}, {result.Minutes:0} minutes"
                    );
                return 0;
            }
        );
        return command;
    }
}
