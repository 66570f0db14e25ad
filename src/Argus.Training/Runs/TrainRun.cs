using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Pretrained;
using Argus.Recipes;
using Argus.Training.Recipes;

namespace Argus.Training.Runs;

/// <summary>What a run is to be made of.</summary>
/// <param name="Recipe">All settings.</param>
/// <param name="Data">The dataset's folder; null where the store is given.</param>
/// <param name="Store">The store; null for one that is made of the dataset.</param>
/// <param name="Folder">The run's folder.</param>
/// <param name="Init">Weights to start from; null for what the recipe says.</param>
/// <param name="Resume">Whether to go on where the folder's run stopped.</param>
public sealed record TrainRequest(
    MergedRecipe Recipe,
    string? Data,
    string? Store,
    string Folder,
    string? Init = null,
    bool Resume = false
)
{
    /// <summary>Where stores are kept that nobody named.</summary>
    public string StoreRoot { get; init; } = DatasetPreparation.DefaultRoot;

    /// <summary>Whether the user gave settings or a profile of their own, which a resumed run refuses.</summary>
    public bool HasSettings { get; init; }
}

/// <summary>One run from data to checkpoint, with its journal.</summary>
/// <param name="request">What it is made of.</param>
/// <param name="log">Is told what is prepared, left out and trained on.</param>
/// <param name="observer">Sees every step and epoch, after the run's own journal; null for nobody.</param>
public sealed class TrainRun(TrainRequest request, IWorkLog log, ITrainingObserver? observer = null)
{
    /// <summary>Where runs are kept that nobody named.</summary>
    public const string DefaultRoot = "runs";

    private const int MostReasons = 5;

    /// <summary>Prepares what is missing, then trains to the recipe's end or until it is asked to stop.</summary>
    /// <exception cref="RequestException">
    /// The folder holds another run, or something that the run needs is missing.
    /// </exception>
    /// <exception cref="ArgusException">The data cannot be trained on, or the loss is not finite.</exception>
    public async Task<TrainingResult> RunAsync(CancellationToken cancel)
    {
        var run = new RunDirectory(request.Folder);
        var resume = request.Resume && run.HasCheckpoint;
        if (!request.Resume && run.HasCheckpoint)
            throw new RequestException(
                $"{request.Folder} already holds a run. "
                    + "Continue it with --resume, or choose another folder with --run."
            );
        if (request.Resume && !resume)
            log.Note($"{request.Folder} holds no checkpoint yet; the run starts from the beginning.");
        var yaml = resume ? ReadSavedRecipe(run) : request.Recipe.ToYaml();
        var recipe = resume ? RecipeLibrary.ReadMerged(run.Recipe) : request.Recipe.Recipe;
        // What would fail later is found before hours of preparation.
        var initial = resume ? null : FindInitialWeights();
        if (initial is not null && !Directory.Exists(initial) && !File.Exists(initial))
            throw new RequestException($"{initial} does not exist.");

        foreach (var damaged in run.FindDamaged())
            log.Warn($"{damaged} is not whole and is not used");
        using var store = await Store.OpenAsync(await PrepareAsync(recipe, cancel), recipe);
        using var held = run.Open();
        if (!resume)
            AtomicFile.Write(run.Recipe, yaml);
        EnvironmentRecord.Write(run.Folder);
        var name = request.Recipe.Run.LongName;
        if (Count(Split.Train) == 0)
            throw new ArgusException(
                $"There is no sample to train on: the store {store.Folders[0]} holds no training video"
                    + (store.LeftOut.Count > 0 ? $": {store.SayLeftOut()}. " : ". ")
                    + $"{StoreFolder.UnreadableFile} in it says why each was left out."
            );
        log.Write(
            $"{name}: {Count(Split.Train)} training and {Count(Split.Validation)} validation videos "
                + $"-> {request.Folder}{(resume ? ", resumed" : "")}"
        );
        using var trainer = new Trainer(recipe, yaml, store, run, initial, resume, new Observers(run, name, observer));
        if (store.LeftOut.Count > 0)
            log.Note(store.SayLeftOut());
        SayWhatIsLeftOut(trainer, recipe);
        var result = await trainer.RunAsync(cancel);
        if (!result.Finished)
            log.Warn($"Stopped at step {result.GlobalStep}; the checkpoint is saved. Continue with: {ResumeCommand()}");
        return result;

        int Count(Split side) => store.Videos.Count(video => video.Split == side);
    }

    private async Task<string> PrepareAsync(Recipe recipe, CancellationToken cancel)
    {
        if (request.Data is null)
            return request.Store
                ?? throw new RequestException(
                    "Training needs --data DIR (a dataset) or --store DIR (what 'argus data prepare' made)."
                );
        var preparation = new DatasetPreparation(log) { Root = request.StoreRoot };
        var prepared = await preparation.RunAsync(
            recipe,
            request.Data,
            request.Store,
            [Split.Train, Split.Validation],
            cancel
        );
        return prepared.Folder;
    }

    private void SayWhatIsLeftOut(Trainer trainer, Recipe recipe)
    {
        var reasons = trainer.Abstained.GroupBy(video => video.Reason).OrderByDescending(reason => reason.Count());
        foreach (var reason in reasons.Take(MostReasons))
            log.Warn(
                $"{recipe.Specialist} abstains from {reason.Count()} videos: {reason.Key}, "
                    + $"e.g. {reason.First().Video.Item.Path}"
            );
        foreach (var skipped in trainer.SkippedChunks)
            log.Warn($"not trained on: {skipped}");
    }

    // A resumed run keeps the recipe it was begun with; settings that say otherwise are refused.
    private string ReadSavedRecipe(RunDirectory run)
    {
        var saved = RecipeLibrary.ReadMerged(run.Recipe);
        var wanted = request.Recipe.Run;
        if (saved.Specialist != wanted.Specialist || saved.Stage != wanted.Stage)
            throw new RequestException(
                $"{request.Folder} is a run of {saved.Specialist}/{saved.Stage}, not of {wanted.ShortName}. "
                    + "Choose another --run."
            );
        if (request.HasSettings && RecipeJson.Write(saved) != RecipeJson.Write(request.Recipe.Recipe))
            throw new RequestException(
                $"A resumed run keeps its recipe ({run.Recipe}); "
                    + "leave the settings out, or start anew in another --run."
            );
        return File.ReadAllText(run.Recipe);
    }

    private string ResumeCommand()
    {
        var data =
            request.Data is null ? ""
            : DatasetLayout.Find(request.Recipe.Recipe.Data.Layout).HasRealsOnly
                ? $" --reals {string.Join(' ', FolderList.Split(request.Data).Select(Quote))}"
            : $" --data {Quote(request.Data)}";
        var store = request.Store is null ? "" : $" --store {Quote(request.Store)}";
        return $"argus train {request.Recipe.Run.ShortName} --run {Quote(request.Folder)} --resume{data}{store}";

        static string Quote(string path) =>
            path.All(c => char.IsLetterOrDigit(c) || "/._-+".Contains(c)) ? path : $"'{path.Replace("'", "'\\''")}'";
    }

    private string? FindInitialWeights()
    {
        var recipe = request.Recipe.Recipe;
        if (request.Init is not null)
            return request.Init;
        if (recipe.StartFrom > 0)
            return FindEarlierStage(recipe);
        if (recipe.Backbone.Weights == BackboneRecipe.NoWeights)
            return null;
        if (recipe.Backbone.Weights != BackboneRecipe.ImageNetWeights)
            return recipe.Backbone.Weights;
        return ModelCatalog.Find(recipe.Backbone.Name).Found
            ?? throw new RequestException(
                $"Stage {recipe.Stage} starts from ImageNet weights, which are not here. "
                    + $"Fetch them once: argus models pull {recipe.Backbone.Name} (or --from FILE). "
                    + "From scratch, on purpose: backbone.weights=none"
            );
    }

    // The best checkpoint of the stage before, whose run lies beside this one.
    private string FindEarlierStage(Recipe recipe)
    {
        var earlier = RecipeLibrary.Default.AllRuns.First(run =>
            run.Specialist == recipe.Specialist && run.Stage == recipe.StartFrom
        );
        var runs = Path.GetDirectoryName(Path.GetFullPath(request.Folder))!;
        var best = new RunDirectory(Path.Combine(runs, earlier.LongName)).Best;
        var dataset = earlier.StageFile.Split('_')[^1].ToUpperInvariant();
        return Directory.Exists(best)
            ? best
            : throw new RequestException(
                $"Stage {recipe.Stage} continues stage {recipe.StartFrom}, but {best} does not exist. "
                    + $"Make it with: argus train {earlier.ShortName} --data {dataset}; or give --init CHECKPOINT."
            );
    }

    private sealed class Observers(RunDirectory run, string title, ITrainingObserver? other) : ITrainingObserver
    {
        private readonly RunJournal journal = new(run, title);

        public void Step(StepReport report)
        {
            journal.Step(report);
            other?.Step(report);
        }

        public void Epoch(EpochReport report)
        {
            journal.Epoch(report);
            other?.Epoch(report);
        }
    }
}
