using System.Diagnostics;
using System.Security.Cryptography;
using Argus.Randomness;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

public class KillTests
{
    private static readonly string[] Tiny =
    [
        "--profile",
        "smoke",
        "model.image_size=32",
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
    /// SIGKILL at ten moments: five at random times, five as soon as a checkpoint is being written (and a random moment
    /// later), then to the end; the same weights, bit for bit, and the same metrics as a run that nobody disturbed.
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
        var insideCheckpoints = 0;
        for (var kill = 0; kill < 10; kill++)
        {
            using var process = ArgusProcess.Start(folder.Path, Arguments());
            var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (kill % 2 == 0)
                await Task.Delay((int)random.Uniform(1500, 4000));
            else
            {
                await WaitForAsync(process, () => Partial(folder));
                await Task.Delay((int)random.Uniform(0, 300));
            }
            if (Partial(folder))
                insideCheckpoints++;
            process.Kill();
            await process.WaitForExitAsync();
            await reading;
        }
        Assert.True(insideCheckpoints >= 2, $"only {insideCheckpoints} kills hit a checkpoint being written");
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

    [Fact]
    public async Task Control_C_saves_and_says_how_to_go_on()
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
            "resolution=4,2,1"
        );
        using var process = ArgusProcess.Start(
            folder.Path,
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
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await WaitForAsync(process, () => File.Exists(folder["run", "metrics.jsonl"]));
        using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var end = limit.Token.Register(() => process.Kill(entireProcessTree: true)); // a run that does not stop fails, it does not hang
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("argus train rr/1 --run run --resume --data data/ffpp", await error, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["run", "checkpoints", "last", "state.json"]), await output);
    }

    private static bool Partial(TemporaryFolder folder) =>
        Directory.Exists(folder["killed", "checkpoints"])
        && Directory.EnumerateDirectories(folder["killed", "checkpoints"], ".partial-*").Any();

    private static async Task WaitForAsync(Process process, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition() && !process.HasExited && clock.Elapsed < TimeSpan.FromSeconds(30))
            await Task.Delay(2);
    }

    private static string Hash(TemporaryFolder folder, string run) =>
        string.Join(
            ' ',
            new[] { "model.safetensors", "optimizer.safetensors" }.Select(file =>
                Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(folder[run, "checkpoints", "last", file])))
            )
        );
}
