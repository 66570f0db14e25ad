using System.Diagnostics;

namespace Argus.Benchmarks;

/// <summary>A program and the arguments that it is started with.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">The arguments one by one, without quotes.</param>
internal sealed record ProgramCall(string FileName, IReadOnlyList<string> Arguments)
{
    private const string ArgusProgram = "argus-cli";
    private const string BenchProgram = "argus-bench";

    /// <summary>Creates a call of Argus itself, which lies beside this program.</summary>
    /// <param name="arguments">The arguments as a user gives them after <c>argus</c>.</param>
    public static ProgramCall CreateArgus(params IReadOnlyList<string> arguments) => Create(ArgusProgram, arguments);

    /// <summary>Creates a call of this program.</summary>
    /// <param name="arguments">The arguments as a user gives them after <c>argus</c>.</param>
    public static ProgramCall CreateBench(params IReadOnlyList<string> arguments) => Create(BenchProgram, arguments);

    /// <summary>Creates what .NET starts the program with.</summary>
    public ProcessStartInfo CreateStartInfo() => new(FileName, Arguments);

    // The launcher starts assemblies with dotnet; a published program has executables of its own.
    private static ProgramCall Create(string name, IReadOnlyList<string> arguments)
    {
        var path = Path.Combine(AppContext.BaseDirectory, name);
        var host = Environment.ProcessPath!;
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
            return new ProgramCall(host, [path + ".dll", .. arguments]);
        return new ProgramCall(path + Path.GetExtension(host), arguments);
    }
}
