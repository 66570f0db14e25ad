using System.CommandLine;

namespace Argus.Cli.Commands;

/// <summary>Stands for the benches, which are a program of their own; the launcher starts that instead.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Measure this machine: how long the parts of the work take.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(Refuse);
        return command;
    }

    private static int Refuse(ParseResult parsed) =>
        throw new RequestException(
            "The benches are a program of their own: './argus bench' in the repository builds and starts it."
        );
}
