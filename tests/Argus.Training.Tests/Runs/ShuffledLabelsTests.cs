using System.Text.Json;
using System.Text.Json.Nodes;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Metrics;
using Argus.Recipes;
using Argus.Tests;
using Argus.Training.Recipes;
using Argus.Training.Runs;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Runs;

/// <summary>
/// The quickstart's training with labels drawn by lot: whatever it finds then, it must know nothing about people it
/// never saw. Where test videos, or anything that tells their labels, leaked into training, it would.
/// </summary>
public class ShuffledLabelsTests
{
    private sealed class Nobody : ITrainingObserver
    {
        public void Step(StepReport report) { }

        public void Epoch(EpochReport report) { }
    }

    [Fact]
    public async Task With_shuffled_labels_the_test_AUC_is_about_a_half()
    {
        using var folder = new TemporaryFolder();
        await SampleDataset.WriteAsync(
            folder["data"],
            new SampleOptions
            {
                SizePixels = 64,
                Seconds = 0.4,
                Chunks = 1,
                Quads = new Dictionary<ForgeryKind, QuadCounts> { [ForgeryKind.Resolution] = new(10, 2, 10) },
            },
            SilentLog.Instance,
            CancellationToken.None
        );
        var root = folder["data", "dfdc"];
        Shuffle(Path.Combine(root, "dfdc_train_part_0", "metadata.json"));
        var shuffled = await TestAucAsync(root, folder["shuffled"]);
        Assert.InRange(shuffled, 0.3, 0.7);
    }

    private static async Task<double> TestAucAsync(string root, string output)
    {
        var merged = RecipeLibrary.Default.Load(
            RecipeLibrary.Default.Find("rr/1"),
            "smoke",
            [
                "data.layout=dfdc",
                "data.chunks=[0]",
                "model.image_size=64",
                "model.projection=128",
                "data.train_frames=4",
                "data.eval_frames=4",
                "train.keep=2",
                "train.device=cpu",
            ]
        );
        var recipe = merged.Recipe;
        var preparation = new Preparation(ModelInput.Create(recipe), null);
        var listing = DatasetLayout.Find("dfdc").Read(root, DatasetOptions.Create(recipe.Data));
        await preparation.RunAsync(
            await preparation.PlanAsync(
                listing,
                StoreOptions.Create(recipe),
                Path.Combine(output, "store"),
                DatasetShard.Whole
            ),
            2,
            null,
            CancellationToken.None
        );
        using var store = await Store.OpenAsync(Path.Combine(output, "store"));
        var run = new RunDirectory(Path.Combine(output, "run"));
        using (run.Open())
        using (var trainer = new Trainer(recipe, merged.ToYaml(), store, run, null, false, new Nobody()))
            await trainer.RunAsync(CancellationToken.None);

        using var model = CheckpointReference.Find(run.Folder).Load(CPU);
        var predictions = await Scoring.RunAsync(
            model,
            recipe,
            store,
            [.. store.Videos.Where(video => video.Split == Split.Test).Select(video => new JudgedVideo(video))],
            CPU,
            null,
            CancellationToken.None
        );
        return new RocCurve(
            [.. predictions.Select(p => p.Item.Label)],
            [.. predictions.Select(p => p.Probability)]
        ).Auc;
    }

    // Labels of training and validation videos change places; the group of each (its original) stays.
    private static void Shuffle(string metadata)
    {
        var entries = JsonNode.Parse(File.ReadAllText(metadata))!.AsObject();
        foreach (var side in new[] { Split.Train, Split.Validation })
        {
            var names = entries
                .Select(entry => entry.Key)
                .Where(name => OfficialSplits.Dfdc((string?)entries[name]!["original"] ?? name) == side)
                .ToList();
            var labels = names.Select(name => (string)entries[name]!["label"]!).ToList();
            KeyedRandom.Create("shuffle", 3, side).Shuffle(labels);
            for (var i = 0; i < names.Count; i++)
            {
                entries[names[i]]!["original"] ??= names[i];
                entries[names[i]]!["label"] = labels[i];
            }
        }
        File.WriteAllText(metadata, entries.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }
}
