using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Argus.Benchmarks.Faults;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Data.Stores;
using Argus.Training.Runs;

namespace Argus.Benchmarks;

/// <summary>
/// A campaign of faults: training, preparation, evaluation, export and the service are killed at drawn moments, clients
/// go away and models are replaced. What was finished must be what an undisturbed run makes, and nothing may be lost.
/// </summary>
internal static class FaultsBench
{
    private const int KilledKinds = 5;

    // Epochs and steps of a few seconds.
    private static readonly string[] Settings =
    [
        "train.epochs=2",
        "train.checkpoint_minutes=0.02",
        "model.image_size=64",
        "data.train_frames=2",
        "data.eval_frames=2",
    ];

    /// <summary>Creates the command <c>argus bench faults</c>.</summary>
    public static Command CreateCommand()
    {
        var kills = BenchOptions.CreateCount("--kills", "In all.", value: 100, least: KilledKinds, most: 10_000);
        var seed = BenchOptions.CreateSeed();
        var command = new Command(
            "faults",
            "Kill training, preparation, evaluation, export and the service at drawn moments, and look what is lost."
        )
        {
            kills,
            seed,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForTraining();
                var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
                try
                {
                    var random = new Random(parse.GetValue(seed));
                    var results = await RunAsync(folder, parse.GetValue(kills) / KilledKinds, random, cancel);
                    BenchOptions.Write(parse, results, Print);
                    return results.Any(result => result.Lost.Count > 0) ? 1 : 0;
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        );
        return command;
    }

    private static async Task<List<FaultResult>> RunAsync(
        string folder,
        int kills,
        Random random,
        CancellationToken cancel
    )
    {
        var sample = Path.Combine(folder, "sample");
        await MeasuredProcess.RunArgusAsync(["data", "sample", sample, "--quads", "1,1,1"], cancel);
        var ffpp = Path.Combine(sample, "ffpp");
        var store = Path.Combine(folder, "prepare", "undisturbed");
        var run = Path.Combine(folder, "train", "undisturbed");
        var models = Path.Combine(folder, "export", "undisturbed");
        KilledWork[] works =
        [
            new(
                "prepare",
                to => ["data", "prepare", "ffpp", ffpp, "--store", to, "--profile", "smoke", .. Settings],
                HashStoreAsync
            ),
            new(
                "train",
                to => ["train", "rr/1", "--store", store, "--run", to, "--profile", "smoke", "--resume", .. Settings],
                to => Task.FromResult(HashFiles(new RunDirectory(to).Last, "*.safetensors"))
            ),
            new(
                "evaluate",
                to => ["evaluate", run, "--data", "ffpp=" + ffpp, "--out", to],
                to => Task.FromResult(HashFiles(to, "figures.csv"))
            ),
            new("export", to => ["export", run, "--out", to], to => Task.FromResult(HashFiles(to, "*.onnx"))),
        ];
        var results = new List<FaultResult>();
        foreach (var work in works)
        {
            Terminal.Note($"{work.Name}: {kills} kills");
            results.Add(await work.RunAsync(Path.Combine(folder, work.Name), kills, random, cancel));
        }
        var video = Directory.EnumerateFiles(ffpp, "*.mp4", SearchOption.AllDirectories).Order().First();
        var service = new DisturbedService(models, video, Path.Combine(folder, "serve"));
        Terminal.Note($"serve: {kills} kills");
        results.Add(await service.KillAsync(kills, random, cancel));
        results.Add(await service.AbandonAsync(10, random, cancel));
        results.Add(await service.ReplaceModelAsync(cancel));
        return results;
    }

    // Every video's pictures and sound, in the order of the keys; shards may be cut elsewhere.
    private static async Task<string> HashStoreAsync(string folder)
    {
        using var store = await Store.OpenAsync(folder);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var video in store.Videos)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(video.Item.Key));
            foreach (var frame in video.Clips.SelectMany(clip => clip.Frames))
                hash.AppendData(store.Read(video, frame));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string HashFiles(string folder, string pattern) =>
        string.Join(
            ' ',
            Directory
                .EnumerateFiles(folder, pattern)
                .Order(StringComparer.Ordinal)
                .Select(file =>
                    $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"
                )
        );

    private static void Print(IReadOnlyList<FaultResult> results)
    {
        Terminal.Table(
            ["what", "faults", "finished", "lost"],
            results
                .Select(result =>
                    new[]
                    {
                        result.What,
                        $"{result.Faults}",
                        $"{result.Finished}",
                        result.Lost.Count == 0 ? "nothing" : $"{result.Lost.Count}",
                    }
                )
                .ToList()
        );
        foreach (var result in results)
        {
            foreach (var lost in result.Lost.Distinct())
                Terminal.Line($"{result.What}: {lost}");
        }
    }
}
