using System.CommandLine;
using System.Diagnostics;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Clips;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Metrics;
using Argus.Recipes;
using Argus.Training.Feeding;
using Argus.Training.Recipes;
using Argus.Views;
using OpenCvSharp;

namespace Argus.Benchmarks;

/// <summary>
/// Measures how many augmented pictures a second the feeder makes of stored face crops, and where the time goes.
/// </summary>
internal static class FeedBench
{
    /// <summary>What was measured.</summary>
    /// <param name="Workers">The number of threads that decode and augment.</param>
    /// <param name="CropPixels">The side of a stored face crop.</param>
    /// <param name="ImagesARepeat">The number of pictures of one timing.</param>
    /// <param name="Repeat">The time of so many pictures.</param>
    /// <param name="ImagesPerSecond">The throughput of all threads.</param>
    /// <param name="Shares">The part of one thread's time that each step takes, by the step's name.</param>
    /// <param name="MillisecondsAnImage">The time of one picture on one thread.</param>
    /// <param name="PeakMegabytes">The largest memory of the whole process.</param>
    public sealed record Result(
        int Workers,
        int CropPixels,
        int ImagesARepeat,
        Timing Repeat,
        double ImagesPerSecond,
        IReadOnlyDictionary<string, double> Shares,
        double MillisecondsAnImage,
        double PeakMegabytes
    );

    private const int Repeats = 5;
    private const int CropPixels = 400;
    private const int ImagesPerRepeat = 600;
    private const int ImagesOfOneThread = 200;

    /// <summary>Creates the command <c>argus bench feed</c>.</summary>
    public static Command CreateCommand()
    {
        var workers = BenchOptions.CreateCount(
            "--workers",
            "Threads that decode and augment.",
            value: Environment.ProcessorCount,
            least: 1,
            most: 256
        );
        var command = new Command(
            "feed",
            "Stage 4's augmented batches from a store of 400-pixel face crops, without a model that waits for them."
        )
        {
            workers,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var result = await RunAsync(parse.GetValue(workers), cancel);
                BenchOptions.Write(parse, result, Print);
            }
        );
        return command;
    }

    private static async Task<Result> RunAsync(int workers, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var recipe = LoadRecipe(workers);
            using var store = await Store.OpenAsync(await PrepareStoreAsync(folder, cancel));
            var all = store.Videos.SelectMany(video => video.Clips).ToList();
            var clips = Enumerable.Range(0, ImagesPerRepeat).Select(i => new Sample(all[i % all.Count])).ToList();
            var feeder = new Feeder(
                store,
                new ClipPreprocessing(ModelInput.Create(recipe)),
                recipe.Augment,
                recipe.Seed,
                workers
            );

            var seconds = new List<double>();
            // The first repeat is not counted: it warms up the disk's cache and the compiler.
            for (var i = -1; i < Repeats; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await foreach (var batch in feeder.ReadAsync(clips, i + 1, recipe.Train.BatchSize, 0, cancel))
                    batch.Dispose();
                if (i >= 0)
                    seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
            var stepSeconds = MeasureSteps(store, clips, recipe);
            var wholeSeconds = stepSeconds.Values.Sum();
            return new Result(
                workers,
                CropPixels,
                ImagesPerRepeat,
                Timing.Compute(seconds),
                ImagesPerRepeat / Median.Compute(seconds),
                stepSeconds.ToDictionary(step => step.Key, step => step.Value / wholeSeconds),
                wholeSeconds * 1000 / ImagesOfOneThread,
                Process.GetCurrentProcess().PeakWorkingSet64 / 1e6
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Recipe LoadRecipe(int workers)
    {
        var merged = RecipeLibrary.Default.Load(
            RecipeLibrary.Default.Find("rr/4"),
            "seed",
            [
                "data.layout=celebdf",
                "data.split=identity",
                "data.crop=face",
                $"data.largest_crop={CropPixels}",
                $"train.workers={workers}",
            ]
        );
        return merged.Recipe;
    }

    // Draws faces of more than 400 pixels, so that crops of the largest size are stored, and prepares them.
    private static async Task<string> PrepareStoreAsync(string folder, CancellationToken cancel)
    {
        var data = Path.Combine(folder, "data");
        var store = Path.Combine(folder, "store");
        Terminal.Note("drawing faces and preparing them");
        string[] drawing = ["--size", "720", "--seconds", "2", "--quads", "0,0,0", "--focus", "resolution=2,0,0"];
        await MeasuredProcess.RunArgusAsync(["data", "sample", data, .. drawing], cancel);
        string[] settings = ["data.split=identity", "data.crop=face", $"data.largest_crop={CropPixels}"];
        var videos = Path.Combine(data, "celebdf");
        await MeasuredProcess.RunArgusAsync(
            ["data", "prepare", "celebdf", videos, "--store", store, "--profile", "seed", .. settings],
            cancel
        );
        return store;
    }

    private static void Print(Result result)
    {
        Terminal.Facts([
            (
                "feeding",
                $"{result.ImagesPerSecond:0} images/s with {result.Workers} threads, from "
                    + $"{result.CropPixels}-pixel crops to 224x224, stage 4's augmentation, CLAHE and bilateral "
                    + "filter"
            ),
            ($"{result.ImagesARepeat} images", result.Repeat.Text),
            ("one image on one thread", $"{result.MillisecondsAnImage:0.00} ms"),
            .. result.Shares.Select(share => ($"  {share.Key}", $"{share.Value:0.0%}")),
            ("peak memory", $"{result.PeakMegabytes:0} MB"),
        ]);
    }

    // Measures the seconds of each step on one thread, in the order in which the feeder does them.
    private static Dictionary<string, double> MeasureSteps(Store store, IReadOnlyList<Sample> clips, Recipe recipe)
    {
        var preprocessing = ModelInput.Create(recipe).CreatePreprocessing();
        var side = recipe.Model.ImageSize;
        var floats = new float[preprocessing.Length];
        var seconds = new Dictionary<string, double>();
        T Measure<T>(string step, Func<T> work)
        {
            var started = Stopwatch.GetTimestamp();
            var result = work();
            seconds[step] = seconds.GetValueOrDefault(step) + Stopwatch.GetElapsedTime(started).TotalSeconds;
            return result;
        }
        foreach (var (clip, _) in clips.Take(ImagesOfOneThread))
        {
            var bytes = Measure("read", () => store.Read(clip.Video, clip.Frames[0]));
            using var picture = Measure("decode", () => Cv2.ImDecode(bytes, ImreadModes.Color));
            using var enhanced = Measure("enhance", () => Enhancement.Apply(picture, recipe.Enhance));
            using var resized = Measure("resize", () => preprocessing.Resize(enhanced));
            Measure(
                "augment",
                () =>
                {
                    Augmentation.Draw(recipe.Augment, side, KeyedRandom.Create("bench", clip.Number)).Apply(resized);
                    return resized;
                }
            );
            Measure(
                "normalise",
                () =>
                {
                    Preprocessing.Normalise(resized, floats);
                    return floats;
                }
            );
        }
        return seconds;
    }
}
