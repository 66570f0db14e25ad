using Argus.Datasets;
using Argus.Pretrained;
using Argus.Recipes;
using Argus.Stores;
using Argus.Training.Runs;

namespace Argus.Cli;

/// <summary>One run from data to checkpoint.</summary>
internal sealed record TrainRequest(
    MergedRecipe Recipe,
    string? Data,
    string? Store,
    string Run,
    string? Init,
    bool Resume
)
{
    public string StoreRoot { get; init; } = StoreStep.DefaultRoot;

    /// <summary>Whether the user gave settings or a profile of their own.</summary>
    public bool HasSettings { get; init; }
}

internal static class TrainStep
{
    public const string DefaultRuns = "runs";

    public static async Task<TrainingResult> RunAsync(TrainRequest request, CancellationToken cancel)
    {
        var run = new RunDirectory(request.Run);
        var resume = request.Resume && run.HasCheckpoint;
        if (!request.Resume && run.HasCheckpoint)
            throw new RequestException(
                $"{request.Run} already holds a run. Continue it with --resume, or choose another folder with --run."
            );
        if (request.Resume && !resume)
            Terminal.Note($"{request.Run} holds no checkpoint yet; the run starts from the beginning.");
        var yaml = resume ? SavedRecipe(request, run) : request.Recipe.ToYaml();
        var recipe = resume ? RecipeLibrary.ReadMerged(run.Recipe) : request.Recipe.Recipe;
        // What would fail later is found before hours of preparation.
        var initial = resume ? null : InitialWeights(request);
        if (initial is not null && !Directory.Exists(initial) && !File.Exists(initial))
            throw new RequestException($"{initial} does not exist.");

        var folder = request.Data is not null
            ? (
                await StoreStep.PrepareAsync(
                    recipe,
                    request.Data,
                    request.Store,
                    [Split.Train, Split.Validation],
                    cancel,
                    request.StoreRoot
                )
            ).Folder
            : request.Store
                ?? throw new RequestException(
                    "Training needs --data DIR (a dataset) or --store DIR (what 'argus data prepare' made)."
                );
        using var store = await Store.OpenAsync(folder, StoreOptions.Of(recipe));

        using var held = run.Open();
        if (!resume)
            WholeFile.Write(run.Recipe, yaml);
        EnvironmentRecord.Write(run.Folder);
        Terminal.Line(
            $"{request.Recipe.Run.LongName}: {store.Videos.Count(v => v.Split == Split.Train)} training and {store.Videos.Count(v => v.Split == Split.Validation)} validation videos -> {request.Run}{(resume ? ", resumed" : "")}"
        );
        using var trainer = new Trainer(
            recipe,
            yaml,
            store,
            run,
            initial,
            resume,
            new ConsoleObserver(new RunJournal(run, request.Recipe.Run.LongName))
        );
        foreach (
            var reason in trainer
                .Abstained.GroupBy(entry => entry.Reason)
                .OrderByDescending(reason => reason.Count())
                .Take(5)
        )
            Terminal.Error(
                $"{recipe.Specialist} abstains from {reason.Count()} videos: {reason.Key}, e.g. {reason.First().Video.Item.Path}"
            );
        foreach (var skipped in trainer.SkippedChunks)
            Terminal.Error($"not trained on: {skipped}");
        var result = await trainer.RunAsync(cancel);
        if (!result.Finished)
            Terminal.Error(
                $"Stopped at step {result.GlobalStep}; the checkpoint is saved. Continue with: {ResumeCommand(request)}"
            );
        return result;
    }

    // A resumed run keeps the recipe it was begun with; settings that say otherwise are refused.
    private static string SavedRecipe(TrainRequest request, RunDirectory run)
    {
        var saved = RecipeLibrary.ReadMerged(run.Recipe);
        if ((saved.Specialist, saved.Stage) != (request.Recipe.Run.Specialist, request.Recipe.Run.Stage))
            throw new RequestException(
                $"{request.Run} is a run of {saved.Specialist}/{saved.Stage}, not of {request.Recipe.Run.ShortName}. Choose another --run."
            );
        var yaml = File.ReadAllText(run.Recipe);
        if (request.HasSettings && yaml != request.Recipe.ToYaml())
            throw new RequestException(
                $"A resumed run keeps its recipe ({run.Recipe}); leave the settings out, or start anew in another --run."
            );
        return yaml;
    }

    private static string ResumeCommand(TrainRequest request)
    {
        static string Quoted(string path) =>
            path.All(c => char.IsLetterOrDigit(c) || "/._-+".Contains(c)) ? path : $"'{path.Replace("'", "'\\''")}'";
        var (data, store) = (
            request.Data is null ? "" : $" --data {Quoted(request.Data)}",
            request.Store is null ? "" : $" --store {Quoted(request.Store)}"
        );
        return $"argus train {request.Recipe.Run.ShortName} --run {Quoted(request.Run)} --resume{data}{store}";
    }

    private static string? InitialWeights(TrainRequest request)
    {
        var recipe = request.Recipe.Recipe;
        if (request.Init is not null)
            return request.Init;
        if (recipe.StartFrom > 0)
        {
            var earlier = RecipeLibrary.Default.Runs.First(run =>
                run.Specialist == recipe.Specialist && run.Stage == recipe.StartFrom
            );
            var best = new RunDirectory(
                Path.Combine(Path.GetDirectoryName(Path.GetFullPath(request.Run))!, earlier.LongName)
            ).Best;
            return Directory.Exists(best)
                ? best
                : throw new RequestException(
                    $"Stage {recipe.Stage} continues stage {recipe.StartFrom}, but {best} does not exist. Make it with: argus train {earlier.ShortName} --data {earlier.StageFile.Split('_')[^1].ToUpperInvariant()}; or give --init CHECKPOINT."
                );
        }
        return recipe.Backbone.Weights switch
        {
            "none" => null,
            "imagenet" => ModelCatalog.Named(recipe.Backbone.Name) is { IsThere: true } model
                ? model.Path
                : throw new RequestException(
                    $"Stage {recipe.Stage} starts from ImageNet weights, which are not here. Fetch them once: argus models pull {recipe.Backbone.Name} (or --from FILE). From scratch, on purpose: backbone.weights=none"
                ),
            var file => file,
        };
    }

    /// <summary>Prints progress, and passes it on to the run's journal.</summary>
    private sealed class ConsoleObserver(ITrainingObserver journal) : ITrainingObserver
    {
        public void Step(StepReport report)
        {
            journal.Step(report);
            Terminal.Line(
                $"  epoch {report.Epoch + 1}/{report.Epochs}{Chunk(report.Chunk)}  step {report.Step}/{report.Steps}  loss {report.Loss:0.0000}  {report.SecondsPerStep:0.00} s/step  data wait {report.DataWaitShare:0.0%}"
            );
        }

        public void Epoch(EpochReport report)
        {
            journal.Epoch(report);
            var v = report.Validation;
            Terminal.Line(
                $"  epoch {report.Epoch + 1}/{report.Epochs}{Chunk(report.Chunk)}  train loss {report.TrainLoss:0.0000}  validation: video AUC {v.RocAuc:0.000}  AP {v.AveragePrecision:0.000}  EER {v.EqualErrorRate:0.000}  real {v.RealAccuracy:0.00}  fake {v.FakeAccuracy:0.00}  F1 {v.WeightedF1:0.00}{(report.IsBest ? "  best" : "")}"
            );
        }

        private static string Chunk(int? chunk) => chunk is null ? "" : $" (part {chunk})";
    }
}
