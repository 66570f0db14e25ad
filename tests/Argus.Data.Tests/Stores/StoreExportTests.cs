using System.Text.Json;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Tests;
using OpenCvSharp;
using Xunit;

namespace Argus.Data.Tests.Stores;

public class StoreExportTests
{
    [Fact]
    public async Task What_DeepfakeBench_is_given_reads_back_the_same()
    {
        using var folder = new TemporaryFolder();
        using var store = await PrepareAsync(folder);
        var file = StoreExport.WriteDeepfakeBench(store, folder["out"], "Mine", null);
        var listing = DatasetLayout.Find("deepfakebench").Read(file, new DatasetOptions(ValidationShare: 0));
        Assert.Equal(
            store.Videos.Select(video => (video.Item.Key, video.Item.Label, video.Split)).Order(),
            listing.Items.Select(item => (item.Id, item.Label, item.Split!.Value)).Order()
        );
        foreach (var item in listing.Items)
        {
            var video = store.Videos.Single(one => one.Item.Key == item.Id);
            var pictures = PictureSequence.Files(listing.FullPath(item));
            Assert.Equal(video.Clips.Count, pictures.Count);
            Assert.Equal(store.Read(video, video.Clips[1].Frames[0]), await File.ReadAllBytesAsync(pictures[1]));
        }
    }

    // As the imagefolder builder reads it: every line names a file beside it, and the label.
    [Fact]
    public async Task Hugging_Face_finds_a_line_for_every_picture()
    {
        using var folder = new TemporaryFolder();
        using var store = await PrepareAsync(folder);
        StoreExport.WriteHuggingFace(store, folder["out"], null);
        Assert.Equal(["test", "train"], Directory.GetDirectories(folder["out"]).Select(Path.GetFileName).Order());
        foreach (var side in new[] { "test", "train" })
        {
            var lines = await File.ReadAllLinesAsync(folder["out", side, "metadata.jsonl"]);
            var rows = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
            Assert.Equal(
                Directory.GetFiles(folder["out", side], "*.png", SearchOption.AllDirectories).Length,
                rows.Count
            );
            Assert.All(
                rows,
                row => Assert.True(File.Exists(folder["out", side, row.GetProperty("file_name").GetString()!]))
            );
            Assert.Equal([0, 1], rows.Select(row => row.GetProperty("label").GetInt32()).Distinct().Order());
        }
    }

    private static async Task<Store> PrepareAsync(TemporaryFolder folder)
    {
        foreach (
            var (side, light) in new[] { "real_train/1", "fake_train/2", "real_test/3", "fake_test/4" }.Zip([
                30,
                60,
                90,
                120,
            ])
        )
        {
            Directory.CreateDirectory(folder["data", side]);
            foreach (var frame in Enumerable.Range(0, 3))
            {
                using var picture = new Mat(40, 40, MatType.CV_8UC3, Scalar.All(light + frame));
                picture.SaveImage(folder["data", side, $"{frame}.png"]);
            }
        }
        var recipe = TestRecipes.Load(
            "rr_4_smoke",
            [
                "data.layout=wilddeepfake",
                "model.image_size=32",
                "data.train_frames=3",
                "data.eval_frames=3",
                "data.frame_range=[0,1]",
            ]
        );
        var listing = DatasetLayout.Find("wilddeepfake").Read(folder["data"], new DatasetOptions(ValidationShare: 0));
        // Nothing of so few is carved for validation.
        listing = listing with
        {
            Items =
            [
                .. listing.Items.Select(item =>
                    item with
                    {
                        Split = item.Path.Contains("train") ? Split.Train : Split.Test,
                    }
                ),
            ],
        };
        var preparation = new Preparation(ModelInput.Create(recipe), null);
        var plan = await preparation.PlanAsync(
            listing,
            StoreOptions.Create(recipe),
            folder["store"],
            DatasetShard.Whole
        );
        await preparation.RunAsync(plan, 2, null, TestContext.Current.CancellationToken);
        return await Store.OpenAsync(folder["store"]);
    }
}
