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
/// A campaign of faults: training, preparation, evaluation, export and the service are killed at drawn moments, write
/// to full disks, have their clock set back and little memory; the service's database stops, its clients go away and
/// its models are replaced. What was finished must be what an undisturbed run makes, and nothing may be lost.
/// </summary>
internal static class FaultsBench
{
    private const int KilledKinds = 5;
    private const string Serve = "serve";
    private const long LittleMemory = 4L << 30;

    // Epochs and steps of a few seconds.
    private static readonly string[] Settings =
    [
        "train.epochs=2",
        "train.checkpoint_minutes=0.02",
        "model.image_size=64",
        "model.projection=64",
        "data.train_frames=2",
        "data.eval_frames=2",
    ];

    /// <summary>Creates the command <c>argus bench faults</c>.</summary>
    public static Command CreateCommand()
    {
        var kills = BenchOptions.CreateCount(
            "--kills",
            "In all, and of other faults in proportion.",
            value: 100,
            least: KilledKinds,
            most: 10_000
        );
        var seed = BenchOptions.CreateSeed();
        var only = new Option<string?>("--only") { Description = "This work alone is disturbed.", HelpName = "WORK" };
        BenchOptions.AcceptOnly(only, ["prepare", "train", "evaluate", "export", Serve]);
        var command = new Command(
            "faults",
            "Kills, full disks and other faults for preparation, training, evaluation, export and the service."
        )
        {
            kills,
            seed,
            only,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
                try
                {
                    var random = new Random(parse.GetValue(seed));
                    var results = await RunAsync(
                        folder,
                        parse.GetValue(only),
                        parse.GetValue(kills) / KilledKinds,
                        random,
                        cancel
                    );
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
        string? only,
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
        DisturbedWork[] works =
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
        var disks = Math.Max(1, kills / 4);
        foreach (var work in works)
        {
            await work.RunUndisturbedAsync(Path.Combine(folder, work.Name), cancel);
            if (only is not null && only != work.Name)
                continue;
            Add(await work.KillAsync(kills, random, cancel));
            Add(await work.FillDiskAsync(disks, random, cancel));
            Add(await work.SetClockBackAsync(cancel));
            Add(await work.LimitMemoryAsync(LittleMemory, cancel));
        }
        if (only is not (null or Serve))
            return results;
        var video = Directory.EnumerateFiles(ffpp, "*.mp4", SearchOption.AllDirectories).Order().First();
        var service = new DisturbedService(models, video, Path.Combine(folder, "serve"));
        Add(await service.KillAsync(kills, random, cancel));
        Add(await service.StopDatabaseAsync(disks, random, cancel));
        Add(await service.SetClockBackAsync(cancel));
        Add(await service.LimitMemoryAsync(LittleMemory, cancel));
        Add(await service.AbandonAsync(10, random, cancel));
        Add(await service.ReplaceModelAsync(cancel));
        return results;

        void Add(FaultResult result)
        {
            results.Add(result);
            Terminal.Note($"{result.Work}, {result.Fault}: {Describe(result)}");
        }
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
            ["work", "fault", "times", "finished after it", "lost"],
            results
                .Select(result =>
                    new[] { result.Work, result.Fault, $"{result.Faults}", $"{result.Finished}", Describe(result) }
                )
                .ToList()
        );
        foreach (var result in results)
        {
            foreach (var lost in result.Lost.Distinct())
                Terminal.Line($"{result.Work}, {result.Fault}: {lost}");
        }
    }

    private static string Describe(FaultResult result) =>
        result.NotTried is { } why ? $"not tried: {why}"
        : result.Lost.Count == 0 ? "nothing"
        : $"{result.Lost.Count}";
}
