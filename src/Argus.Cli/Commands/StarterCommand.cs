using System.CommandLine;
using Argus.Cli.Output;
using Argus.Specialists;
using Argus.Training.Starter;

namespace Argus.Cli.Commands;

/// <summary>The council that comes with the repository, and how it is made.</summary>
internal static class StarterCommand
{
    private static readonly string[] Members = ["rr"];

    public static Command Create() => new("starter", "The council that comes with the repository.") { CreateTrain() };

    private static Command CreateTrain()
    {
        var reals = new Option<string[]>("--reals")
        {
            Description = "Folders of real videos and pictures; forging on the way makes the fakes.",
            Required = true,
            HelpName = "DIR",
            AllowMultipleArgumentsPerToken = true,
        };
        var fakes = new Option<string[]>("--fakes")
        {
            Description = "Folders of fakes that are trained on besides; of a published dataset its training side.",
            DefaultValueFactory = _ => [],
            HelpName = "DIR",
            AllowMultipleArgumentsPerToken = true,
        };
        var folder = new Option<string>("--run")
        {
            Description = "Where runs and stores are kept; what is there is gone on with.",
            DefaultValueFactory = _ => "runs/starter",
            HelpName = "DIR",
        };
        var target = new Option<string>("--out")
        {
            Description = "The models folder.",
            DefaultValueFactory = _ => "runs/starter/models",
            HelpName = "DIR",
        };
        var specialists = new Option<string[]>("--specialists")
        {
            Description = "Its members.",
            DefaultValueFactory = _ => Members,
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        var settings = new Option<string[]>("--set")
        {
            Description = "Settings that replace the profile's, e.g. train.max_steps=20.",
            HelpName = "KEY=VALUE",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command(
            "train",
            "Train a starter on real faces alone, or with fakes besides, and measure its scope."
        )
        {
            reals,
            fakes,
            folder,
            target,
            specialists,
            settings,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var members = parse.GetRequiredValue(specialists);
                foreach (var name in members)
                    Specialist.Find(name);
                OutputFolder.Create(parse.GetRequiredValue(target));
                var run = new StarterRun(
                    new StarterRequest(
                        parse.GetRequiredValue(reals),
                        parse.GetRequiredValue(fakes),
                        members,
                        parse.GetRequiredValue(folder),
                        parse.GetRequiredValue(target),
                        parse.GetValue(settings) ?? []
                    ),
                    TerminalLog.Instance
                );
                var results = await run.RunAsync(new TrainingPrinter(), cancel);
                return results[^1].Finished ? 0 : 1;
            }
        );
        return command;
    }
}
