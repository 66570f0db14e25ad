using System.Text.Json;
using Argus.Data.Stores;
using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Runs;
using Xunit;

namespace Argus.Training.Tests.Runs;

/// <summary>
/// Cloud storage, zip files and FAT lose the links <c>best</c> and <c>last</c>, or make something else of them: what a
/// run holds is known from its checkpoints.
/// </summary>
public sealed class LostLinksTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RunDirectory run;

    public LostLinksTests()
    {
        run = new RunDirectory(folder["run"]);
        AddCheckpoint(epoch: 1, globalStep: 10, best: "epoch-001-step-000000");
        AddCheckpoint(epoch: 2, globalStep: 20, best: "epoch-001-step-000000");
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("text")]
    [InlineData("copies")]
    [InlineData("dangling")]
    [InlineData("swapped")]
    public void Best_and_last_are_found_whatever_became_of_their_links(string how)
    {
        foreach (var (link, target) in new[] { ("best", "epoch-001-step-000000"), ("last", "epoch-002-step-000000") })
        {
            var path = Path.Combine(run.Checkpoints, link);
            switch (how)
            {
                case "text":
                    File.WriteAllText(path, target);
                    break;
                case "copies":
                    Directory.CreateDirectory(path);
                    foreach (var file in Directory.EnumerateFiles(run.CheckpointFolder(target)))
                        File.Copy(file, Path.Combine(path, Path.GetFileName(file)));
                    break;
                case "dangling":
                    File.CreateSymbolicLink(path, "epoch-009-step-000000");
                    break;
                case "swapped":
                    File.CreateSymbolicLink(path, link == "best" ? "epoch-002-step-000000" : "epoch-001-step-000000");
                    break;
            }
        }
        Assert.True(run.HasCheckpoint);
        Assert.Equal(20, Checkpoint.ReadState(run.Last).GlobalStep);
        Assert.Equal(10, Checkpoint.ReadState(run.Best).GlobalStep);
        using (run.Open())
        {
            Assert.Equal("epoch-002-step-000000", new FileInfo(Path.Combine(run.Checkpoints, "last")).LinkTarget);
            Assert.Equal("epoch-001-step-000000", new FileInfo(Path.Combine(run.Checkpoints, "best")).LinkTarget);
            Assert.Equal(2, Directory.EnumerateDirectories(run.Checkpoints, "epoch-*").Count());
        }
    }

    [Fact]
    public void A_run_of_which_only_copies_are_left_gets_its_names_back()
    {
        Directory.Move(run.CheckpointFolder("epoch-001-step-000000"), Path.Combine(run.Checkpoints, "best"));
        Directory.Move(run.CheckpointFolder("epoch-002-step-000000"), Path.Combine(run.Checkpoints, "last"));
        Assert.Equal(10, Checkpoint.ReadState(run.Best).GlobalStep);
        using (run.Open())
        {
            Assert.Equal("epoch-002-step-000000", Path.GetFileName(run.Last));
            Assert.Equal("epoch-001-step-000000", Path.GetFileName(run.Best));
        }
    }

    [Fact]
    public void A_checkpoint_that_was_copied_in_part_is_not_the_newest_whole_one()
    {
        using (
            var model = File.OpenWrite(
                Path.Combine(run.CheckpointFolder("epoch-002-step-000000"), Checkpoint.ModelFile)
            )
        )
            model.SetLength(model.Length - 1);
        Assert.Equal(10, Checkpoint.ReadState(run.Last).GlobalStep);
        Assert.Equal([run.CheckpointFolder("epoch-002-step-000000")], run.FindDamaged());
    }

    [Fact]
    public async Task Training_goes_on_from_the_newest_checkpoint_and_is_not_begun_anew()
    {
        var merged = TinyStore.Recipe("rr/1");
        var whole = new RunDirectory(folder["whole"]);
        await TrainAsync(whole, resume: false, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var stopped = new RunDirectory(folder["stopped"]);
        var steps = (await TrainAsync(stopped, resume: false, stop.Token)).GlobalStep;
        foreach (var link in new[] { "best", "last" })
            File.Delete(Path.Combine(stopped.Checkpoints, link));
        Assert.True(steps > 0);
        await TrainAsync(stopped, resume: true, CancellationToken.None);
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(whole.Last, Checkpoint.ModelFile)),
            await File.ReadAllBytesAsync(Path.Combine(stopped.Last, Checkpoint.ModelFile))
        );

        async Task<TrainingResult> TrainAsync(RunDirectory run, bool resume, CancellationToken cancel)
        {
            using var store = await TinyStore.OpenAsync(merged.Recipe);
            using var held = run.Open();
            using var trainer = new Trainer(merged.Recipe, merged.ToYaml(), store, run, null, resume, new Silent());
            return await trainer.RunAsync(cancel);
        }
    }

    [Fact]
    public async Task A_new_run_is_refused_where_one_is_whose_links_are_gone()
    {
        var request = new TrainRequest(TinyStore.Recipe("rr/1"), Data: null, Store: null, run.Folder);
        await Assert.ThrowsAsync<RequestException>(() => new TrainRun(request, new SilentLog()).RunAsync(default));
        Assert.Equal(2, Directory.EnumerateFileSystemEntries(run.Checkpoints).Count());
    }

    private void AddCheckpoint(int epoch, int globalStep, string best)
    {
        var checkpoint = run.CheckpointFolder($"epoch-{epoch:000}-step-000000");
        Directory.CreateDirectory(checkpoint);
        using var weight = TorchSharp.torch.zeros(4);
        SafeTensors.Write(Path.Combine(checkpoint, Checkpoint.ModelFile), [("weight", weight)]);
        File.WriteAllText(
            Path.Combine(checkpoint, Checkpoint.StateFile),
            JsonSerializer.Serialize(
                new
                {
                    epoch,
                    step = 0,
                    global_step = globalStep,
                    best_checkpoint = best,
                }
            )
        );
    }

    private sealed class Silent : ITrainingObserver
    {
        public void Step(StepReport report) { }

        public void Epoch(EpochReport report) { }
    }

    public void Dispose() => folder.Dispose();
}
