using System.Security.Cryptography;
using System.Text;
using Argus.Audits;
using Argus.Datasets;
using Argus.Evaluations;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Stores;
using Argus.Training.Models;
using Argus.Training.Runs;
using OpenCvSharp;
using static TorchSharp.torch;

namespace Argus.Cli;

/// <summary>How an evaluation is to be made.</summary>
internal sealed record EvaluateOptions
{
    public string StoreRoot { get; init; } = StoreStep.DefaultRoot;

    /// <summary>Null for what the calibration chose.</summary>
    public Aggregation? Aggregation { get; init; }
    public Calibrator? Calibrator { get; init; }

    /// <summary>Test videos of each dataset that go through the ladder; 0 for no ladder.</summary>
    public int RobustnessVideos { get; init; }
    public IReadOnlyList<string> RobustnessGroups { get; init; } = [];
}

/// <summary>Scores a checkpoint on the test sides of datasets.</summary>
internal static class EvaluateStep
{
    private const int CropPixels = 112,
        JpegQuality = 85;

    public static async Task<(EvaluationSubject Subject, EvaluationResult Result)> RunAsync(
        string path,
        CheckpointReference checkpoint,
        IReadOnlyList<(string Layout, string Folder)> datasets,
        EvaluateOptions options,
        CancellationToken cancel
    )
    {
        var device = TorchDevice.For(checkpoint.Recipe.Train.Device);
        using var model = checkpoint.Load(device);
        var calibration =
            Calibration.Read(checkpoint.Folder)
            ?? await CalibrateAsync(checkpoint, model, device, datasets, options, cancel);
        var judge = Judge.For(calibration, options.Aggregation, options.Calibrator);

        var (videos, unscored, stores) = (
            new List<VideoPrediction>(),
            new List<UnscoredVideo>(),
            new List<(Recipe Recipe, DatasetListing Listing, Store Store)>()
        );
        try
        {
            foreach (var (layout, folder) in datasets)
            {
                var recipe = checkpoint.For(layout);
                var listing = DatasetLayout.Named(layout).Read(folder, DatasetOptions.From(recipe.Data));
                var (storeFolder, prepared) = await StoreStep.PrepareAsync(
                    recipe,
                    folder,
                    null,
                    [Split.Test],
                    cancel,
                    options.StoreRoot
                );
                var store = await Store.OpenAsync(storeFolder);
                stores.Add((recipe, listing, store));
                var (suitable, abstained) = Suitability.Split(
                    recipe,
                    store.Videos.Where(video => video.Split == Split.Test)
                );
                if (suitable.Count == 0)
                    throw new ArgusException(
                        $"{folder} has no test video that can be judged. 'argus data check {layout} {folder}' shows the split."
                    );
                videos.AddRange(
                    await Terminal.ProgressAsync(
                        $"{layout}: images scored",
                        suitable.Sum(video => video.Clips.Count),
                        progress =>
                            Scoring.RunAsync(
                                model,
                                recipe,
                                store,
                                [.. suitable.Select(video => new JudgedVideo(video))],
                                device,
                                progress,
                                cancel
                            )
                    )
                );
                var reasons = prepared.Unreadable.ToDictionary(failure => failure.Path, failure => failure.Reason);
                foreach (var (video, reason) in abstained)
                    reasons[video.Item.Path] = $"{recipe.Specialist} abstains: {reason}";
                var scored = suitable.Select(video => video.Item.Key).ToHashSet();
                unscored.AddRange(
                    listing
                        .Items.Where(item => item.Split == Split.Test && !scored.Contains(item.Key))
                        .OrderBy(item => item.Key, StringComparer.Ordinal)
                        .Select(item => new UnscoredVideo(
                            item,
                            reasons.GetValueOrDefault(item.Path, "it is not in the store")
                        ))
                );
            }
            var result = Evaluation.Measure(new PredictionSet(videos, unscored), judge);
            var robustness =
                options.RobustnessVideos == 0
                    ? null
                    : await new RobustnessStep(model, checkpoint, device, judge).RunAsync(
                        [.. stores.Select(entry => (entry.Recipe, entry.Listing))],
                        videos,
                        options.RobustnessVideos,
                        options.RobustnessGroups,
                        cancel
                    );
            return (await DescribeAsync(path, checkpoint, judge, result, stores, robustness, cancel), result);
        }
        finally
        {
            foreach (var (_, _, store) in stores)
                store.Dispose();
        }
    }

    private static async Task<EvaluationSubject> DescribeAsync(
        string path,
        CheckpointReference checkpoint,
        Judge judge,
        EvaluationResult result,
        List<(Recipe Recipe, DatasetListing Listing, Store Store)> stores,
        RobustnessResult? robustness,
        CancellationToken cancel
    )
    {
        var recipe = checkpoint.Recipe;
        var hashes = new Dictionary<string, string>
        {
            ["weights"] = await FileHash.Sha256Async(checkpoint.Weights, cancel),
            ["recipe"] = await FileHash.Sha256Async(checkpoint.RecipeFile, cancel),
        };
        var audits = new List<(string, StoreAudit)>();
        foreach (var (own, _, store) in stores)
        {
            hashes[$"data {own.Data.Layout}"] = HashOf(store);
            audits.Add(
                (
                    DatasetLayout.Named(own.Data.Layout).Title,
                    await StoreAudit.RunAsync(store, verify: false, 1, null, cancel)
                )
            );
        }
        var stored = stores
            .SelectMany(entry => entry.Store.Videos.Select(video => (entry.Store, video)))
            .ToDictionary(entry => PredictionSet.KeyOf(entry.video.Item));
        var earlier = RecipeLibrary
            .Default.Runs.Where(run =>
                run.Specialist == recipe.Specialist && run.Stage < recipe.Stage && recipe.StartFrom > 0
            )
            .OrderBy(run => run.Stage);
        return new EvaluationSubject
        {
            Name = $"{recipe.Specialist}, stage {recipe.Stage}",
            Specialist = recipe.Specialist,
            Stage = recipe.Stage,
            TrainedOn = recipe.Data.Layout,
            TrainedBefore = [.. earlier.Select(run => RecipeLibrary.Default.Load(run, "full", []).Recipe.Data.Layout)],
            Source = checkpoint.Folder,
            CodeVersion = EnvironmentRecord.Version,
            Hashes = hashes,
            Recipe = await File.ReadAllTextAsync(checkpoint.RecipeFile, cancel),
            Environment = EnvironmentRecord.Text(),
            RunFolder = Directory.Exists(Path.Combine(path, "plots")) ? path : null,
            Audits = audits,
            Robustness = robustness,
            Mistakes =
            [
                .. Mistake
                    .Worst(result.Predictions.Videos, judge)
                    .Select(video => new Mistake(
                        video.Item,
                        judge.Probability(video),
                        Pictures(stored[PredictionSet.KeyOf(video.Item)], video)
                    )),
            ],
            Notes = judge.Calibration is null
                ?
                [
                    $"Uncalibrated: {checkpoint.Folder} holds no {Calibration.FileName}. Evaluating it with --data {recipe.Data.Layout}=DIR, the dataset that it was trained on, makes one from the validation videos.",
                ]
                : [],
        };
    }

    // A checkpoint from before there were calibrations, or from elsewhere, gets one where the data for it are at hand.
    private static async Task<Calibration?> CalibrateAsync(
        CheckpointReference checkpoint,
        SpecialistModel model,
        Device device,
        IReadOnlyList<(string Layout, string Folder)> datasets,
        EvaluateOptions options,
        CancellationToken cancel
    )
    {
        var recipe = checkpoint.Recipe;
        if (datasets.FirstOrDefault(dataset => dataset.Layout == recipe.Data.Layout) is not { Folder: not null } own)
            return null;
        var (folder, _) = await StoreStep.PrepareAsync(
            recipe,
            own.Folder,
            null,
            [Split.Validation],
            cancel,
            options.StoreRoot,
            quiet: true
        );
        using var store = await Store.OpenAsync(folder);
        var videos = JudgedVideo.Validation(recipe, store);
        if (videos.Select(video => video.Item.Label).Distinct().Count() < 2)
            return null;
        var predictions = await Terminal.ProgressAsync(
            $"{own.Layout}: validation images scored, to calibrate",
            videos.Sum(video => video.Video.Clips.Count),
            progress => Scoring.RunAsync(model, recipe, store, videos, device, progress, cancel)
        );
        var calibration = Calibration.Fit(predictions, $"validation videos of {own.Layout}");
        try
        {
            calibration.Write(checkpoint.Folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Terminal.Error(
                $"{Calibration.FileName} could not be written into {checkpoint.Folder} ({error.Message.TrimEnd('.')}); it is used for this evaluation only."
            );
        }
        return calibration;
    }

    // Which test videos these were, to the byte.
    private static string HashOf(Store store) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Join(
                        '\n',
                        store
                            .Videos.Where(video => video.Split == Split.Test)
                            .Select(video => $"{video.Item.Key} {video.Item.Label} {video.Row.SourceHash}")
                    )
                )
            )
        );

    private static IReadOnlyList<byte[]> Pictures((Store Store, StoredVideo Video) stored, VideoPrediction prediction)
    {
        var clips = stored.Video.Clips.ToDictionary(clip => clip.Number);
        var astray = prediction
            .Clips.OrderByDescending(clip => prediction.Item.Label == 0 ? clip.Logit : -clip.Logit)
            .Take(Mistake.Pictures)
            .OrderBy(clip => clip.Clip);
        return
        [
            .. astray.Select(clip =>
            {
                using var picture = Cv2.ImDecode(
                    stored.Store.Read(stored.Video, clips[clip.Clip].Frames[0]),
                    ImreadModes.Color
                );
                using var small = picture.Resize(
                    new OpenCvSharp.Size(Math.Max(1, CropPixels * picture.Width / picture.Height), CropPixels),
                    interpolation: InterpolationFlags.Area
                );
                return small.ToBytes(".jpg", [new ImageEncodingParam(ImwriteFlags.JpegQuality, JpegQuality)]);
            }),
        ];
    }
}
