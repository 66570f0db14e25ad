using System.CommandLine;
using Argus.Benchmarks.Mutation;
using Argus.Cli;
using Argus.Cli.Output;

namespace Argus.Benchmarks;

/// <summary>
/// Plants faults into a copy of the source, one at a time, and runs the tests of the room that each is in: what no test
/// notices is not tested.
/// </summary>
internal static class MutationBench
{
    private const double LeastFound = 0.8;

    /// <summary>What became of a mutant.</summary>
    /// <param name="Mutant">The fault.</param>
    /// <param name="IsFound">Whether a test of its room failed.</param>
    public sealed record Result(Mutant Mutant, bool IsFound);

    /// <summary>Creates the command <c>argus bench mutation</c>.</summary>
    public static Command CreateCommand()
    {
        var only = new Option<string?>("--only") { Description = "The mutants of this room.", HelpName = "ROOM" };
        BenchOptions.AcceptOnly(only, [.. Mutant.ReadAll().Select(mutant => mutant.Room).Distinct()]);
        var command = new Command(
            "mutation",
            "Plants faults into a copy of the source, and looks whether tests notice."
        )
        {
            only,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var home =
                    Environment.GetEnvironmentVariable("ARGUS_HOME")
                    ?? throw new RequestException("Mutants need the source: start ./argus in a checkout.");
                var mutants = Mutant
                    .ReadAll()
                    .Where(mutant => parse.GetValue(only) is not { } room || mutant.Room == room)
                    .ToList();
                var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
                try
                {
                    var results = await RunAsync(home, folder, mutants, cancel);
                    BenchOptions.Write(parse, results, Print);
                    return results.Count(result => result.IsFound) >= LeastFound * results.Count ? 0 : 1;
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        );
        return command;
    }

    private static async Task<List<Result>> RunAsync(
        string home,
        string folder,
        List<Mutant> mutants,
        CancellationToken cancel
    )
    {
        Terminal.Note("building a copy with the mutants");
        var copy = new MutatedCopy(folder);
        await copy.CreateAsync(home, mutants, cancel);
        foreach (var room in mutants.DistinctBy(mutant => mutant.Room))
        {
            if (!await copy.PassesAsync(room, isAwake: false, cancel))
                throw new ArgusException($"The tests of {room.Room} fail without any mutant.");
        }
        var results = new List<Result>();
        foreach (var mutant in mutants)
        {
            results.Add(new Result(mutant, !await copy.PassesAsync(mutant, isAwake: true, cancel)));
            Terminal.Note($"{results.Count} of {mutants.Count}: {(results[^1].IsFound ? "found" : "not found")}");
        }
        return results;
    }

    private static void Print(IReadOnlyList<Result> results)
    {
        Terminal.Table(
            ["room", "mutants", "found"],
            results
                .GroupBy(result => result.Mutant.Room)
                .Select(room => new[] { room.Key, $"{room.Count()}", $"{room.Count(result => result.IsFound)}" })
                .ToList()
        );
        foreach (var result in results.Where(result => !result.IsFound))
            Terminal.Line($"not found: {result.Mutant.File}: {result.Mutant.Right} -> {result.Mutant.Wrong}");
        Terminal.Line($"{results.Count(result => result.IsFound)} of {results.Count} found.");
    }
}
