using System.Security.Cryptography;
using System.Text;
using Argus.Clips;
using Argus.Data.Audits;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Stores;
using Argus.Recipes;
using Argus.Scores;
using Argus.Training.Models;
using Argus.Training.Recipes;
using OpenCvSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>How an evaluation is to be made.</summary>
public sealed record EvaluateOptions
{
    /// <summary>Where stores are kept that nobody named.</summary>
    public string StoreRoot { get; init; } = DatasetPreparation.DefaultRoot;

    /// <summary>How a video's score is made of its clips'; null for what the calibration chose.</summary>
    public Aggregation? Aggregation { get; init; }

    /// <summary>How log odds become probabilities; null for a temperature where there is a calibration.</summary>
    public Calibrator? Calibrator { get; init; }

    /// <summary>Test videos of each dataset that go through the ladder of re-encodings; 0 for no ladder.</summary>
    public int RobustnessVideos { get; init; }

    /// <summary>Kinds of re-encoding; empty for all.</summary>
    public IReadOnlyList<string> RobustnessGroups { get; init; } = [];

    /// <summary>Which test videos count, and what may be trained on; null for the datasets' test sides.</summary>
    public Protocol? Protocol { get; init; }

    /// <summary>Whether the protocol's videos that are on disk are enough.</summary>
    public bool AllowMissing { get; init; }
}

/// <summary>Scores a checkpoint on the test sides of datasets.</summary>
/// <param name="path">The run or the checkpoint, as the user gave it.</param>
/// <param name="checkpoint">What was found there.</param>
/// <param name="options">How it is judged.</param>
/// <param name="log">Is told what is prepared and scored.</param>
public sealed class EvaluateRun(string path, EvaluatedDetector checkpoint, EvaluateOptions options, IWorkLog log)
{
    private const int CropPixels = 112;
    private const int JpegQuality = 85;

    private readonly Device device = TorchDevice.Select(checkpoint.Recipe.Train.Device);

    /// <summary>The figures, and what they are about.</summary>
    /// <param name="datasets">Where each dataset is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="ArgusException">A dataset has no test video that can be judged.</exception>
    public async Task<EvaluationOutcome> RunAsync(IReadOnlyList<DatasetFolder> datasets, CancellationToken cancel)
    {
        if (options.Protocol is { } protocol)
            CheckProtocol(protocol, datasets);
        using var model = checkpoint.Open(device);
        var calibration = checkpoint.Calibration ?? await CalibrateAsync(model, datasets, cancel);
        var judge = Judge.Create(calibration, options.Aggregation, options.Calibrator);
        var sides = new List<TestSide>();
        try
        {
            foreach (var dataset in datasets)
                sides.Add(await ScoreAsync(model, dataset, cancel));
            List<VideoPrediction> videos = [.. sides.SelectMany(side => side.Videos)];
            var predictions = new PredictionSet(videos, [.. sides.SelectMany(side => side.Unscored)]);
            var result = Evaluation.Measure(predictions, judge);
            var robustness = options.RobustnessVideos > 0 ? await RobustnessAsync(model, judge, sides, cancel) : null;
            return new EvaluationOutcome(await DescribeAsync(judge, result, sides, robustness, cancel), result);
        }
        finally
        {
            foreach (var side in sides)
                side.Store.Dispose();
        }
    }

    private sealed record TestSide(
        Recipe Recipe,
        DatasetListing Listing,
        Store Store,
        IReadOnlyList<VideoPrediction> Videos,
        IReadOnlyList<UnscoredVideo> Unscored
    );

    private async Task<TestSide> ScoreAsync(ClipScorer model, DatasetFolder dataset, CancellationToken cancel)
    {
        var recipe = checkpoint.RecipeFor(dataset.Layout);
        var part = options.Protocol?.FindTest(dataset.Layout);
        if (part is not null)
            recipe = recipe with { Data = part.Apply(recipe.Data) };
        var preparation = new DatasetPreparation(log)
        {
            Root = options.StoreRoot,
            Select = part is null
                ? null
                : listing => part.Select(listing, options.Protocol!.Name, options.AllowMissing),
        };
        var prepared = await preparation.RunAsync(
            recipe,
            dataset.Folder,
            part is null ? null : StoreFolderOf(options.Protocol!, dataset, recipe),
            [Split.Test],
            cancel
        );
        var store = await Store.OpenAsync(prepared.Folder, recipe);
        try
        {
            var test = new StoreSuitability(recipe, store.Videos.Where(video => video.Split == Split.Test));
            if (test.Suitable.Count == 0)
                throw new ArgusException(
                    $"{dataset.Folder} has no test video that can be judged"
                        + (store.LeftOut.Count > 0 ? $": {store.SayLeftOut()}. " : ". ")
                        + $"'argus data check {dataset.Layout} {dataset.Folder}' shows the split."
                );
            var videos = await log.TrackAsync(
                $"{dataset.Layout}: images scored",
                test.Suitable.Sum(video => video.Clips.Count),
                progress =>
                    Scoring.RunAsync(
                        model,
                        recipe,
                        store,
                        [.. test.Suitable.Select(video => new JudgedVideo(video))],
                        progress,
                        cancel
                    )
            );
            return new TestSide(recipe, prepared.Listing, store, videos, FindUnscored(recipe, prepared, store, test));
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    // Its videos are all for test here, and may be for training elsewhere.
    private string StoreFolderOf(Protocol protocol, DatasetFolder dataset, Recipe recipe) =>
        StoreName.Default(options.StoreRoot, dataset.Folder, StoreOptions.Create(recipe)) + $"-{protocol.Name}";

    private void CheckProtocol(Protocol protocol, IReadOnlyList<DatasetFolder> datasets)
    {
        if (protocol.Test.FirstOrDefault(part => datasets.All(dataset => dataset.Layout != part.Layout)) is { } absent)
            throw new RequestException(
                $"The protocol {protocol.Name} tests on {absent.Layout}: give --data {absent.Layout}=DIR."
            );
        foreach (var dataset in datasets)
            protocol.FindTest(dataset.Layout);
        if (checkpoint.Specialist is null)
            return;
        var recipe = checkpoint.Recipe;
        protocol.CheckTraining(
            path,
            [
                .. FindEarlierLayouts(recipe),
                .. recipe.Data.Layout == MixedDatasets.Layout && recipe.Data.Weights.Length > 0
                    ? MixedDatasets.ParseWeights(recipe.Data.Weights).Keys
                    : [recipe.Data.Layout],
            ],
            recipe.Data
        );
    }

    private IEnumerable<string> ProtocolNotes(IReadOnlyList<TestSide> sides)
    {
        if (options.Protocol is not { } protocol)
            yield break;
        yield return $"By the protocol {protocol.Name} ({protocol.Title}).";
        if (checkpoint.Specialist is null)
            yield return $"What {checkpoint.Title} was trained on, nobody can check here; the protocol asks for "
                + $"{string.Join(", ", protocol.Train.Select(part => part.Layout))} alone.";
        foreach (var part in protocol.Test.Where(part => part.Names is null))
            yield return $"The protocol names no test videos of {part.Layout}: all that are on disk were taken.";
        foreach (var side in sides)
        {
            var missing = side.Listing.Problems.FirstOrDefault(problem => problem.What.Contains("of the protocol"));
            if (missing is not null)
                yield return $"{missing.What}.";
        }
    }

    private static List<UnscoredVideo> FindUnscored(
        Recipe recipe,
        PreparedDataset prepared,
        Store store,
        StoreSuitability test
    )
    {
        var reasons = prepared.Result.Unreadable.ToDictionary(failure => failure.Path, failure => failure.Reason);
        foreach (var abstained in test.Abstained)
            reasons[abstained.Video.Item.Path] = $"{recipe.Specialist} abstains: {abstained.Reason}";
        var settled = test.Suitable.Concat(store.LeftOut).Select(video => video.Item.Key).ToHashSet();
        return
        [
            .. prepared
                .Listing.Items.Where(item => item.Split == Split.Test && !settled.Contains(item.Key))
                .OrderBy(item => item.Key, StringComparer.Ordinal)
                .Select(item => new UnscoredVideo(
                    item,
                    reasons.GetValueOrDefault(item.Path, "it is not in the store")
                )),
        ];
    }

    private Task<RobustnessResult> RobustnessAsync(
        ClipScorer model,
        Judge judge,
        IReadOnlyList<TestSide> sides,
        CancellationToken cancel
    ) =>
        new RobustnessRun(model, judge, checkpoint.Recipe.Seed, log).RunAsync(
            [
                .. sides.Select(side => new LadderDataset(
                    side.Recipe,
                    side.Listing,
                    [.. side.Videos.Where(video => !VideoFolder.HasPictureName(video.Item.Path))]
                )),
            ],
            options.RobustnessVideos,
            options.RobustnessGroups,
            cancel
        );

    private async Task<EvaluationSubject> DescribeAsync(
        Judge judge,
        EvaluationResult result,
        IReadOnlyList<TestSide> sides,
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
        if (options.Protocol is { } protocol)
            hashes[$"protocol {protocol.Name}"] = protocol.Sha256;
        var audits = new List<DatasetAudit>();
        foreach (var side in sides)
        {
            hashes[$"data {side.Recipe.Data.Layout}"] = HashTestVideos(side.Store);
            var audit = await StoreAudit.RunAsync(side.Store, verify: false, 1, null, cancel);
            audits.Add(new DatasetAudit(DatasetLayout.Find(side.Recipe.Data.Layout).Title, audit));
        }
        return new EvaluationSubject
        {
            Name = checkpoint.Title,
            Specialist = checkpoint.Specialist,
            Stage = checkpoint.Specialist is null ? null : recipe.Stage,
            TrainedOn = checkpoint.Specialist is null ? null : recipe.Data.Layout,
            TrainedBefore = checkpoint.Specialist is null ? [] : FindEarlierLayouts(recipe),
            Source = checkpoint.Folder,
            CodeVersion = ProgramVersion.Text,
            Hashes = hashes,
            Recipe = await File.ReadAllTextAsync(checkpoint.RecipeFile, cancel),
            Environment = EnvironmentRecord.Text(),
            RunFolder = Directory.Exists(new RunDirectory(path).Plots) ? path : null,
            Audits = audits,
            Robustness = robustness,
            Mistakes = DescribeMistakes(result, judge, sides),
            Notes =
            [
                .. ProtocolNotes(sides),
                .. sides
                    .Where(side => side.Store.LeftOut.Count > 0)
                    .Select(side => $"{side.Recipe.Data.Layout}: {side.Store.SayLeftOut()}."),
                .. judge.Calibration is null ? [UncalibratedNote()] : Array.Empty<string>(),
            ],
        };
    }

    // The datasets of the stages that this one continues, the first stage's first.
    private static IReadOnlyList<string> FindEarlierLayouts(Recipe recipe)
    {
        var library = RecipeLibrary.Default;
        var layouts = new Stack<string>();
        for (var stage = recipe; stage.StartFrom > 0; layouts.Push(stage.Data.Layout))
            stage = library.Load(library.Find($"{recipe.Specialist}/{stage.StartFrom}"), "full", []).Recipe;
        return [.. layouts];
    }

    private string UncalibratedNote() =>
        checkpoint.ValidationLayout is { } layout
            ? $"Uncalibrated: {checkpoint.Folder} holds no {Calibration.FileName}. "
                + $"Evaluating it with --data {layout}=DIR, the dataset that it was trained on, "
                + "makes one from the validation videos."
            : $"Uncalibrated: {checkpoint.RecipeFile} holds no calibration, and no dataset that was given has "
                + "validation videos of both classes.";

    // A checkpoint from before there were calibrations, or from elsewhere, gets one where the data for it are at hand.
    private async Task<Calibration?> CalibrateAsync(
        ClipScorer model,
        IReadOnlyList<DatasetFolder> datasets,
        CancellationToken cancel
    )
    {
        if (
            datasets.FirstOrDefault(dataset => dataset.Layout == (checkpoint.ValidationLayout ?? dataset.Layout))
            is not { } own
        )
            return null;
        var recipe = checkpoint.RecipeFor(own.Layout);
        var preparation = new DatasetPreparation(log) { Root = options.StoreRoot, SayProblems = false };
        var prepared = await preparation.RunAsync(recipe, own.Folder, null, [Split.Validation], cancel);
        using var store = await Store.OpenAsync(prepared.Folder, recipe);
        var videos = JudgedVideo.Validation(recipe, store);
        if (videos.Select(video => video.Item.Label).Distinct().Count() < 2)
            return null;
        var predictions = await log.TrackAsync(
            $"{own.Layout}: validation images scored, to calibrate",
            videos.Sum(video => video.Video.Clips.Count),
            progress => Scoring.RunAsync(model, recipe, store, videos, progress, cancel)
        );
        var calibration = Calibration.Fit(
            [.. predictions.Select(video => video.ToLabelled())],
            $"validation videos of {own.Layout}"
        );
        try
        {
            await checkpoint.KeepAsync(calibration, predictions, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Warn(
                $"The calibration could not be written into {checkpoint.Folder} "
                    + $"({error.Message.TrimEnd('.')}); it is used for this evaluation only."
            );
        }
        return calibration;
    }

    // Which test videos these were, to the byte.
    private static string HashTestVideos(Store store)
    {
        var lines = store
            .Videos.Where(video => video.Split == Split.Test)
            .Select(video => $"{video.Item.Key} {video.Item.Label} {video.Row.SourceHash}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    private static List<Mistake> DescribeMistakes(EvaluationResult result, Judge judge, IReadOnlyList<TestSide> sides)
    {
        var stored = sides
            .SelectMany(side => side.Store.Videos.Select(video => (side.Store, Video: video)))
            .ToDictionary(entry => PredictionSet.KeyOf(entry.Video.Item));
        var mistakes = new List<Mistake>();
        foreach (var prediction in Mistake.Worst(result.Predictions.Videos, judge))
        {
            var (store, video) = stored[PredictionSet.KeyOf(prediction.Item)];
            var probability = judge.Probability(prediction.Clips);
            mistakes.Add(new Mistake(prediction.Item, probability, ReadPictures(store, video, prediction)));
        }
        return mistakes;
    }

    // Small pictures of the clips that led astray most, in order of time.
    private static List<byte[]> ReadPictures(Store store, StoredVideo video, VideoPrediction prediction)
    {
        var clips = video.Clips.ToDictionary(clip => clip.Number);
        var astray = prediction
            .Clips.OrderByDescending(clip => prediction.Item.Label == 0 ? clip.Logit : -clip.Logit)
            .Take(Mistake.Pictures)
            .OrderBy(clip => clip.Clip);
        var pictures = new List<byte[]>();
        foreach (var clip in astray)
        {
            using var picture = Cv2.ImDecode(store.Read(video, clips[clip.Clip].Frames[0]), ImreadModes.Color);
            var size = new OpenCvSharp.Size(Math.Max(1, CropPixels * picture.Width / picture.Height), CropPixels);
            using var small = picture.Resize(size, interpolation: InterpolationFlags.Area);
            pictures.Add(small.ToBytes(".jpg", [new ImageEncodingParam(ImwriteFlags.JpegQuality, JpegQuality)]));
        }
        return pictures;
    }
}
