using System.Diagnostics;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests.Deploy;

/// <summary>deploy/argus.service.</summary>
public class SystemdTests
{
    private const string Program = "/opt/argus/argus-tool";
    private readonly string unit = DeployFolder.Read("deploy/argus.service");

    [Fact]
    public async Task Systemd_finds_nothing_wrong_and_calls_its_exposure_ok()
    {
        SkipWithoutSystemd();
        using var folder = new TemporaryFolder();
        // It also asks whether the program is there, which it is only where Argus is installed.
        var path = folder.Write("argus.service", unit.Replace(Program, "/usr/bin/env"));
        var (exitCode, output) = await AnalyzeAsync("verify", path);
        Assert.True(exitCode == 0 && output.Length == 0, output);
        // Tenths: 2.0 of 10, where less is better and the word for it is OK.
        (exitCode, output) = await AnalyzeAsync("security", "--offline=true", "--threshold=20", "--no-pager", path);
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task A_misspelt_line_is_found()
    {
        SkipWithoutSystemd();
        using var folder = new TemporaryFolder();
        var path = folder.Write(
            "argus.service",
            unit.Replace(Program, "/usr/bin/env").Replace("ProtectSystem", "ProtectSystems")
        );
        Assert.Contains("ProtectSystems", (await AnalyzeAsync("verify", path)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_an_option_of_serve_and_it_has_the_time_that_a_drain_takes()
    {
        var settings = Lines("Environment")
            .SelectMany(line => line.Split(' '))
            .Where(one => one.StartsWith("ARGUS_", StringComparison.Ordinal))
            .Select(one => one.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
        Assert.Empty(DeployFolder.FindMistakes(settings));
        Assert.Equal($"{Program} serve", Assert.Single(Lines("ExecStart")));
        Assert.Equal("SIGTERM", Assert.Single(Lines("KillSignal")));
        Assert.Equal("/var/lib/" + Assert.Single(Lines("StateDirectory")), settings["ARGUS_DATA"]);
        Assert.True(int.Parse(Lines("TimeoutStopSec").Single()) >= int.Parse(settings["ARGUS_DRAIN_SECONDS"]) + 10);
    }

    private IEnumerable<string> Lines(string key) =>
        unit.Split('\n')
            .Where(line => line.StartsWith(key + "=", StringComparison.Ordinal))
            .Select(line => line[(key.Length + 1)..]);

    private static void SkipWithoutSystemd() =>
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd is not installed (systemd-analyze)");

    private static async Task<(int ExitCode, string Output)> AnalyzeAsync(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/systemd-analyze", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
