using System.Diagnostics;
using Argus.Datasets;
using Argus.Evaluations;
using Argus.Imaging;
using Argus.Metrics;
using Argus.Randomness;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Stores;
using Argus.Training.Checkpoints;
using Argus.Training.Feeding;
using Argus.Training.Models;
using Argus.Training.Native;
using Argus.Training.Optimization;
using Argus.Views;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Argus.Training.Runs;

/// <summary>What the loop tells whoever watches it.</summary>
public interface ITrainingObserver
{
    void Step(StepReport report);
    void Epoch(EpochReport report);
}

public sealed record StepReport(
    int Epoch,
    int Epochs,
    int Step,
    int Steps,
    int GlobalStep,
    int? Chunk,
    double Loss,
    double SecondsPerStep,
    double DataWaitShare
);

public sealed record EpochReport(
    int Epoch,
    int Epochs,
    int? Chunk,
    int GlobalStep,
    double LearningRate,
    double TrainLoss,
    BinaryMetrics Validation,
    IReadOnlyList<VideoPrediction> Predictions,
    bool IsBest,
    IReadOnlyDictionary<string, double?> Metrics
);

/// <summary>How a run ended.</summary>
public sealed record TrainingResult(bool Finished, int GlobalStep, double? BestAuc, string Folder);

/// <summary>
/// The training loop. What it does depends on the recipe and the store alone: every draw follows from (seed, epoch, step or
/// clip), so a run that was killed and resumed ends with the same weights as one that was not.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const int StepsPerMetricsLine = 10;

    private readonly Recipe recipe;
    private readonly string recipeYaml;
    private readonly Store store;
    private readonly RunDirectory run;
    private readonly ITrainingObserver observer;
    private readonly Device device;
    private readonly SpecialistModel model;
    private readonly AdamW optimizer;
    private readonly string recipeHash;
    private readonly List<(int Index, int? Chunk)> epochs;
    private readonly IReadOnlyList<JudgedVideo> validation;
    private readonly CosineWarmRestarts schedule;
    private readonly string storeHash;

    private TrainState state = new();
    private long lastSave;

    /// <param name="initial">Weights to start from; null for none. Not read when a run is resumed.</param>
    /// <exception cref="ArgusException">A class or a side of the split is empty, or weights do not fit.</exception>
    public Trainer(
        Recipe recipe,
        string recipeYaml,
        Store store,
        RunDirectory run,
        string? initial,
        bool resume,
        ITrainingObserver observer
    )
    {
        (this.recipe, this.recipeYaml, this.store, this.run, this.observer) = (
            recipe,
            recipeYaml,
            store,
            run,
            observer
        );
        recipeHash = RecipeHash(recipeYaml);
        device = TorchDevice.For(recipe.Train.Device);
        if (Environment.GetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_") is null)
            Allocator.KeepFreedMemory();
        model = ModelFactory.Create(recipe);
        if (!resume && initial is not null)
        {
            using var weights = Weights.Read(initial);
            var match = weights.CopyTo(model);
            if (match.Matched.Count == 0)
                throw new ArgusException(
                    $"{initial} holds no weight of this model. 'argus import' says what it holds."
                );
            // A backbone alone is where stage 1 starts; a later stage goes on from a whole model or not at all.
            if (recipe.StartFrom > 0 && match.Missing.Count > 0)
                throw new ArgusException(
                    $"{initial} lacks {match.Missing.Count} weights of this model (the first is {match.Missing[0]}), but stage {recipe.Stage} continues a whole one. Give a checkpoint of stage {recipe.StartFrom}."
                );
        }
        model.to(device);
        optimizer = new AdamW(model.named_parameters().Select(p => (p.name, (Parameter)p.parameter)))
        {
            WeightDecay = recipe.Optimizer.WeightDecay,
        };
        schedule = new CosineWarmRestarts(
            recipe.Optimizer.LearningRate,
            recipe.Schedule.FirstPeriod,
            recipe.Schedule.Multiplier
        );
        storeHash = StoreHash();
        epochs = PlanEpochs();
        validation = JudgedVideo.Validation(recipe, store);
        if (validation.Select(video => video.Item.Label).Distinct().Count() < 2)
            throw new ArgusException(
                $"Validation needs both classes, but has {validation.Count(v => v.Item.Label == 0)} real and {validation.Count(v => v.Item.Label == 1)} fake videos. 'argus data check' shows the split."
            );
        if (resume)
            Resume();
        else
            File.Delete(run.Metrics);
    }

    /// <summary>Trains until the recipe's end, or until <paramref name="cancel"/> asks to stop; then saves and returns.</summary>
    /// <exception cref="ArgusException">The loss is not finite, or a checkpoint could not be written.</exception>
    public async Task<TrainingResult> RunAsync(CancellationToken cancel)
    {
        lastSave = Stopwatch.GetTimestamp();
        var feeder = new Feeder(
            store,
            new ClipPreprocessing(RecipeInput.From(recipe)),
            recipe.Augment,
            recipe.Seed,
            recipe.Train.Workers
        );
        while (state.Epoch < epochs.Count && !AtLimit)
        {
            var (index, chunk) = epochs[state.Epoch];
            optimizer.LearningRate = schedule.At(index);
            var order = BalancedSampler.Epoch(
                TrainVideos(chunk),
                recipe.Seed,
                index,
                forge: ForgePlan.Of(recipe, (double)index / epochs.Count)
            );
            var steps = Feeder.Batches(order, recipe.Train.BatchSize).Count;
            var (clock, timed) = (Stopwatch.StartNew(), 0);
            feeder.Waited = TimeSpan.Zero;
            await foreach (
                var batch in feeder.ReadAsync(order, index, recipe.Train.BatchSize, state.Step, CancellationToken.None)
            )
            {
                var loss = Step(batch);
                timed++;
                if (state.GlobalStep % StepsPerMetricsLine == 0)
                {
                    state = state with
                    {
                        MetricsBytes = run.AppendMetrics(
                            new Dictionary<string, object?>
                            {
                                ["step"] = state.GlobalStep,
                                ["epoch"] = index,
                                ["loss"] = loss,
                            }
                        ),
                    };
                    observer.Step(
                        new StepReport(
                            index,
                            epochs.Count,
                            state.Step,
                            steps,
                            state.GlobalStep,
                            chunk,
                            loss,
                            clock.Elapsed.TotalSeconds / timed,
                            feeder.Waited / clock.Elapsed
                        )
                    );
                    (timed, feeder.Waited) = (0, TimeSpan.Zero);
                    clock.Restart();
                }
                if (AtLimit)
                    break;
                if (cancel.IsCancellationRequested)
                    return Stopped();
                if (Stopwatch.GetElapsedTime(lastSave).TotalMinutes >= recipe.Train.CheckpointMinutes)
                    Save();
            }
            try
            {
                await EndEpochAsync(index, chunk, cancel);
            }
            catch (OperationCanceledException)
            {
                return Stopped();
            }
        }
        return new TrainingResult(true, state.GlobalStep, state.BestAuc, run.Folder);
    }

    private bool AtLimit => recipe.Train.MaxSteps > 0 && state.GlobalStep >= recipe.Train.MaxSteps;

    private TrainingResult Stopped()
    {
        Save();
        return new TrainingResult(false, state.GlobalStep, state.BestAuc, run.Folder);
    }

    public void Dispose()
    {
        optimizer.Dispose();
        model.Dispose();
    }

    private double Step(Batch batch)
    {
        using var owned = batch;
        using var scope = NewDisposeScope();
        // Dropout and stochastic depth of this step, whatever came before it in this process.
        random.manual_seed((long)(KeyedRandom.Key("step", recipe.Seed, state.GlobalStep) >> 1));
        model.train();
        optimizer.ZeroGradients();
        var labels = batch.Labels.On(device);
        var logits = model.Logits(Precision.Inputs(batch, recipe, device), batch.FramesPerClip);
        var loss = Loss(logits, labels);
        loss.backward();
        var norm =
            recipe.Optimizer.ClipNorm > 0
                ? optimizer.ClipGradients(recipe.Optimizer.ClipNorm)
                : optimizer.GradientNorm();
        var value = loss.item<float>();
        if (!float.IsFinite(value) || !double.IsFinite(norm))
        {
            throw new ArgusException(
                $"The loss became {value} and the gradient norm {norm} at step {state.GlobalStep} (epoch {state.Epoch}), on {string.Join(", ", batch.Samples.Select(sample => sample.Clip.Video.Item.Path).Distinct())}. "
                    + $"The last checkpoint is intact; look at these files, or take a smaller optimizer.learning_rate."
            );
        }
        optimizer.Step();

        var hits = logits.argmax(1).eq(labels).cpu().data<bool>().ToArray();
        var sums = state.Sums with { Loss = state.Sums.Loss + value * batch.Samples.Count };
        for (var i = 0; i < hits.Length; i++)
        {
            var right = hits[i] ? 1 : 0;
            sums =
                batch.Samples[i].Label == 0
                    ? sums with
                    {
                        Real = sums.Real + 1,
                        RealRight = sums.RealRight + right,
                    }
                    : sums with
                    {
                        Fake = sums.Fake + 1,
                        FakeRight = sums.FakeRight + right,
                    };
        }
        state = state with { Step = state.Step + 1, GlobalStep = state.GlobalStep + 1, Sums = sums };
        return value;
    }

    private Tensor Loss(Tensor logits, Tensor labels) =>
        recipe.Loss.Name switch
        {
            "focal" => Losses.Focal(logits, labels, recipe.Loss.FocalAlpha, recipe.Loss.FocalGamma),
            "batch_weighted" => Losses.BatchWeighted(logits, labels),
            _ => Losses.CrossEntropy(logits, labels),
        };

    private async Task EndEpochAsync(int index, int? chunk, CancellationToken cancel)
    {
        var predictions = await Scoring.RunAsync(model, recipe, store, validation, device, null, cancel);
        var figures = BinaryMetrics.Of(
            [.. predictions.Select(p => p.Item.Label)],
            [.. predictions.Select(p => p.Probability)]
        );
        var isBest = state.BestAuc is null || figures.RocAuc > state.BestAuc;
        var name = CheckpointName(state.Epoch + 1, 0);
        var sums = state.Sums;
        var metrics = new Dictionary<string, double?>
        {
            ["train_loss"] = sums.Loss / sums.Count,
            ["train_accuracy"] = (double)(sums.RealRight + sums.FakeRight) / sums.Count,
            ["train_accuracy_real"] = sums.Real > 0 ? (double)sums.RealRight / sums.Real : null,
            ["train_accuracy_fake"] = sums.Fake > 0 ? (double)sums.FakeRight / sums.Fake : null,
            ["validation_accuracy"] = figures.Accuracy,
            ["validation_accuracy_real"] = figures.RealAccuracy,
            ["validation_accuracy_fake"] = figures.FakeAccuracy,
            ["validation_bias"] = figures.Bias,
            ["validation_f1_weighted"] = figures.WeightedF1,
            ["validation_auc"] = figures.RocAuc,
            ["validation_ap"] = figures.AveragePrecision,
            ["validation_eer"] = figures.EqualErrorRate,
            ["learning_rate"] = optimizer.LearningRate,
        };
        var line = new Dictionary<string, object?>
        {
            ["step"] = state.GlobalStep,
            ["epoch"] = index,
            ["chunk"] = chunk,
        };
        foreach (var (key, value) in metrics)
            line[key] = value;
        state = state with
        {
            Epoch = state.Epoch + 1,
            Step = 0,
            Sums = new RunningSums(),
            MetricsBytes = run.AppendMetrics(line),
            Metrics = metrics,
            BestAuc = isBest ? figures.RocAuc : state.BestAuc,
            BestCheckpoint = isBest ? name : state.BestCheckpoint,
        };
        Save();
        if (isBest)
            Calibration.Fit(predictions, $"validation videos of {recipe.Data.Layout}").Write(run.Best);
        observer.Epoch(
            new EpochReport(
                index,
                epochs.Count,
                chunk,
                state.GlobalStep,
                optimizer.LearningRate,
                metrics["train_loss"]!.Value,
                figures,
                predictions,
                isBest,
                metrics
            )
        );
    }

    private void Save()
    {
        var name = CheckpointName(state.Epoch, state.Step);
        state = state with
        {
            RecipeHash = recipeHash,
            StoreHash = storeHash,
            Chunk = state.Epoch < epochs.Count ? epochs[state.Epoch].Chunk : null,
        };
        Checkpoint.Save(run.CheckpointFolder(name), model, optimizer, state, recipeYaml);
        run.PointTo("last", name);
        if (state.BestCheckpoint is { } best)
            run.PointTo("best", best);
        run.Prune(recipe.Train.Keep);
        lastSave = Stopwatch.GetTimestamp();
    }

    private void Resume()
    {
        state = Checkpoint.ReadState(run.Last);
        if (state.RecipeHash != recipeHash)
            throw new RequestException(
                $"{run.Folder} was trained with another recipe ({run.Recipe}). Resume without changes, or start anew in another --run."
            );
        if (state.StoreHash != storeHash)
            throw new RequestException(
                $"The store does not hold what it held when {run.Folder} was trained (videos came or went), so the run cannot go on where it stopped. Start anew in another --run, from its weights if you like: --init {run.Best}"
            );
        Checkpoint.Load(run.Last, model, optimizer);
        // A kill between the two links leaves the older "best"; the state knows better.
        if (state.BestCheckpoint is { } best)
            run.PointTo("best", best);
        run.CutMetrics(state.MetricsBytes);
    }

    /// <summary>Parts that are present but not trained on, with the reason; for whoever starts the run to say.</summary>
    public IReadOnlyList<string> SkippedChunks { get; private set; } = [];

    private List<(int, int?)> PlanEpochs()
    {
        var classes = Side(Split.Train)
            .Where(video => video.Item.Chunk is not null)
            .GroupBy(video => video.Item.Chunk!.Value)
            .ToDictionary(
                chunk => chunk.Key,
                chunk => recipe.Forge.Probability == 1 ? 2 : chunk.Select(video => video.Item.Label).Distinct().Count()
            );
        var usable = recipe.Data.Chunks.Where(chunk => classes.GetValueOrDefault(chunk) == 2).ToList();
        SkippedChunks =
        [
            .. classes
                .Keys.Except(usable)
                .Order()
                .Select(chunk =>
                    recipe.Data.Chunks.Contains(chunk)
                        ? $"part {chunk}: its training side has one class only"
                        : $"part {chunk}: not in data.chunks"
                ),
        ];
        IEnumerable<int?> chunks = classes.Count == 0 ? [null] : usable.Cast<int?>();
        var plan = chunks
            .SelectMany(chunk => Enumerable.Repeat(chunk, recipe.Train.Epochs))
            .Select((chunk, index) => (index, chunk))
            .ToList();
        return plan.Count > 0
            ? plan
            : throw new ArgusException(
                $"No part can be trained on: {string.Join("; ", SkippedChunks)}. Set data.chunks, or get more parts."
            );
    }

    private string StoreHash() =>
        $"{KeyedRandom.Key([.. store.Videos.Where(video => video.Split != Split.Test).Select(video => $"{video.Item.Key} {video.Split} {video.Item.Label} {video.Clips.Count}")]):x16}";

    private List<StoredVideo> TrainVideos(int? chunk) =>
        [.. Side(Split.Train).Where(video => chunk is null || video.Item.Chunk == chunk)];

    /// <summary>Videos of training and validation that the specialist cannot judge, with the reason; they are left out.</summary>
    public IReadOnlyList<(StoredVideo Video, string Reason)> Abstained =>
        Suitability.Split(recipe, store.Videos.Where(video => video.Split != Split.Test)).Abstained;

    private List<StoredVideo> Side(Split side) =>
        Suitability.Split(recipe, store.Videos.Where(video => video.Split == side)).Suitable;

    private static string CheckpointName(int epoch, int step) => $"epoch-{epoch:000}-step-{step:000000}";

    private static string RecipeHash(string yaml) => $"{KeyedRandom.Key(yaml):x16}";
}
