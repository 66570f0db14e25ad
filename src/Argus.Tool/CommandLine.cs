using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Argus.Cli.Output;

namespace Argus.Cli;

/// <summary>
/// Parses a command line, runs its command, and turns what goes wrong into a sentence and an exit code.
/// </summary>
internal static class CommandLine
{
    // A training run that is asked to stop first saves its checkpoint.
    private static readonly TimeSpan TerminationLimit = TimeSpan.FromMinutes(5);

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "With an error, also where in the program it came from.",
        Recursive = true,
    };

    /// <summary>Runs what the arguments ask for.</summary>
    /// <param name="root">The program's commands; help, version and <c>--verbose</c> are added.</param>
    /// <param name="arguments">As the user gave them.</param>
    /// <returns>0: done; 1: the work failed; 2: the request was wrong.</returns>
    public static async Task<int> RunAsync(Command root, string[] arguments)
    {
        root.Options.Add(new HelpOption());
        root.Options.Add(new VersionOption());
        root.Options.Add(Verbose);
        NumberOptions.ReadAlikeEverywhere(root);
        var parsed = root.Parse(arguments);
        // With --help among the arguments nothing counts as an error, not even a command that does not exist.
        if (parsed.Errors.Count > 0 || parsed.UnmatchedTokens.Count > 0)
        {
            SayErrors(root, parsed);
            return 2;
        }
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = TerminationLimit,
                }
            );
        }
        catch (Exception error)
        {
            var exitCode = Say(error);
            if (parsed.GetValue(Verbose))
                Terminal.Error(error.ToString());
            return exitCode;
        }
    }

    private static void SayErrors(Command root, ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var typed, ..] && !typed.StartsWith('-'))
        {
            var known = command.Subcommands.Select(sub => sub.Name).ToList();
            Terminal.Error($"There is no command '{typed}'. Choose {Suggestions.OneOf(typed, known)}.");
        }
        else
        {
            foreach (var error in parsed.Errors)
                Terminal.Error(error.Message);
            if (parsed.Errors.Count == 0)
                Terminal.Error($"'{parsed.UnmatchedTokens[0]}' is no argument of it.");
        }
        var parent = (parsed.CommandResult.Parent as CommandResult)?.Command;
        string[] path =
            command == root ? []
            : parent is null || parent == root ? [command.Name]
            : [parent.Name, command.Name];
        Terminal.Error($"'{string.Join(' ', ["argus", .. path, "--help"])}' shows what is possible.");
    }

    private static int Say(Exception error)
    {
        switch (error)
        {
            case ArgusException:
                Terminal.Error(error.Message);
                return error is RequestException ? 2 : 1;
            case OperationCanceledException:
                Terminal.Error("Stopped. What was finished is kept; the same command goes on from there.");
                return 1;
            case IOException or UnauthorizedAccessException:
                Terminal.Error(error.Message);
                return 1;
            case ArgumentException { ParamName: "path" }:
                Terminal.Error("A file or folder name is empty.");
                return 2;
            default:
                Terminal.Error(
                    $"a fault in Argus, please report it: {error.Message.Split('\n')[0]} (--verbose shows where)"
                );
                return 1;
        }
    }
}
