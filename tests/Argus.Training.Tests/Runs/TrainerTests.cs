using System.Security.Cryptography;
using System.Text.Json;
using Argus.Data.Stores;
using Argus.Recipes;
using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Recipes;
using Argus.Training.Runs;
using Xunit;

namespace Argus.Training.Tests.Runs;

public class TrainerTests
{
    private sealed class Quiet(Action? onEpoch = null) : ITrainingObserver
    {
        public List<EpochReport> Epochs { get; } = [];

        public void Step(StepReport report) { }

        public void Epoch(EpochReport report)
        {
            Epochs.Add(report);
            onEpoch?.Invoke();
        }
    }

    [Theory]
    [InlineData("rr/1")] // cross-entropy
    [InlineData("rr/2")] // focal
    [InlineData("cm/4")] // batch-weighted, chunks, clipping
    [InlineData("tm/1", "train.precision=bf16")]
    public async Task A_run_trains_reports_every_epoch_and_leaves_whole_checkpoints(
        string name,
        params string[] settings
    )
    {
        using var folder = new TemporaryFolder();
        var merged = TinyStore.Recipe(name, [.. settings, "train.keep=2"]);
        var run = new RunDirectory(folder["run"]);
        var observer = new Quiet();
        var result = await TrainAsync(merged, run, observer);
        Assert.True(result.Finished);
        var epochs = name.EndsWith('4') ? 4 : 2;
        Assert.Equal(epochs, observer.Epochs.Count);
        Assert.Equal(name.EndsWith('4') ? [1, 1, 0, 0] : [null, null], observer.Epochs.Select(epoch => epoch.Chunk));
        Assert.All(observer.Epochs, epoch => Assert.True(double.IsFinite(epoch.TrainLoss)));
        Assert.All(observer.Epochs, epoch => Assert.NotNull(epoch.Validation.RocAuc));
        Assert.True(Directory.EnumerateDirectories(run.Checkpoints, "epoch-*").Count() <= 2);
        foreach (var link in new[] { run.Best, run.Last })
        {
            foreach (
                var file in new[]
                {
                    Checkpoint.ModelFile,
                    Checkpoint.OptimizerFile,
                    Checkpoint.StateFile,
                    Checkpoint.RecipeFile,
                }
            )
                Assert.True(File.Exists(Path.Combine(link, file)), $"{link}/{file}");
        }
        Assert.Equal(observer.Epochs.Max(epoch => epoch.Validation.RocAuc), result.BestAuc);
        var lines = File.ReadLines(run.Metrics)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("validation_auc", out _))
            .ToList();
        Assert.Equal(epochs, lines.Count);
        foreach (
            var key in new[]
            {
                "train_loss",
                "train_accuracy",
                "validation_accuracy_real",
                "validation_accuracy_fake",
                "validation_bias",
                "validation_f1_weighted",
                "validation_ap",
                "validation_eer",
            }
        )
            Assert.True(lines[^1].TryGetProperty(key, out _), key);
    }

    [Fact]
    public async Task Stopping_in_mid_epoch_and_resuming_ends_bit_for_bit_like_a_run_in_one_go()
    {
        using var folder = new TemporaryFolder();
        // Everything random is on: dropout, stochastic depth, attention dropout, augmentation, chunks.
        var merged = TinyStore.Recipe(
            "rr/4",
            "model.dropout=[0.3,0.2,0.1]",
            "model.attention_dropout=0.1",
            "backbone.stochastic_depth=0.2",
            "train.epochs=1"
        );
        var whole = new RunDirectory(folder["whole"]);
        await TrainAsync(merged, whole, new Quiet());

        var pieces = new RunDirectory(folder["pieces"]);
        var rounds = 0;
        var steps = -1;
        while (true)
        {
            // Cancelled before it starts, a round saves after its first step; where only the validation is left, that
            // is stopped too, and the next round may finish it and is stopped after the first step beyond.
            using var stop = new CancellationTokenSource();
            var stuck = rounds > 0 && Checkpoint.ReadState(pieces.Last).GlobalStep == steps;
            if (!stuck)
                await stop.CancelAsync();
            steps = rounds > 0 ? Checkpoint.ReadState(pieces.Last).GlobalStep : 0;
            var result = await TrainAsync(
                merged,
                pieces,
                new Quiet(stop.Cancel),
                resume: rounds > 0,
                cancel: stop.Token
            );
            rounds++;
            if (result.Finished)
                break;
            Assert.True(rounds < 100);
        }
        Assert.True(rounds > 4);
        Assert.Equal(Hash(whole), Hash(pieces));
        Assert.Equal(await File.ReadAllTextAsync(whole.Metrics), await File.ReadAllTextAsync(pieces.Metrics));
    }

    [Fact]
    public async Task A_ResNet_goes_on_bit_for_bit_where_it_stopped()
    {
        using var folder = new TemporaryFolder();
        var merged = TinyStore.Recipe("rr/1", "backbone.name=resnet18", "train.max_steps=2", "train.batch_size=7");
        var whole = new RunDirectory(folder["whole"]);
        await TrainAsync(merged, whole, new Quiet());
        var pieces = new RunDirectory(folder["pieces"]);
        using (var stop = new CancellationTokenSource())
        {
            await stop.CancelAsync();
            Assert.False((await TrainAsync(merged, pieces, new Quiet(), cancel: stop.Token)).Finished);
        }
        Assert.Equal(2, (await TrainAsync(merged, pieces, new Quiet(), resume: true)).GlobalStep);
        Assert.Equal(Hash(whole), Hash(pieces));
    }

    [Fact]
    public async Task Lines_and_folders_of_lost_work_disappear_on_resume()
    {
        using var folder = new TemporaryFolder();
        var merged = TinyStore.Recipe("rr/1");
        var run = new RunDirectory(folder["run"]);
        await TrainAsync(merged, run, new Quiet());
        var metrics = await File.ReadAllTextAsync(run.Metrics);
        await File.AppendAllTextAsync(run.Metrics, "{\"step\":99999}\n{\"half a li");
        Directory.CreateDirectory(Path.Combine(run.Checkpoints, ".partial-epoch-009-step-000000"));
        var result = await TrainAsync(merged, run, new Quiet(), resume: true);
        Assert.True(result.Finished);
        Assert.Equal(metrics, await File.ReadAllTextAsync(run.Metrics));
        Assert.Empty(Directory.EnumerateDirectories(run.Checkpoints, ".partial-*"));
    }

    [Fact]
    public async Task Another_recipe_is_not_resumed()
    {
        using var folder = new TemporaryFolder();
        var run = new RunDirectory(folder["run"]);
        await TrainAsync(TinyStore.Recipe("rr/1", "train.max_steps=1"), run, new Quiet());
        await Assert.ThrowsAsync<RequestException>(() =>
            TrainAsync(TinyStore.Recipe("rr/1", "train.epochs=9"), run, new Quiet(), resume: true)
        );
    }

    [Theory]
    [InlineData(Checkpoint.ModelFile)]
    [InlineData(Checkpoint.OptimizerFile)]
    [InlineData(Checkpoint.StateFile)]
    public async Task A_truncated_checkpoint_is_an_error_with_its_path(string file)
    {
        using var folder = new TemporaryFolder();
        var merged = TinyStore.Recipe("rr/1", "train.max_steps=1");
        var run = new RunDirectory(folder["run"]);
        await TrainAsync(merged, run, new Quiet());
        var path = Path.Combine(run.Last, file);
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..20]);
        var error = await Assert.ThrowsAnyAsync<ArgusException>(() =>
            TrainAsync(merged, run, new Quiet(), resume: true)
        );
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loss_that_is_no_number_stops_with_step_and_files_and_keeps_the_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var merged = TinyStore.Recipe("rr/1");
        var run = new RunDirectory(folder["run"]);
        using (var stop = new CancellationTokenSource())
        {
            await stop.CancelAsync();
            await TrainAsync(merged, run, new Quiet(), cancel: stop.Token); // one step, then saved
        }
        var weights = Path.Combine(run.Last, Checkpoint.ModelFile);
        using (var model = ModelFactory.Create(merged.Recipe))
        {
            Checkpoint.Load(run.Last, model, null);
            using (TorchSharp.torch.no_grad())
                model.state_dict()["classifier.12.bias"].fill_(float.NaN);
            SafeTensors.Write(weights, model.state_dict().Select(entry => (entry.Key, entry.Value)));
        }
        var before = Hash(run);
        var error = await Assert.ThrowsAsync<ArgusException>(() => TrainAsync(merged, run, new Quiet(), resume: true));
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
        Assert.Contains("step 1 ", error.Message, StringComparison.Ordinal);
        Assert.Contains(".mp4", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Hash(run));
    }

    [Fact]
    public async Task A_run_that_reached_its_limit_of_steps_has_nothing_left_to_do()
    {
        using var folder = new TemporaryFolder();
        var run = new RunDirectory(folder["run"]);
        var merged = TinyStore.Recipe("rr/1", "train.max_steps=2", "train.batch_size=7");
        Assert.Equal(2, (await TrainAsync(merged, run, new Quiet())).GlobalStep);
        var before = await File.ReadAllTextAsync(run.Metrics);
        Assert.Equal(2, (await TrainAsync(merged, run, new Quiet(), resume: true)).GlobalStep);
        Assert.Equal(before, await File.ReadAllTextAsync(run.Metrics));
    }

    [Fact]
    public async Task A_backbone_is_no_start_for_a_later_stage()
    {
        using var folder = new TemporaryFolder();
        var merged = TinyStore.Recipe("rr/2");
        using (var model = ModelFactory.Create(merged.Recipe))
            SafeTensors.Write(
                folder["backbone.safetensors"],
                model
                    .state_dict()
                    .Where(entry => entry.Key.StartsWith("backbone.", StringComparison.Ordinal))
                    .Select(entry => (entry.Key, entry.Value))
            );
        var error = await Assert.ThrowsAsync<ArgusException>(() =>
            TrainAsync(merged, new RunDirectory(folder["run"]), new Quiet(), initial: folder["backbone.safetensors"])
        );
        Assert.Contains("continues a whole one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_do_not_train_in_one_folder()
    {
        using var folder = new TemporaryFolder();
        var run = new RunDirectory(folder["run"]);
        using var held = run.Open();
        await Assert.ThrowsAsync<ArgusException>(() => TrainAsync(TinyStore.Recipe("rr/1"), run, new Quiet()));
    }

    [Fact]
    public async Task A_second_stage_starts_from_the_firsts_weights()
    {
        using var folder = new TemporaryFolder();
        var first = new RunDirectory(folder["first"]);
        await TrainAsync(TinyStore.Recipe("rr/1", "train.max_steps=2"), first, new Quiet());
        var second = new RunDirectory(folder["second"]);
        await TrainAsync(
            TinyStore.Recipe("rr/2", "train.max_steps=1", "optimizer.learning_rate=1e-9", "optimizer.weight_decay=0"),
            second,
            new Quiet(),
            initial: first.Best
        );
        using var before = Weights.Read(first.Best);
        using var after = Weights.Read(second.Last);
        const string name = "feature_projection.weight";
        Assert.InRange((before.Find(name)! - after.Find(name)!).abs().max().item<float>(), 0, 1e-7f);
    }

    private static async Task<TrainingResult> TrainAsync(
        MergedRecipe merged,
        RunDirectory run,
        Quiet observer,
        bool resume = false,
        string? initial = null,
        CancellationToken cancel = default
    )
    {
        using var store = await TinyStore.OpenAsync(merged.Recipe);
        using var held = run.Open();
        using var trainer = new Trainer(merged.Recipe, merged.ToYaml(), store, run, initial, resume, observer);
        return await trainer.RunAsync(cancel);
    }

    private static string Hash(RunDirectory run) =>
        Convert.ToHexString(
            SHA256.HashData([
                .. File.ReadAllBytes(Path.Combine(run.Last, Checkpoint.ModelFile)),
                .. File.ReadAllBytes(Path.Combine(run.Last, Checkpoint.OptimizerFile)),
            ])
        );
}
