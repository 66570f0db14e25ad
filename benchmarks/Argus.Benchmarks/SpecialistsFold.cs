using Argus.Cli.Output;
using Argus.Data.Datasets;
using Argus.Data.Samples;
using Argus.Data.Stores;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Benchmarks;

/// <summary>Trains a specialist on the people of all folds but one, and judges the people of that fold.</summary>
internal static class SpecialistsFold
{
    /// <summary>What came out of a fold.</summary>
    /// <param name="Scores">The judged videos.</param>
    /// <param name="Abstained">The number of test videos that the specialist cannot judge.</param>
    public sealed record Result(IReadOnlyList<VideoScore> Scores, int Abstained);

    // A small training: B0 at 96 pixels, some hundred steps. It has more dropout and weight decay than the published
    // recipe, against learning so few people by heart.
    private static readonly string[] SmallTraining =
    [
        "data.layout=dfdc",
        "data.chunks=[0]",
        "data.crop=face",
        "data.frame_range=[0,1]",
        "backbone.name=efficientnet_b0",
        "backbone.weights=none",
        "backbone.stochastic_depth=0",
        "model.image_size=96",
        "model.dropout=[0.5,0.4,0.3]",
        "model.attention_dropout=0.1",
        "augment.rotate_degrees=0",
        "forge.probability=1",
        "optimizer.learning_rate=0.0003",
        "optimizer.weight_decay=0.05",
        "schedule.first_period=1000",
        "train.keep=2",
        "train.device=cpu",
        "train.batch_size=16",
    ];

    // The clips of a video in an epoch, the clips that it is judged by, and the epochs. A clip of many frames costs as
    // much as many clips of one frame.
    private static readonly string[] ClipsOfSingleFrames =
    [
        "data.clip_frames=1",
        "data.train_frames=12",
        "data.eval_frames=4",
        "train.epochs=9",
    ];

    // In the full profile, these specialists look at clips of several frames.
    private static readonly Dictionary<string, string[]> ClipsOfManyFrames = new()
    {
        ["tm"] =
        [
            "data.train_frames=8",
            "data.eval_frames=4",
            "train.epochs=3",
            "train.batch_size=8",
            "model.image_size=64",
        ],
        ["av"] =
        [
            "data.train_frames=8",
            "data.eval_frames=8",
            "train.epochs=4",
            "train.batch_size=8",
            "model.image_size=48",
        ],
    };

    private const int PairsOfOwnKind = 4;
    private const int PairsOfOtherKinds = 2;

    /// <summary>Finds the folder of the part of DFDC that a bench's videos must be written to.</summary>
    /// <param name="folder">The bench's folder.</param>
    public static string FindDataset(string folder) => Path.Combine(FindData(folder), "dfdc_train_part_0");

    /// <summary>Loads the recipe of a specialist's first stage with the settings of a small training.</summary>
    /// <param name="specialist">The name of the specialist.</param>
    /// <param name="profile">The profile of the recipe, <c>full</c> or <c>seed</c>.</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <param name="settings">Settings on top of all, each <c>key=value</c>.</param>
    public static MergedRecipe LoadRecipe(string specialist, string profile, int seed, IReadOnlyList<string> settings)
    {
        var clips =
            profile == "full"
                ? ClipsOfManyFrames.GetValueOrDefault(specialist, ClipsOfSingleFrames)
                : ClipsOfSingleFrames;
        return RecipeLibrary.Default.Load(
            RecipeLibrary.Default.Find($"{specialist}/1"),
            profile,
            [.. SmallTraining, .. clips, $"seed={seed}", .. settings]
        );
    }

    /// <summary>Trains and judges in one fold.</summary>
    /// <param name="folder">
    /// The bench's folder, with the dataset. Prepared videos are kept there for other folds.
    /// </param>
    /// <param name="merged">The recipe.</param>
    /// <param name="people">All people.</param>
    /// <param name="fold">The number of the fold, from 0.</param>
    /// <param name="folds">The number of folds.</param>
    /// <param name="cancel">Stops the training.</param>
    public static async Task<Result> RunAsync(
        string folder,
        MergedRecipe merged,
        IReadOnlyList<string> people,
        int fold,
        int folds,
        CancellationToken cancel
    )
    {
        var recipe = merged.Recipe;
        var preparation = new DatasetPreparation(TerminalLog.Instance) { SayProblems = false };
        var prepared = await preparation.RunAsync(
            recipe,
            FindData(folder),
            Path.Combine(folder, "stores", StoreOptions.Create(recipe).Key),
            [],
            cancel
        );
        using var whole = await Store.OpenAsync(prepared.Folder);
        using var store = Divide(whole, recipe, people, fold, folds);

        var run = new RunDirectory(Path.Combine(folder, "run"));
        using (run.Open())
        using (var trainer = new Trainer(recipe, merged.ToYaml(), store, run, null, resume: false, new EpochPrinter()))
            await trainer.RunAsync(cancel);
        var result = await JudgeAsync(run, recipe, store, fold, cancel);
        Directory.Delete(run.Folder, recursive: true);
        return result;
    }

    private static string FindData(string folder) => Path.Combine(folder, "data");

    // Nobody who is tested is trained on. One of the others is the validation set that a training needs, which chooses
    // nothing here.
    private static Store Divide(Store whole, Recipe recipe, IReadOnlyList<string> people, int fold, int folds)
    {
        var order = people.OrderBy(person => KeyedRandom.Key("fold", recipe.Seed, person)).ToList();
        var test = order.Where((_, i) => i % folds == fold).ToHashSet();
        var validation = order.First(person => !test.Contains(person));
        return whole.Divided(item =>
        {
            if (test.Contains(item.Id))
                return Split.Test;
            return item.Id == validation ? Split.Validation : Split.Train;
        });
    }

    // A specialist of single colour pictures cannot hear. It is asked about forged sound all the same, of videos that
    // have sound.
    private static async Task<Result> JudgeAsync(
        RunDirectory run,
        Recipe recipe,
        Store store,
        int fold,
        CancellationToken cancel
    )
    {
        var device = TorchDevice.Select(ComputeDevice.Cpu);
        using var model = CheckpointReference.Find(run.Last).Load(device);
        var tested = new StoreSuitability(recipe, store.Videos.Where(video => video.Split == Split.Test));
        var ownKind = Specialist.Find(recipe.Specialist).OwnKind;
        var judged = new List<JudgedVideo>();
        foreach (var kind in SampleOptions.Kinds)
        {
            var isOwn = $"{kind}".Equals(ownKind, StringComparison.OrdinalIgnoreCase);
            var pairs = isOwn ? PairsOfOwnKind : PairsOfOtherKinds;
            judged.AddRange(JudgedVideo.Pairs(tested.Suitable, [kind], recipe.Seed, pairs));
        }
        var predictions = await Scoring.RunAsync(model, recipe, store, judged, device, null, cancel);
        var scores = predictions.Select(prediction => new VideoScore(
            prediction.Item.Kind!,
            prediction.Item.Id,
            fold,
            prediction.Item.Label,
            prediction.Logit
        ));
        return new Result([.. scores], tested.Abstained.Count);
    }

    private sealed class EpochPrinter : ITrainingObserver
    {
        public void Step(StepReport report) { }

        public void Epoch(EpochReport report) =>
            Terminal.Note(
                $"    epoch {report.Epoch + 1}/{report.Epochs}  loss {report.TrainLoss:0.000}  validation AUC "
                    + $"{report.Validation.RocAuc:0.00}"
            );
    }
}
