using System.Formats.Tar;
using System.Security.Cryptography;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Tests;
using Argus.Video;
using OpenCvSharp;
using Xunit;

namespace Argus.Data.Tests.Stores;

public sealed class StoreTests : IDisposable
{
    private static readonly Recipe Recipe = TestRecipes.Load(
        "rr_1_smoke",
        ["model.image_size=32", "data.train_frames=4", "data.eval_frames=3"]
    );
    private static readonly (string A, string B) Train = OfficialSplits.FaceForensicsPairs(Split.Train)[0],
        Test = OfficialSplits.FaceForensicsPairs(Split.Test)[0];

    private readonly TemporaryFolder folder = new();

    private string Data => folder["data"];
    private string StoreFolder => folder["store"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_store_holds_the_chosen_frames_exactly_and_reads_them_at_random()
    {
        await Videos.NumberedAsync(folder["data", "original", $"{Train.A}.mkv"], 40);
        await PrepareAsync();
        using var store = await Store.OpenAsync(StoreFolder);
        var video = Assert.Single(store.Videos);
        Assert.Equal([0, 13, 26, 39], video.Clips.Select(clip => Assert.Single(clip.Frames).SourceFrame));
        Assert.Equal([0.0, 1.3, 2.6, 3.9], video.Clips.Select(clip => Math.Round(clip.Frames[0].TimeSeconds, 3)));
        foreach (var clip in video.Clips.Reverse())
        {
            using var picture = Cv2.ImDecode(store.Read(clip.Video, clip.Frames[0]), ImreadModes.Color);
            Cv2.MinMaxLoc(picture.Reshape(1), out double lowest, out var highest);
            Assert.Equal((4.0 * clip.Frames[0].SourceFrame, 4.0 * clip.Frames[0].SourceFrame), (lowest, highest));
            Assert.Equal(
                (0, 0, 32, 32),
                (clip.Frames[0].X, clip.Frames[0].Y, clip.Frames[0].Width, clip.Frames[0].Height)
            );
        }
    }

    [Fact]
    public async Task Sides_get_their_own_number_of_frames()
    {
        await MakeDatasetAsync();
        await PrepareAsync();
        using var store = await Store.OpenAsync(StoreFolder);
        Assert.All(store.Videos, video => Assert.Equal(video.Split == Split.Train ? 4 : 3, video.Clips.Count));
    }

    // github.com/webdataset/webdataset: members of a sample are adjacent and share the name up to the first dot.
    [Fact]
    public async Task Shards_follow_the_webdataset_convention_and_their_hashes_fit()
    {
        await MakeDatasetAsync();
        await PrepareAsync();
        var shard = Path.Combine(StoreFolder, "000000.tar");
        var names = new List<string>();
        await using (var stream = File.OpenRead(shard))
        {
            await using var tar = new TarReader(stream);
            while (await tar.GetNextEntryAsync() is { } entry)
                names.Add(entry.Name);
        }
        var keys = names.Select(name => name.Split('.', 2)[0]).ToList();
        var runs = keys.Where((key, i) => i == 0 || keys[i - 1] != key).ToList();
        Assert.Equal(runs.Distinct().Count(), runs.Count);
        Assert.All(runs, key => Assert.Contains($"{key}.json", names));
        Assert.All(names, name => Assert.Matches(@"^[A-Za-z0-9_-]+\.(json|\d{4}-\d{2}\.png)$", name));
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(shard)));
        Assert.Equal($"{hash}  000000.tar\n", await File.ReadAllTextAsync(shard + ".sha256"));
    }

    [Fact]
    public async Task Preparing_again_does_only_what_is_missing_or_changed()
    {
        await MakeDatasetAsync();
        Assert.Equal((4, 0), Counts(await PrepareAsync()));
        Assert.Equal((0, 4), Counts(await PrepareAsync()));
        await Videos.MakeAsync(folder["data", "original", $"{Train.A}.mp4"], 30);
        Assert.Equal((1, 3), Counts(await PrepareAsync()));
        File.Delete(folder["data", "original", $"{Train.A}.mp4"]);
        await PrepareAsync();
        await Videos.MakeAsync(folder["data", "original", $"{Train.B}.mp4"]);
        Assert.Equal((1, 3), Counts(await PrepareAsync()));
        using var store = await Store.OpenAsync(StoreFolder);
        Assert.Equal(4, store.Videos.Count);
        Assert.All(
            store.Videos.SelectMany(video => video.Clips),
            clip => Assert.NotEmpty(store.Read(clip.Video, clip.Frames[0]))
        );
    }

    [Fact]
    public async Task One_side_at_a_time_keeps_the_other()
    {
        await MakeDatasetAsync();
        Assert.Equal((2, 0), Counts(await PrepareAsync(Split.Train, Split.Validation)));
        Assert.Equal((2, 0), Counts(await PrepareAsync(Split.Test)));
        using var store = await Store.OpenAsync(StoreFolder);
        Assert.Equal(4, store.Videos.Count);
    }

    [Fact]
    public async Task Unreadable_videos_are_listed_with_their_reason_and_never_become_samples()
    {
        await MakeDatasetAsync();
        folder.Write(Path.Combine("data", "Deepfakes", $"{Train.A}_{Train.B}.mp4"), "no video");
        folder.Write(Path.Combine("data", "original", $"{Train.B}.mp4"));
        var result = await PrepareAsync();
        Assert.Equal(2, result.Unreadable.Count);
        var lines = await File.ReadAllLinesAsync(Path.Combine(StoreFolder, "unreadable.csv"));
        Assert.Equal("path,reason", lines[0]);
        Assert.Contains(
            lines,
            line =>
                line.StartsWith($"original/{Train.B}.mp4,", StringComparison.Ordinal)
                && line.Contains("empty", StringComparison.Ordinal)
        );
        using var store = await Store.OpenAsync(StoreFolder);
        Assert.DoesNotContain(store.Videos, video => video.Item.Id == Train.B);
    }

    [Fact]
    public async Task The_report_keeps_what_another_side_left_out()
    {
        await MakeDatasetAsync();
        folder.Write(Path.Combine("data", "original", $"{Train.B}.mp4"));
        folder.Write(Path.Combine("data", "original", $"{Test.B}.mp4"));
        await PrepareAsync(Split.Train);
        await PrepareAsync(Split.Test);
        Assert.Equal(3, (await File.ReadAllLinesAsync(Path.Combine(StoreFolder, "unreadable.csv"))).Length);
    }

    [Fact]
    public async Task Rows_of_videos_that_are_gone_leave_the_index_and_their_shard_the_folder()
    {
        await MakeDatasetAsync();
        await PrepareAsync();
        Directory.Delete(Data, recursive: true);
        await Videos.MakeAsync(folder["data", "original", $"{Train.B}.mp4"]);
        await PrepareAsync();
        using var store = await Store.OpenAsync(StoreFolder);
        Assert.Equal(Train.B, Assert.Single(store.Videos).Item.Id);
        Assert.Equal(["000001.tar"], Directory.EnumerateFiles(StoreFolder, "*.tar").Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_complete_store_is_only_read()
    {
        await MakeDatasetAsync();
        await PrepareAsync();
        using var held = FolderLock.Acquire(StoreFolder, "is writing");
        Assert.Equal((0, 4), Counts(await PrepareAsync()));
    }

    [Fact]
    public void Methods_and_compression_are_part_of_what_a_store_is()
    {
        var options = StoreOptions.Create(Recipe);
        Assert.NotEqual(
            options.Key,
            StoreOptions.Create(Recipe with { Data = Recipe.Data with { Methods = ["Deepfakes"] } }).Key
        );
        Assert.NotEqual(
            options.Key,
            StoreOptions.Create(Recipe with { Data = Recipe.Data with { Compression = "c40" } }).Key
        );
    }

    [Fact]
    public async Task What_a_killed_preparation_leaves_is_cleaned_up_and_what_was_finished_is_kept()
    {
        await MakeDatasetAsync();
        await PrepareAsync(Split.Train);
        await File.WriteAllTextAsync(Path.Combine(StoreFolder, "000001.tar.partial"), "half a shard");
        await File.WriteAllTextAsync(
            Path.Combine(StoreFolder, "000001.tar"),
            "a whole shard that the index does not know yet"
        );
        await File.WriteAllTextAsync(Path.Combine(StoreFolder, "index.parquet.partial"), "half an index");
        Assert.Equal((2, 2), Counts(await PrepareAsync()));
        Assert.Empty(Directory.EnumerateFiles(StoreFolder, "*.partial"));
        using var store = await Store.OpenAsync(StoreFolder);
        Assert.Equal(4, store.Videos.Count);
    }

    [Fact]
    public async Task A_store_with_more_clips_a_video_serves_fewer_evenly_chosen_and_grows_with_as_many()
    {
        await MakeDatasetAsync();
        await PrepareAsync(Split.Train);
        using var all = await Store.OpenAsync(StoreFolder);
        var most = all.Videos.Max(video => video.Clips.Count);
        Assert.True(most >= 3);
        var fewer = StoreOptions.Create(Recipe with { Data = Recipe.Data with { TrainFrames = 2, EvalFrames = 1 } });
        using (var store = await Store.OpenAsync(StoreFolder, fewer))
        {
            Assert.Equal(fewer, store.Options);
            var video = store.Videos.First(video => video.Split == Split.Train);
            var clips = all.Videos.Single(other => other.Item.Key == video.Item.Key).Clips;
            Assert.Equal([clips[0].Number, clips[^1].Number], video.Clips.Select(clip => clip.Number));
        }
        var more = StoreOptions.Create(Recipe with { Data = Recipe.Data with { TrainFrames = most + 1 } });
        var error = await Assert.ThrowsAsync<RequestException>(() => Store.OpenAsync(StoreFolder, more));
        Assert.Contains("TrainFrames", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_of_another_recipe_is_refused_with_the_difference()
    {
        await MakeDatasetAsync();
        await PrepareAsync();
        var other = StoreOptions.Create(Recipe with { Enhance = Recipe.Enhance with { ClaheClip = 2 } });
        var error = await Assert.ThrowsAsync<RequestException>(() => Store.OpenAsync(StoreFolder, other));
        Assert.Contains("another recipe", error.Message, StringComparison.Ordinal);
        Assert.Contains("Enhance", error.Message, StringComparison.Ordinal);
        Assert.NotEqual(other.Key, StoreOptions.Create(Recipe).Key);
    }

    [Theory]
    [InlineData("index.parquet", "no parquet")]
    [InlineData("store.json", "{")]
    [InlineData("000000.tar", "short")]
    public async Task A_damaged_store_says_which_file_and_what_to_do(string file, string content)
    {
        await MakeDatasetAsync();
        await PrepareAsync();
        await File.WriteAllTextAsync(Path.Combine(StoreFolder, file), content);
        var error = await Assert.ThrowsAsync<ArgusException>(() => Store.OpenAsync(StoreFolder));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("prepare", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_other_things_is_not_made_a_store()
    {
        await MakeDatasetAsync();
        Directory.CreateDirectory(StoreFolder);
        await File.WriteAllTextAsync(Path.Combine(StoreFolder, "thesis.txt"), "precious");
        await Assert.ThrowsAsync<RequestException>(() => PrepareAsync());
    }

    [Fact]
    public async Task Faces_without_a_face_model_name_the_command_that_fetches_it()
    {
        await MakeDatasetAsync();
        var face = Recipe with { Data = Recipe.Data with { Crop = CropMode.Face } };
        var listing = DatasetLayout.Find("ffpp").Read(Data, new DatasetOptions());
        var error = await Assert.ThrowsAsync<RequestException>(() =>
            new Preparation(ModelInput.Create(face), null).PlanAsync(
                listing,
                StoreOptions.Create(face),
                StoreFolder,
                DatasetShard.Whole
            )
        );
        Assert.Contains("argus models pull yunet", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_little_space_is_said_before_anything_is_written()
    {
        await MakeDatasetAsync();
        var listing = DatasetLayout.Find("ffpp").Read(Data, new DatasetOptions());
        var preparation = new Preparation(ModelInput.Create(Recipe), null);
        var plan = await preparation.PlanAsync(listing, StoreOptions.Create(Recipe), StoreFolder, DatasetShard.Whole);
        Assert.True(plan.EstimatedBytes > 0);
        var error = await Assert.ThrowsAsync<ArgusException>(() =>
            preparation.RunAsync(plan with { EstimatedBytes = long.MaxValue }, 1, null, CancellationToken.None)
        );
        Assert.Contains("left", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(StoreFolder));
    }

    [Fact]
    public async Task Faces_of_real_people_are_stored_at_native_size()
    {
        var model = Shared.File("models/face_detection_yunet_2023mar.onnx");
        var clip = Shared.File("clips/speech_liveportrait_d20.mp4");
        Directory.CreateDirectory(folder["data", "original"]);
        File.Copy(clip, folder["data", "original", $"{Train.A}.mp4"]);
        var face = Recipe with { Data = Recipe.Data with { Crop = CropMode.Face } };
        var preparation = new Preparation(ModelInput.Create(face), model);
        var plan = await preparation.PlanAsync(
            DatasetLayout.Find("ffpp").Read(Data, new DatasetOptions()),
            StoreOptions.Create(face),
            StoreFolder,
            DatasetShard.Whole
        );
        await preparation.RunAsync(plan, 1, null, CancellationToken.None);
        using var store = await Store.OpenAsync(StoreFolder);
        var frame = store.Videos[0].Clips[0].Frames[0];
        using var picture = Cv2.ImDecode(store.Read(store.Videos[0], frame), ImreadModes.Color);
        Assert.Equal((frame.Width, frame.Height), (picture.Width, picture.Height));
        Assert.Equal(frame.Width, frame.Height);
        Assert.InRange(frame.Width, 64, 480);
    }

    private async Task MakeDatasetAsync()
    {
        foreach (
            var name in new[]
            {
                $"original/{Train.A}.mp4",
                $"Deepfakes/{Train.A}_{Train.B}.mp4",
                $"original/{Test.A}.mp4",
                $"Deepfakes/{Test.A}_{Test.B}.mp4",
            }
        )
            await Videos.MakeAsync(folder["data", name]);
    }

    private async Task<PreparationResult> PrepareAsync(params Split[] sides)
    {
        var preparation = new Preparation(ModelInput.Create(Recipe), null);
        var plan = await preparation.PlanAsync(
            DatasetLayout.Find("ffpp").Read(Data, new DatasetOptions()),
            StoreOptions.Create(Recipe),
            StoreFolder,
            DatasetShard.Whole,
            sides
        );
        return await preparation.RunAsync(plan, 2, null, CancellationToken.None);
    }

    private static (int, int) Counts(PreparationResult result) => (result.Prepared, result.Kept);
}
