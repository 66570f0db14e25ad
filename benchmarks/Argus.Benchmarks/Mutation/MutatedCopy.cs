using CliWrap;
using CliWrap.Buffered;

namespace Argus.Benchmarks.Mutation;

/// <summary>
/// A copy of the repository that holds all mutants; which of them is awake an environment variable says, so that one
/// build serves all.
/// </summary>
/// <param name="folder">An empty folder.</param>
internal sealed class MutatedCopy(string folder)
{
    private const string Variable = "ARGUS_MUTANT";
    private const string Switch = """
        namespace Argus;

        internal static class Mutants
        {
            private static readonly string Awake = System.Environment.GetEnvironmentVariable("ARGUS_MUTANT") ?? "";

            public static bool Is(string number) => Awake == number;
        }
        """;

    /// <summary>Copies the repository, plants the mutants and builds the tests of a project.</summary>
    /// <exception cref="ArgusException">
    /// A mutant's expression does not stand in its file once, or the copy does not build.
    /// </exception>
    public async Task CreateAsync(string home, IReadOnlyList<Mutant> mutants, CancellationToken cancel)
    {
        var files = await RunAsync("git", ["-C", home, "ls-files", "-z"], null, cancel);
        if (files.ExitCode != 0)
            throw new ArgusException($"git does not list the files of {home}: {files.StandardError.Trim()}");
        foreach (var file in files.StandardOutput.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var source = Path.Combine(home, file);
            if (!File.Exists(source))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            File.Copy(source, Path.Combine(folder, file));
        }
        foreach (var mutant in mutants)
            await PlantAsync(mutant, cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "src", "Argus", "Mutants.cs"), Switch, cancel);
        foreach (var project in mutants.Select(FindTests).Distinct())
        {
            var built = await RunAsync(
                "dotnet",
                [
                    "build",
                    "-c",
                    "Release",
                    "-v",
                    "q",
                    "-p:RunAnalyzers=false",
                    "-p:TreatWarningsAsErrors=false",
                    project,
                ],
                null,
                cancel
            );
            if (built.ExitCode != 0)
                throw new ArgusException($"The copy with mutants does not build: {FindError(built.StandardOutput)}");
        }
    }

    /// <summary>Runs the tests of a mutant's room.</summary>
    /// <param name="mutant">Whose room.</param>
    /// <param name="isAwake">Whether the mutant is awake; else the code is as it should be.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>Whether all passed.</returns>
    public async Task<bool> PassesAsync(Mutant mutant, bool isAwake, CancellationToken cancel)
    {
        var project = FindTests(mutant);
        var program = Path.Combine(project, "bin", "Release", "net10.0", Path.GetFileName(project) + ".dll");
        var run = await RunAsync(
            "dotnet",
            [program, "-noLogo", "-stopOnFail", "-namespace", $"{Path.GetFileName(project)}.{mutant.Room}"],
            isAwake ? $"{mutant.Number}" : null,
            cancel
        );
        return run.ExitCode == 0;
    }

    private string FindTests(Mutant mutant) => Path.Combine(folder, "tests", mutant.File.Split('/')[1] + ".Tests");

    private async Task PlantAsync(Mutant mutant, CancellationToken cancel)
    {
        var file = Path.Combine(folder, mutant.File);
        var parts = (await File.ReadAllTextAsync(file, cancel)).Split(mutant.Right);
        if (parts.Length != 2)
            throw new ArgusException(
                $"'{mutant.Right}' stands {parts.Length - 1} times in {mutant.File}, not once. Mend mutants.tsv."
            );
        var choice = $"(global::Argus.Mutants.Is(\"{mutant.Number}\") ? ({mutant.Wrong}) : ({mutant.Right}))";
        await File.WriteAllTextAsync(file, string.Join(choice, parts), cancel);
    }

    private async Task<BufferedCommandResult> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        string? awake,
        CancellationToken cancel
    ) =>
        await CliWrap
            .Cli.Wrap(program)
            .WithArguments(arguments)
            .WithWorkingDirectory(folder)
            .WithEnvironmentVariables(environment => environment.Set(Variable, awake))
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancel);

    private static string FindError(string output) =>
        output.Split('\n').FirstOrDefault(line => line.Contains(": error ", StringComparison.Ordinal)) ?? output;
}
