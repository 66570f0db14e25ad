using System.Text.Json;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

public class PrepareTests
{
    private static readonly string[] Prepare =
    [
        "data",
        "prepare",
        "ffpp",
        "data/ffpp",
        "--profile",
        "smoke",
        "data.sound=true",
    ];

    [Fact]
    public async Task Killed_at_any_moment_the_next_run_ends_with_the_same_store()
    {
        using var folder = await SampleAsync("resolution=7,2,1");
        Assert.Equal(0, (await ArgusProcess.RunAsync(folder.Path, [.. Prepare, "--store", "whole"])).ExitCode);
        var random = new KeyedRandom(7);
        for (var kill = 0; kill < 6; kill++)
        {
            using var process = ArgusProcess.Start(folder.Path, [.. Prepare, "--store", "store"]);
            var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await Task.Delay((int)random.Uniform(400, 3000));
            process.Kill();
            await reading;
        }
        var last = await ArgusProcess.RunAsync(folder.Path, [.. Prepare, "--store", "store"]);
        Assert.True(last.ExitCode == 0, last.Error);
        Assert.Empty(Directory.EnumerateFiles(folder["store"], "*.partial"));
        Assert.Equal(
            await File.ReadAllBytesAsync(folder["whole", "000000.tar"]),
            await File.ReadAllBytesAsync(Directory.EnumerateFiles(folder["store"], "*.tar").Single())
        );
        Assert.Equal(0, (await ArgusProcess.RunAsync(folder.Path, "data", "audit", "store")).ExitCode);
    }

    [Fact]
    public async Task Shares_are_prepared_audited_and_shown_together()
    {
        using var folder = await SampleAsync("resolution=2,1,1");
        for (var i = 0; i < 2; i++)
            Assert.Equal(
                0,
                (
                    await ArgusProcess.RunAsync(folder.Path, [.. Prepare, "--store", "store", "--shard", $"{i}/2"])
                ).ExitCode
            );
        var audit = await ArgusProcess.RunAsync(folder.Path, "data", "audit", "store", "--json");
        Assert.True(audit.ExitCode == 0, audit.Output + audit.Error);
        using var json = JsonDocument.Parse(audit.Output);
        Assert.Equal(
            16,
            json.RootElement.GetProperty("counts").EnumerateArray().Sum(count => count.GetProperty("videos").GetInt32())
        );
        Assert.Equal(0, (await ArgusProcess.RunAsync(folder.Path, "data", "show", "store", "--out", "show")).ExitCode);
        Assert.Equal(2, Directory.EnumerateFiles(folder["show"], "*.png").Count());
    }

    [Fact]
    public async Task A_leak_and_damage_end_with_1()
    {
        using var folder = await SampleAsync("resolution=1,1,1");
        Assert.Equal(0, (await ArgusProcess.RunAsync(folder.Path, [.. Prepare, "--store", "store"])).ExitCode);
        var shard = folder["store", "000000.tar"];
        var bytes = await File.ReadAllBytesAsync(shard);
        bytes[^2000] ^= 1;
        await File.WriteAllBytesAsync(shard, bytes);
        var audit = await ArgusProcess.RunAsync(folder.Path, "data", "audit", "store");
        Assert.Equal(1, audit.ExitCode);
        Assert.Contains("error: ", audit.Output, StringComparison.Ordinal);
        Assert.Contains("SHA-256", audit.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        1,
        "could not be written|left",
        "data",
        "prepare",
        "ffpp",
        "data/ffpp",
        "--store",
        "/proc/argus-store",
        "--profile",
        "smoke"
    )]
    [InlineData(2, "no part", "data", "prepare", "ffpp", "data/ffpp", "--store", "store", "--shard", "3/2")]
    [InlineData(2, "--shard 0/8", "data", "prepare", "ffpp", "data/ffpp", "--store", "store", "--shard", "auto")]
    [InlineData(2, "holds no store", "data", "audit", "data")]
    [InlineData(2, "holds no store", "data", "audit", "nowhere")]
    [InlineData(2, "holds no store", "data", "show", "nowhere")]
    [InlineData(2, "no folder", "bench", "prepare", "--videos", "nowhere")]
    [InlineData(2, "--count", "bench", "prepare", "--count", "1")]
    [InlineData(2, "--workers", "bench", "feed", "--workers", "0")]
    public async Task A_wrong_request_says_what_to_do(int exitCode, string words, params string[] arguments)
    {
        using var folder = await SampleAsync("resolution=1,0,0");
        var outcome = await ArgusProcess.RunAsync(folder.Path, arguments);
        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Matches(words, outcome.Error);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("a fault in Argus", outcome.Error, StringComparison.Ordinal);
    }

    private static async Task<TemporaryFolder> SampleAsync(string focus)
    {
        var folder = new TemporaryFolder();
        var made = await ArgusProcess.RunAsync(
            folder.Path,
            "data",
            "sample",
            "data",
            "--size",
            "32",
            "--seconds",
            "0.4",
            "--quads",
            "0,0,0",
            "--focus",
            focus
        );
        Assert.True(made.ExitCode == 0, made.Error);
        return folder;
    }
}
