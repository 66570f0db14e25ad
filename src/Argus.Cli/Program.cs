using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Argus;
using Argus.Cli;
using Argus.Cli.Commands;

var verbose = new Option<bool>("--verbose")
{
    Description = "With an error, also where in the program it came from.",
    Recursive = true,
};
var root = new Command("argus", "Argus trains, judges and runs specialist detectors of deepfake video.")
{
    new HelpOption(),
    new VersionOption(),
    QuickstartCommand.Create(),
    TestCommand.Create(),
    DoctorCommand.Create(),
    ModelsCommand.Create(),
    RecipesCommand.Create(),
    DataCommand.Create(),
    ForgeCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    RunsCommand.Create(),
    RunsCommand.CreateCompare(),
    ImportCommand.Create(),
    ExportCommand.Create(),
    CouncilCommand.Create(),
    DetectCommand.Create(),
    ServeCommand.Create(),
    ServeCommand.CreateKeys(),
    BenchCommand.Create(),
    verbose,
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    var command = parsed.CommandResult.Command;
    if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var typed, ..] && !typed.StartsWith('-'))
        Terminal.Error(
            $"There is no command '{typed}'. Choose {Nearest.Suggest(typed, [.. command.Subcommands.Select(sub => sub.Name)])}."
        );
    else
        foreach (var error in parsed.Errors)
            Terminal.Error(error.Message);
    var path =
        command == root ? ""
        : parsed.CommandResult.Parent is CommandResult { Command: var parent } && parent != root
            ? $"{parent.Name} {command.Name} "
        : command.Name + " ";
    Terminal.Error($"'argus {path}--help' shows what is possible.");
    return 2;
}
try
{
    // A training run that is asked to stop first saves its checkpoint.
    return await parsed.InvokeAsync(
        new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromMinutes(5),
        }
    );
}
catch (ArgusException error)
{
    Terminal.Error(error.Message);
    if (parsed.GetValue(verbose))
        Terminal.Error(error.ToString());
    return error is RequestException ? 2 : 1;
}
catch (OperationCanceledException)
{
    Terminal.Error("Stopped. What was finished is kept; the same command goes on from there.");
    return 1;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    Terminal.Error(error.Message);
    if (parsed.GetValue(verbose))
        Terminal.Error(error.ToString());
    return 1;
}
catch (ArgumentException error) when (error.ParamName == "path")
{
    Terminal.Error("A file or folder name is empty.");
    return 2;
}
catch (Exception error)
{
    Terminal.Error($"a fault in Argus, please report it: {error.Message.Split('\n')[0]} (--verbose shows where)");
    if (parsed.GetValue(verbose))
        Terminal.Error(error.ToString());
    return 1;
}
