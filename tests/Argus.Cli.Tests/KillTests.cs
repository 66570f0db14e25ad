using System.Diagnostics;
using System.Security.Cryptography;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

public class KillTests
{
    private const int Killed = 128 + 9; // the exit code that .NET gives a process which SIGKILL ended
    private const string Leftover = "left";

    private static readonly string[] Tiny =
    [
        "--profile",
        "smoke",
        "model.image_size=32",
        "model.projection=64",
        "data.train_frames=4",
        "data.eval_frames=2",
        "train.epochs=3",
        "train.batch_size=4",
        "train.device=cpu",
        "model.dropout=[0.3,0.2,0.1]",
        "backbone.stochastic_depth=0.2",
        "train.checkpoint_minutes=0.02",
        "train.workers=2",
    ];

    /// <summary>
    /// SIGKILL at ten moments: five at random times, five in the middle of writing a checkpoint, then to the end; the
    /// same weights, bit for bit, and the same metrics as a run that nobody disturbed.
    /// </summary>
    [Fact]
    public async Task Killed_ten_times_a_run_ends_like_one_that_was_not()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(
            0,
            (
                await ArgusProcess.RunAsync(
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
                    "resolution=4,2,1"
                )
            ).ExitCode
        );
        // Preparing once keeps the kills for the training.
        var whole = await ArgusProcess.RunAsync(
            folder.Path,
            ["train", "rr/1", "--data", "data/ffpp", "--run", "whole", .. Tiny]
        );
        Assert.True(whole.ExitCode == 0, whole.Error);

        var random = new KeyedRandom(2026);
        var atRandom = 0;
        var insideCheckpoints = 0;
        while (atRandom + insideCheckpoints < 10)
        {
            // What an earlier kill left behind is not what this process writes.
            foreach (var leftover in Partials(folder))
                folder.Write(Path.Combine(leftover, Leftover));
            using var process = ArgusProcess.Start(folder.Path, Arguments());
            var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            var inside = insideCheckpoints < atRandom;
            if (inside)
                await WaitForAsync(process, () => Partials(folder).Any());
            await Task.Delay((int)(inside ? random.Uniform(0, 100) : random.Uniform(1500, 4000)));
            process.Kill();
            await process.WaitForExitAsync();
            await reading;
            // A run that came to its end before its kill, on a quick machine, begins anew.
            if (process.ExitCode != Killed)
                Directory.Delete(folder["killed"], recursive: true);
            else if (!inside)
                atRandom++;
            else if (Partials(folder).Any())
                insideCheckpoints++;
        }
        var last = await ArgusProcess.RunAsync(folder.Path, Arguments());
        Assert.True(last.ExitCode == 0, last.Error);

        Assert.Equal(Hash(folder, "whole"), Hash(folder, "killed"));
        Assert.Equal(
            await File.ReadAllTextAsync(folder["whole", "metrics.jsonl"]),
            await File.ReadAllTextAsync(folder["killed", "metrics.jsonl"])
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["killed", "checkpoints"], ".*"));

        string[] Arguments() => ["train", "rr/1", "--data", "data/ffpp", "--run", "killed", "--resume", .. Tiny];
    }

    [Fact]
    public async Task A_killed_preparation_goes_on_and_ends_complete()
    {
        using var folder = new TemporaryFolder();
        await ArgusProcess.RunAsync(
            folder.Path,
            "data",
            "sample",
            "data",
            "--size",
            "32",
            "--seconds",
            "0.2",
            "--quads",
            "0,0,0",
            "--focus",
            "resolution=6,2,1"
        );
        string[] prepare = ["data", "prepare", "ffpp", "data/ffpp", "--store", "store", "--profile", "smoke"];
        foreach (var milliseconds in new[] { 100, 400, 900 })
        {
            using var process = ArgusProcess.Start(folder.Path, prepare);
            await WaitForAsync(process, () => File.Exists(folder["store", "store.json"]));
            await Task.Delay(milliseconds);
            process.Kill();
            await process.WaitForExitAsync();
        }
        var last = await ArgusProcess.RunAsync(folder.Path, prepare);
        Assert.True(last.ExitCode == 0, last.Error);
        Assert.Empty(Directory.EnumerateFiles(folder["store"], "*.partial"));
        Assert.Contains(
            "36 were there, 0 left out",
            (await ArgusProcess.RunAsync(folder.Path, prepare)).Output,
            StringComparison.Ordinal
        );
    }

    // A shell that starts a program in the background has it ignore Control-C; what stops it then is SIGTERM.
    [Theory]
    [InlineData("INT", "true")]
    [InlineData("TERM", "true")]
    [InlineData("TERM", "trap '' INT")]
    [InlineData("TERM", "trap '' INT QUIT HUP")]
    public async Task Control_C_or_SIGTERM_saves_and_says_how_to_go_on(string signal, string shell)
    {
        using var folder = new TemporaryFolder();
        await ArgusProcess.RunAsync(
            folder.Path,
            "data",
            "sample",
            "data",
            "--size",
            "32",
            "--seconds",
            "0.2",
            "--quads",
            "0,0,0",
            "--focus",
            "resolution=2,1,1"
        );
        using var process = ArgusProcess.StartAfter(
            folder.Path,
            shell,
            [
                "train",
                "rr/1",
                "--data",
                "data/ffpp",
                "--run",
                "run",
                .. Tiny,
                "train.epochs=500",
                "train.checkpoint_minutes=10",
            ]
        );
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await WaitForAsync(process, () => File.Exists(folder["run", "metrics.jsonl"]));
        using var interrupt = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        // A run that does not stop fails, it does not hang.
        using var limit = new CancellationTokenSource(ArgusProcess.Limit);
        using var end = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("argus train rr/1 --run run --resume --data data/ffpp", await error, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["run", "checkpoints", "last", "state.json"]), await output);
    }

    // Checkpoints that the process which runs, or was killed last, has begun and not ended.
    private static IEnumerable<string> Partials(TemporaryFolder folder) =>
        Directory.Exists(folder["killed", "checkpoints"])
            ? Directory
                .EnumerateDirectories(folder["killed", "checkpoints"], ".partial-epoch-*")
                .Where(partial => !File.Exists(Path.Combine(partial, Leftover)))
            : [];

    private static async Task WaitForAsync(Process process, Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition() && !process.HasExited; await Task.Delay(2))
            Assert.True(clock.Elapsed < ArgusProcess.Limit, "What a process was waited for did not happen.");
    }

    private static string Hash(TemporaryFolder folder, string run) =>
        string.Join(
            ' ',
            new[] { "model.safetensors", "optimizer.safetensors" }.Select(file =>
                Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(folder[run, "checkpoints", "last", file])))
            )
        );
}
