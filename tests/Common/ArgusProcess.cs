using System.Diagnostics;
using System.Text;

namespace Argus.Cli.Tests;

/// <summary>The real program in a process of its own.</summary>
internal static class ArgusProcess
{
    /// <summary>Only what hangs takes so long, on the slowest machine too.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>What it printed and its exit code.</summary>
    public sealed record Outcome(int ExitCode, string Output, string Error);

    public static Process Start(string folder, params IEnumerable<string> arguments) =>
        Process.Start(Info(folder, arguments))!;

    /// <summary>One that reads what a test writes.</summary>
    public static Process StartWithInput(string folder, params IEnumerable<string> arguments)
    {
        var info = Info(folder, arguments);
        info.RedirectStandardInput = true;
        return Process.Start(info)!;
    }

    /// <summary>The same after a shell command, such as a limit on file sizes.</summary>
    public static Process StartAfter(string folder, string shell, params IEnumerable<string> arguments) =>
        Process.Start(Info(folder, arguments, After(shell)))!;

    public static Task<Outcome> RunAsync(string folder, params string[] arguments) =>
        FinishAsync(Info(folder, arguments));

    /// <summary>The same after a shell command, such as a limit on file sizes.</summary>
    public static Task<Outcome> RunAfterAsync(string folder, string shell, params string[] arguments) =>
        FinishAsync(Info(folder, arguments, After(shell)));

    private static string[] After(string shell) => ["bash", "-c", $"{shell}; exec \"$@\"", "bash"];

    private static ProcessStartInfo Info(string folder, IEnumerable<string> arguments, params string[] before)
    {
        // Whoever runs the tests in the background has Control-C ignored, which programs inherit.
        var info = new ProcessStartInfo(
            "env",
            [
                "--default-signal=INT",
                .. before,
                "dotnet",
                Path.Combine(AppContext.BaseDirectory, Program(arguments.FirstOrDefault())),
                .. arguments,
            ]
        )
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A cache of its own: no test depends on what the user has fetched, none changes it. The mended library stays
        // shared.
        info.Environment["ARGUS_CACHE"] = Path.Combine(folder, "cache");
        return info;
    }

    // As the launcher chooses it.
    private static string Program(string? command) => command == "bench" ? "argus-bench.dll" : "argus-cli.dll";

    /// <summary>Starts any program, with both outputs redirected, and waits for its end.</summary>
    public static async Task<Outcome> FinishAsync(ProcessStartInfo info)
    {
        using var process = Process.Start(info)!;
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new Outcome(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
