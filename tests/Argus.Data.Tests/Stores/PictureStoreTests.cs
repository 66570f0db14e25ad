using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Tests;
using OpenCvSharp;
using Xunit;

namespace Argus.Data.Tests.Stores;

/// <summary>Picture files in stores of people's own data: each is a video of one frame.</summary>
public class PictureStoreTests
{
    private const string FaceModel = "models/face_detection_yunet_2023mar.onnx";
    private const string Portrait = "faces/photos/congress_A000069.jpg";

    [Fact]
    public async Task A_picture_is_a_video_of_one_frame_beside_videos()
    {
        using var folder = new TemporaryFolder();
        Draw(folder["anna", "1.png"], 90, 60);
        Draw(folder["anna", "2.bmp"], 60, 90);
        Draw(folder["bo", "3.webp"], 64, 64);
        await Videos.MakeAsync(folder["bo", "4.mp4"]);
        var result = await PrepareAsync(folder.Path, folder["store"], Recipe());
        Assert.Equal((4, 0), (result.Prepared, result.Unreadable.Count));
        using var store = await Store.OpenAsync(folder["store"]);
        Assert.Equal(
            [("anna/1.png", 1), ("anna/2.bmp", 1), ("bo/3.webp", 1), ("bo/4.mp4", 4)],
            store.Videos.Select(video => (video.Item.Path, video.Clips.Count)).Order()
        );
        Assert.Equal(
            ["anna", "anna", "bo", "bo"],
            store.Videos.Select(video => video.Item.Identities.Single()).Order()
        );
        var stored = store.Videos.Single(video => video.Item.Path == "anna/1.png");
        using var read = Cv2.ImDecode(store.Read(stored, stored.Clips[0].Frames[0]), ImreadModes.Color);
        Assert.Equal(32, read.Width);
    }

    [Fact]
    public async Task Clips_of_several_frames_abstain_from_pictures_with_a_reason()
    {
        using var folder = new TemporaryFolder();
        Draw(folder["anna", "1.jpg"], 64, 64);
        await Videos.MakeAsync(folder["bo", "2.mp4"]);
        var recipe = Recipe("data.clip_frames=2", "data.clip_rate=10");
        var result = await PrepareAsync(folder.Path, folder["store"], recipe);
        var left = Assert.Single(result.Unreadable);
        Assert.Equal("anna/1.jpg", left.Path);
        Assert.StartsWith(ClipRequest.PictureHasNoTime, left.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_and_empty_pictures_are_left_out_one_by_one()
    {
        using var folder = new TemporaryFolder();
        Draw(folder["anna", "1.png"], 64, 64);
        Draw(folder["bo", "2.png"], 64, 64);
        File.WriteAllBytes(folder["bo", "half.png"], File.ReadAllBytes(folder["bo", "2.png"])[..200]);
        folder.Write("bo/empty.jpg");
        folder.Write("bo/text.jpg", "this is no picture");
        var result = await PrepareAsync(folder.Path, folder["store"], Recipe());
        Assert.Equal(2, result.Prepared);
        Assert.Equal(
            ["bo/empty.jpg", "bo/half.png", "bo/text.jpg"],
            result.Unreadable.Select(video => video.Path).Order(StringComparer.Ordinal)
        );
        var listing = DatasetLayout.Find("reals").Read(folder.Path, new DatasetOptions());
        var check = await DatasetCheck.FilesAsync(listing, 2, null, TestContext.Current.CancellationToken);
        Assert.Equal(
            3,
            check.Problems.Count(problem => problem.What.StartsWith("unreadable", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Pictures_without_faces_and_of_20_pixels_are_each_reported()
    {
        var model = Shared.File(FaceModel);
        using var folder = new TemporaryFolder();
        Draw(folder["anna", "1.jpg"], 300, 200);
        Draw(folder["bo", "2.jpg"], 20, 20);
        var result = await PrepareAsync(folder.Path, folder["store"], Recipe("data.crop=face"), model);
        Assert.Equal(0, result.Prepared);
        Assert.Equal(2, result.Unreadable.Count);
        Assert.All(
            result.Unreadable,
            video => Assert.StartsWith("no face was found", video.Reason, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Of_twelve_faces_the_largest_is_taken_and_the_index_says_so()
    {
        var model = Shared.File(FaceModel);
        using var portrait = Cv2.ImRead(Shared.File(Portrait));
        using var small = portrait.Resize(new Size(180, 220));
        using var large = portrait.Resize(new Size(270, 330));
        using var wall = new Mat(4 * 220 + 330, 3 * 180, MatType.CV_8UC3, Scalar.Gray);
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 11; i++)
            Paste(small, wall, i % 3 * 180, i / 3 * 220);
        Paste(large, wall, 0, 4 * 220);
        Directory.CreateDirectory(folder["anna"]);
        Directory.CreateDirectory(folder["bo"]);
        wall.SaveImage(folder["anna", "wall.png"]);
        portrait.SaveImage(folder["bo", "one.png"]);
        await PrepareAsync(folder.Path, folder["store"], Recipe("data.crop=face"), model);
        using var store = await Store.OpenAsync(folder["store"]);
        var rows = store.Videos.ToDictionary(video => video.Item.Path, video => video.Row);
        Assert.Equal((12, "LargestFace"), (rows["anna/wall.png"].Tracks, rows["anna/wall.png"].ChosenBy));
        Assert.True(rows["anna/wall.png"].Frames.Single().Y > 4 * 220 - 40);
        Assert.Equal((1, "OnlyFace"), (rows["bo/one.png"].Tracks, rows["bo/one.png"].ChosenBy));
    }

    [Fact]
    public async Task A_folder_of_pictures_is_a_video_in_the_order_of_their_numbers()
    {
        using var folder = new TemporaryFolder();
        foreach (var side in new[] { "real_train/1", "real_train/2", "fake_train/3", "fake_test/4", "real_test/5" })
        {
            foreach (var frame in new[] { 1, 2, 9, 10, 11 })
                Fill(folder["data", side, $"{frame}.png"], 20 * frame);
        }
        File.WriteAllBytes(folder["data", "fake_test/4", "9.png"], [0x89, (byte)'P', (byte)'N', (byte)'G']);
        var recipe = Recipe("data.layout=wilddeepfake", "enhance.clahe_clip=0");
        var result = await PrepareAsync(folder["data"], folder["store"], recipe);
        Assert.Equal(4, result.Prepared);
        var left = Assert.Single(result.Unreadable);
        Assert.Equal("fake_test/4", left.Path);
        Assert.StartsWith("9.png: ", left.Reason, StringComparison.Ordinal);
        using (var store = await Store.OpenAsync(folder["store"]))
        {
            var video = store.Videos.Single(one => one.Item.Path == "real_train/1");
            var lights = video.Clips.Select(clip => Brightness(store, video, clip)).ToList();
            Assert.Equal([20, 40, 180, 220], lights);
        }
        Fill(folder["data", "real_train/1", "9.png"], 90);
        Fill(folder["data", "real_train/1", "12.png"], 240);
        Assert.Equal(1, (await PrepareAsync(folder["data"], folder["store"], recipe)).Prepared);

        var clips = Recipe("data.layout=wilddeepfake", "data.clip_frames=2", "data.clip_rate=1");
        var abstained = await PrepareAsync(folder["data"], folder["clips"], clips);
        Assert.Equal(0, abstained.Prepared);
        Assert.Contains(abstained.Unreadable, video => video.Reason.StartsWith(ClipRequest.PictureHasNoTime));
    }

    private static int Brightness(Store store, StoredVideo video, StoredClip clip)
    {
        using var picture = Cv2.ImDecode(store.Read(video, clip.Frames[0]), ImreadModes.Grayscale);
        return (int)Math.Round(picture.Mean().Val0);
    }

    private static void Fill(string path, int light)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var picture = new Mat(40, 40, MatType.CV_8UC3, Scalar.All(light));
        picture.SaveImage(path);
    }

    private static Recipe Recipe(params string[] settings) =>
        TestRecipes.Load(
            "rr_4_smoke",
            [
                "data.layout=reals",
                "model.image_size=32",
                "data.train_frames=4",
                "data.eval_frames=4",
                "data.frame_range=[0,1]",
                .. settings,
            ]
        );

    private static async Task<PreparationResult> PrepareAsync(
        string data,
        string store,
        Recipe recipe,
        string? model = null
    )
    {
        var listing = DatasetLayout.Find(recipe.Data.Layout).Read(data, DatasetOptions.Create(recipe.Data));
        var preparation = new Preparation(ModelInput.Create(recipe), model);
        var plan = await preparation.PlanAsync(listing, StoreOptions.Create(recipe), store, DatasetShard.Whole);
        return await preparation.RunAsync(plan, 2, null, TestContext.Current.CancellationToken);
    }

    // Noise of its own for each name.
    private static void Draw(string path, int width, int height)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var picture = new Mat(height, width, MatType.CV_8UC3, Scalar.Gray);
        Cv2.SetTheRNG(KeyedRandom.Key("picture", Path.GetFileName(path)));
        Cv2.Randu(picture, Scalar.All(0), Scalar.All(255));
        picture.SaveImage(path);
    }

    private static void Paste(Mat picture, Mat wall, int x, int y)
    {
        using var place = wall.SubMat(new Rect(x, y, picture.Width, picture.Height));
        picture.CopyTo(place);
    }
}
