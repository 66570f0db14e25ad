using System.Diagnostics;
using System.Runtime.InteropServices;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>The .NET tool as it is packed from this build, installed into a folder of its own.</summary>
internal sealed class InstalledTool(TemporaryFolder folder)
{
    // A version that no cache holds.
    private readonly string version = $"0.0.{Environment.ProcessId}-test";

    /// <summary>The folder with the packages.</summary>
    public string Feed => folder["tool-feed"];

    /// <summary>Packs it and asks no other source than that folder for it.</summary>
    public async Task InstallAsync()
    {
        await DotnetAsync(
            "pack",
            Path.Combine(BuildTests.Repository(), "src", "Argus.Tool", "Argus.Tool.csproj"),
            "-c",
            "Release",
            "--no-restore",
            // What the tests themselves were built from stays as it is: other tests use it now.
            "-p:BuildProjectReferences=false",
            $"-p:PackageVersion={version}",
            "-o",
            Feed
        );
        await DotnetAsync(
            "tool",
            "install",
            "Argus.Tool",
            "--version",
            version,
            "--tool-path",
            folder["tool"],
            "--source",
            Feed
        );
    }

    public Task<ArgusProcess.Outcome> RunAsync(params string[] arguments) => ArgusProcess.FinishAsync(Info(arguments));

    public Process Start(params string[] arguments) => Process.Start(Info(arguments))!;

    private ProcessStartInfo Info(IEnumerable<string> arguments)
    {
        var info = Redirected(folder["tool", "argus"], arguments);
        info.Environment["ARGUS_CACHE"] = folder["cache"];
        // The program looks for .NET where installers put it; these tests may run in another one.
        info.Environment["DOTNET_ROOT"] = Path.GetFullPath(
            Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")
        );
        return info;
    }

    private async Task DotnetAsync(params string[] arguments)
    {
        var outcome = await ArgusProcess.FinishAsync(Redirected("dotnet", arguments));
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Error);
    }

    private ProcessStartInfo Redirected(string program, IEnumerable<string> arguments) =>
        new(program, arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
}
