using System.Diagnostics;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Metrics;
using Argus.Recipes;
using Argus.Scores;
using Argus.Specialists;
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

/// <summary>
/// The training loop. What it does depends on the recipe and the store alone: every draw follows from (seed, epoch,
/// step or clip), so a run that was killed and resumed ends with the same weights as one that was not.
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
    private readonly IReadOnlyDictionary<string, double> weights;
    private readonly SpecialistModel model;
    private readonly AdamW optimizer;
    private readonly string recipeHash;
    private readonly EpochPlan plan;
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
        this.recipe = recipe;
        this.recipeYaml = recipeYaml;
        this.store = store;
        this.run = run;
        this.observer = observer;
        recipeHash = RecipeHash(recipeYaml);
        weights = MixedDatasets.ParseWeights(recipe.Data.Weights);
        device = TorchDevice.Select(recipe.Train.Device);
        model = ModelFactory.Create(recipe);
        if (!resume && initial is not null)
        {
            using var weights = Weights.Read(initial);
            // A frozen backbone may be another specialist's, whose module and head are of another shape.
            var match = weights.CopyTo(model, recipe.Backbone.Frozen ? SpecialistModel.BackbonePrefix : "");
            if (match.Matched.Count == 0)
                throw new ArgusException(
                    $"{initial} holds no weight of this model. 'argus import' says what it holds."
                );
            // A backbone alone is where stage 1 starts; a later stage goes on from a whole model or not at all.
            if (recipe.StartFrom > 0 && match.Missing.Count > 0)
                throw new ArgusException(
                    $"{initial} lacks {match.Missing.Count} weights of this model (the first is "
                        + $"{match.Missing[0]}), but stage {recipe.Stage} continues a whole one. Give a checkpoint "
                        + $"of stage {recipe.StartFrom}."
                );
        }
        model.to(device);
        var learned = model.Learn(recipe.Data.ClipFrames);
        optimizer = new AdamW(learned.Parameters, learned.Idle) { WeightDecay = recipe.Optimizer.WeightDecay };
        schedule = new CosineWarmRestarts(
            recipe.Optimizer.LearningRate,
            recipe.Schedule.FirstPeriod,
            recipe.Schedule.Multiplier
        );
        storeHash = StoreHash();
        plan = new EpochPlan(recipe, Side(Split.Train));
        validation = JudgedVideo.Validation(recipe, store);
        if (validation.Select(video => video.Item.Label).Distinct().Count() < 2)
            throw new ArgusException(
                $"Validation needs both classes, but has {validation.Count(v => v.Item.Label == 0)} real and "
                    + $"{validation.Count(v => v.Item.Label == 1)} fake videos. 'argus data check' shows the split."
            );
        if (resume)
            Resume();
        else
            File.Delete(run.Metrics);
    }

    /// <summary>
    /// Trains until the recipe's end, or until <paramref name="cancel"/> asks to stop; then saves and returns.
    /// </summary>
    /// <exception cref="ArgusException">The loss is not finite, or a checkpoint could not be written.</exception>
    public async Task<TrainingResult> RunAsync(CancellationToken cancel)
    {
        lastSave = Stopwatch.GetTimestamp();
        var feeder = new Feeder(
            store,
            new ClipPreprocessing(ModelInput.Create(recipe)),
            recipe.Augment,
            recipe.Seed,
            recipe.Train.Workers
        );
        while (state.Epoch < plan.Chunks.Count && !AtLimit)
        {
            var index = state.Epoch;
            var chunk = plan.Chunks[index];
            optimizer.LearningRate = schedule.At(index);
            var order = BalancedSampler.Epoch(
                TrainVideos(chunk),
                recipe.Seed,
                index,
                forge: ForgePlan.Create(recipe, (double)index / plan.Chunks.Count),
                weights: weights
            );
            var steps = Feeder.Batches(order, recipe.Train.BatchSize).Count;
            var clock = Stopwatch.StartNew();
            var timed = 0;
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
                            plan.Chunks.Count,
                            state.Step,
                            steps,
                            state.GlobalStep,
                            chunk,
                            loss,
                            clock.Elapsed.TotalSeconds / timed,
                            feeder.Waited / clock.Elapsed
                        )
                    );
                    timed = 0;
                    feeder.Waited = TimeSpan.Zero;
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
        var logits = model.Logits(BatchInputs.Create(batch, recipe, device), batch.FramesPerClip);
        var loss = Losses.Compute(recipe.Loss, logits, labels);
        loss.backward();
        var norm =
            recipe.Optimizer.ClipNorm > 0
                ? optimizer.ClipGradients(recipe.Optimizer.ClipNorm)
                : optimizer.GradientNorm();
        var value = loss.item<float>();
        if (!float.IsFinite(value) || !double.IsFinite(norm))
        {
            throw new ArgusException(
                $"The loss became {value} and the gradient norm {norm} at step {state.GlobalStep} (epoch "
                    + $"{state.Epoch}), on "
                    + $"{string.Join(", ", batch.Samples.Select(sample => sample.Clip.Video.Item.Path).Distinct())}. "
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

    private async Task EndEpochAsync(int index, int? chunk, CancellationToken cancel)
    {
        var predictions = await Scoring.RunAsync(model, recipe, store, validation, device, null, cancel);
        var figures = BinaryMetrics.Compute(
            [.. predictions.Select(p => p.Item.Label)],
            [.. predictions.Select(p => p.Probability)]
        );
        var isBest = state.BestAuc is null || figures.RocAuc > state.BestAuc;
        var name = RunDirectory.CheckpointName(state.Epoch + 1, 0);
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
        Save(isBest ? Calibrate(predictions) : null);
        observer.Epoch(
            new EpochReport(
                index,
                plan.Chunks.Count,
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

    private Calibration Calibrate(IReadOnlyList<VideoPrediction> predictions) =>
        Calibration.Fit(
            [.. predictions.Select(video => video.ToLabelled())],
            $"validation videos of {recipe.Data.Layout}"
        );

    private void Save(Calibration? calibration = null)
    {
        var name = RunDirectory.CheckpointName(state.Epoch, state.Step);
        state = state with
        {
            RecipeHash = recipeHash,
            StoreHash = storeHash,
            Chunk = state.Epoch < plan.Chunks.Count ? plan.Chunks[state.Epoch] : null,
        };
        Checkpoint.Save(run.CheckpointFolder(name), model, optimizer, state, recipeYaml, calibration);
        run.PointToLast(name);
        if (state.BestCheckpoint is { } best)
            run.PointToBest(best);
        run.Prune(recipe.Train.Keep);
        lastSave = Stopwatch.GetTimestamp();
    }

    private void Resume()
    {
        state = Checkpoint.ReadState(run.Last);
        if (state.RecipeHash != recipeHash)
            throw new RequestException(
                $"{run.Folder} was trained with another recipe ({run.Recipe}). Resume without changes, or "
                    + "start anew in another --run."
            );
        if (state.StoreHash != storeHash)
            throw new RequestException(
                $"The store does not hold what it held when {run.Folder} was trained (videos came or went), so "
                    + "the run cannot go on where it stopped. Start anew in another --run, from its weights if you "
                    + $"like: --init {run.Best}"
            );
        Checkpoint.Load(run.Last, model, optimizer);
        // A kill between the two links leaves the older "best"; the state knows better.
        if (state.BestCheckpoint is { } best)
            run.PointToBest(best);
        run.CutMetrics(state.MetricsBytes);
    }

    /// <summary>
    /// Parts that are present but not trained on, with the reason; for whoever starts the run to say.
    /// </summary>
    public IReadOnlyList<string> SkippedChunks { get; private set; } = [];

    private string StoreHash()
    {
        var videos = store
            .Videos.Where(video => video.Split != Split.Test)
            .Select(video => $"{video.Item.Key} {video.Split} {video.Item.Label} {video.Clips.Count}");
        return $"{KeyedRandom.Key([.. videos]):x16}";
    }

    private List<StoredVideo> TrainVideos(int? chunk) =>
        [.. Side(Split.Train).Where(video => chunk is null || video.Item.Chunk == chunk)];

    /// <summary>
    /// Videos of training and validation that the specialist cannot judge, with the reason; they are left out.
    /// </summary>
    public IReadOnlyList<AbstainedVideo> Abstained =>
        new StoreSuitability(recipe, store.Videos.Where(video => video.Split != Split.Test)).Abstained;

    private List<StoredVideo> Side(Split side) =>
        [.. new StoreSuitability(recipe, store.Videos.Where(video => video.Split == side)).Suitable];

    private static string RecipeHash(string yaml) => $"{KeyedRandom.Key(yaml):x16}";
}
