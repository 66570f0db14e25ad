using System.Diagnostics;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>The script that starts Argus, in a checkout that its user cannot write.</summary>
public class LauncherTests
{
    private const string Nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups ";

    [Fact]
    public async Task A_checkout_that_cannot_be_written_runs_as_it_was_built()
    {
        using var folder = new TemporaryFolder();
        MakeCheckout(folder);
        await RunAsync(folder, "chmod -R a+rX,a-w .");
        try
        {
            var recipes = await RunAsync(folder, As("./argus recipes"));
            Assert.True(recipes.ExitCode == 0, recipes.Error);
            Assert.Contains("rr/1", recipes.Output, StringComparison.Ordinal);
            Assert.False(Directory.Exists(folder[".build"]));

            await RunAsync(folder, "touch -d '+1 minute' src/Program.cs");
            var changed = await RunAsync(folder, As("./argus recipes"));
            Assert.Equal(2, changed.ExitCode);
            Assert.Contains(
                "cannot be written here",
                Assert.Single(changed.Error.TrimEnd().Split('\n')),
                StringComparison.Ordinal
            );
        }
        finally
        {
            await RunAsync(folder, "chmod -R u+w .");
        }
    }

    // A checkout whose build is the program beside the tests.
    private static void MakeCheckout(TemporaryFolder folder)
    {
        var repository = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(repository!.FullName, "Argus.slnx")))
            repository = repository.Parent;
        File.Copy(Path.Combine(repository.FullName, "argus"), folder["argus"]);
        foreach (
            var file in Directory.EnumerateFiles(
                Path.Combine(repository.FullName, "recipes"),
                "*",
                SearchOption.AllDirectories
            )
        )
            folder.Write(Path.GetRelativePath(repository.FullName, file), File.ReadAllText(file));
        foreach (
            var file in new[]
            {
                "src/Program.cs",
                "Directory.Build.props",
                "Directory.Packages.props",
                ".editorconfig",
                "global.json",
            }
        )
            folder.Write(file);
        Directory.CreateDirectory(folder[".config"]);
        Directory.CreateDirectory(folder["src", "Argus.Cli", "bin", "Release"]);
        foreach (var file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(40));
        File.CreateSymbolicLink(folder["src", "Argus.Cli", "bin", "Release", "net10.0"], AppContext.BaseDirectory);
    }

    // The system's administrator may write everywhere.
    private static string As(string command)
    {
        if (!Environment.IsPrivilegedProcess)
            return command;
        using var reads = Process.Start("bash", ["-c", $"{Nobody} test -r '{AppContext.BaseDirectory}/argus-cli.dll'"]);
        reads.WaitForExit();
        Assert.SkipUnless(reads.ExitCode == 0, "no other user may read the build");
        return Nobody + command;
    }

    private static async Task<ArgusProcess.Outcome> RunAsync(TemporaryFolder folder, string command)
    {
        using var process = Process.Start(
            new ProcessStartInfo("bash", ["-c", command])
            {
                WorkingDirectory = folder.Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ArgusProcess.Outcome(process.ExitCode, await output, await error);
    }
}
