using System.Diagnostics;
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
/// How many augmented pictures a second the feeder makes of stored face crops, and where the time goes.
/// </summary>
internal static class FeedBench
{
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
    private const int Clips = 600;
    private const int TimedImages = 200;

    public static async Task<Result> RunAsync(int workers, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var recipe = RecipeLibrary
                .Default.Load(
                    RecipeLibrary.Default.Find("rr/4"),
                    "seed",
                    [
                        "data.layout=celebdf",
                        "data.split=identity",
                        "data.crop=face",
                        $"data.largest_crop={CropPixels}",
                        $"train.workers={workers}",
                    ]
                )
                .Recipe;
            // Faces of more than 400 pixels, so that the largest size is what is stored.
            var data = Path.Combine(folder, "data");
            var made = Path.Combine(folder, "store");
            Terminal.Note("drawing faces and preparing them");
            foreach (
                var arguments in new string[][]
                {
                    [
                        "data",
                        "sample",
                        data,
                        "--size",
                        "720",
                        "--seconds",
                        "2",
                        "--quads",
                        "0,0,0",
                        "--focus",
                        "resolution=2,0,0",
                    ],
                    [
                        "data",
                        "prepare",
                        "celebdf",
                        Path.Combine(data, "celebdf"),
                        "--store",
                        made,
                        "--profile",
                        "seed",
                        "data.split=identity",
                        "data.crop=face",
                        $"data.largest_crop={CropPixels}",
                    ],
                }
            )
                (await MeasuredProcess.ArgusAsync(arguments, cancel)).MustSucceed();
            using var store = await Store.OpenAsync(made);
            var all = store.Videos.SelectMany(video => video.Clips).ToList();
            var clips = Enumerable.Range(0, Clips).Select(i => new Sample(all[i % all.Count])).ToList();
            var feeder = new Feeder(
                store,
                new ClipPreprocessing(ModelInput.Create(recipe)),
                recipe.Augment,
                recipe.Seed,
                workers
            );

            var seconds = new List<double>();
            for (var i = -1; i < Repeats; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await foreach (var batch in feeder.ReadAsync(clips, i + 1, recipe.Train.BatchSize, 0, cancel))
                    batch.Dispose();
                if (i >= 0)
                    seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
            var parts = Parts(store, clips, recipe);
            var together = parts.Values.Sum();
            return new Result(
                workers,
                CropPixels,
                Clips,
                Timing.Compute(seconds),
                Clips / Median.Compute(seconds),
                parts.ToDictionary(part => part.Key, part => part.Value / together),
                together * 1000 / TimedImages,
                Process.GetCurrentProcess().PeakWorkingSet64 / 1e6
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static void Print(Result result)
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

    // The steps of one thread, one after the other, as the feeder does them.
    private static Dictionary<string, double> Parts(Store store, IReadOnlyList<Sample> clips, Recipe recipe)
    {
        var preprocessing = ModelInput.Create(recipe).CreatePreprocessing();
        var side = recipe.Model.ImageSize;
        var floats = new float[preprocessing.Length];
        var parts = new Dictionary<string, double>();
        T Timed<T>(string part, Func<T> work)
        {
            var started = Stopwatch.GetTimestamp();
            var result = work();
            parts[part] = parts.GetValueOrDefault(part) + Stopwatch.GetElapsedTime(started).TotalSeconds;
            return result;
        }
        foreach (var (clip, _) in clips.Take(TimedImages))
        {
            var bytes = Timed("read", () => store.Read(clip.Video, clip.Frames[0]));
            using var picture = Timed("decode", () => Cv2.ImDecode(bytes, ImreadModes.Color));
            using var enhanced = Timed("enhance", () => Enhancement.Apply(picture, recipe.Enhance));
            using var resized = Timed("resize", () => preprocessing.Resize(enhanced));
            Timed(
                "augment",
                () =>
                {
                    Augmentation.Draw(recipe.Augment, side, KeyedRandom.Create("bench", clip.Number)).Apply(resized);
                    return 0;
                }
            );
            Timed(
                "normalise",
                () =>
                {
                    Preprocessing.Normalise(resized, floats);
                    return 0;
                }
            );
        }
        return parts;
    }
}
