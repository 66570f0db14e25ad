using System.Runtime.InteropServices;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Recipes;
using Argus.Tests;
using Argus.Training.Recipes;
using Argus.Video;
using Argus.Views;
using OpenCvSharp;
using Xunit;

namespace Argus.Detection.Tests;

/// <summary>
/// What a specialist was trained on is what it judges: ten unlike files are read by way of a store and by way of
/// detection, and the clips, their times and the sound are the same to the byte.
/// </summary>
public sealed class SameClipsTests : IDisposable
{
    private const string Beep = "aevalsrc='if(between(t,1,1.2),0.5*sin(2*PI*1000*t),0)':s=48000:d=2";

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("rotated.mp4")]
    [InlineData("upside-down.mp4")]
    [InlineData("variable-rate.mkv")]
    [InlineData("several-faces.mp4")]
    [InlineData("face-at-the-border.mp4")]
    [InlineData("no-sound.mp4")]
    [InlineData("late-sound.mkv")]
    [InlineData("ten-bit.mkv")]
    [InlineData("one-frame.mp4")]
    [InlineData("picture.png")]
    public async Task Whole_pictures_are_the_same_both_ways(string name)
    {
        await MakeAsync(name, Drawing);
        await CompareAsync(name, "rr/1", null, "model.image_size=64", "data.eval_frames=5", "data.sound=true");
    }

    [Theory]
    [InlineData("rotated.mp4")]
    [InlineData("upside-down.mp4")]
    [InlineData("variable-rate.mkv")]
    [InlineData("several-faces.mp4")]
    [InlineData("face-at-the-border.mp4")]
    [InlineData("no-sound.mp4")]
    [InlineData("late-sound.mkv")]
    [InlineData("ten-bit.mkv")]
    [InlineData("one-frame.mp4")]
    [InlineData("picture.png")]
    public async Task Faces_are_the_same_both_ways(string name)
    {
        var faceModel = Shared.File("models/face_detection_yunet_2023mar.onnx");
        await MakeAsync(name, ["-i", Shared.File("clips/speech_video-retalking_1.mp4")]);
        await CompareAsync(
            name,
            "rr/1",
            faceModel,
            "data.crop=face",
            "data.eval_frames=3",
            name is "one-frame.mp4" or "picture.png" ? "data.clip_frames=1" : "data.clip_frames=4",
            "data.largest_crop=96",
            "data.sound=true"
        );
    }

    private static readonly string[] Drawing = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=2"];

    // The file of that name, made of the source by ffmpeg.
    private async Task MakeAsync(string name, string[] source)
    {
        string[] pixels = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-t", "2"];
        string[] sound = ["-f", "lavfi", "-i", Beep, "-map", "0:v:0", "-map", "1:a:0", "-c:a", "aac"];
        string[] how = name switch
        {
            "rotated.mp4" => [.. source, .. sound, .. pixels],
            "upside-down.mp4" => [.. source, .. sound, "-vf", "vflip,hflip", .. pixels],
            "variable-rate.mkv" =>
            [
                .. source,
                .. sound,
                "-vf",
                "select='not(eq(mod(n,7),3))*not(eq(mod(n,11),5))'",
                "-fps_mode",
                "vfr",
                .. pixels,
            ],
            "several-faces.mp4" => [.. source, .. sound, "-vf", "split[a][b];[b]hflip[c];[a][c]hstack", .. pixels],
            "face-at-the-border.mp4" =>
            [
                .. source,
                .. sound,
                "-vf",
                "crop=iw*0.6:ih:0:0,scale=trunc(iw/2)*2:-2",
                .. pixels,
            ],
            "no-sound.mp4" => [.. source, "-an", .. pixels],
            "late-sound.mkv" => [.. source, "-itsoffset", "0.5", .. sound, .. pixels],
            "ten-bit.mkv" =>
            [
                .. source,
                .. sound,
                "-pix_fmt",
                "yuv420p10le",
                "-c:v",
                "libx265",
                "-preset",
                "ultrafast",
                "-t",
                "2",
            ],
            "one-frame.mp4" => [.. source, "-an", .. pixels, "-frames:v", "1"],
            _ => [.. source, "-frames:v", "1"],
        };
        await FfmpegAsync([.. how, folder[name]]);
        if (name != "rotated.mp4")
            return;
        File.Move(folder[name], folder["upright.mp4"]);
        await FfmpegAsync(["-i", folder["upright.mp4"], "-c", "copy", "-metadata:s:v:0", "rotate=90", folder[name]]);
        Assert.NotEqual(0, (await VideoProbe.ReadAsync(folder[name], Cancel)).RotationDegrees);
    }

    private static async Task FfmpegAsync(IReadOnlyList<string> arguments)
    {
        var (code, error) = await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            ["-v", "error", "-y", .. arguments],
            null,
            CliWrap.PipeTarget.Null,
            Cancel
        );
        Assert.True(code == 0, error);
    }

    private async Task CompareAsync(string name, string run, string? faceModel, params string[] settings)
    {
        var merged = RecipeLibrary.Default.Load(RecipeLibrary.Default.Find(run), "smoke", settings);
        using var store = await PrepareAsync(name, merged.Recipe, faceModel);
        var video = Assert.Single(store.Videos);
        using var subjects = await VideoSubjects.ReadAsync(
            folder[name],
            new Dictionary<string, Recipe> { ["rr"] = merged.Recipe },
            faceModel,
            folder.Path,
            everyFrame: false,
            _ => { },
            Cancel
        );
        var subject = subjects.Subjects.Single(subject => subject.Whole || subject.Number == video.Row.Track);
        Assert.Equal(video.Row.Tracks, faceModel is null ? 0 : subjects.Subjects.Count);
        var clips = subject.Clips["rr"];
        Assert.Equal(video.Clips.Count, clips.Count);
        foreach (var (stored, judged) in video.Clips.Zip(clips))
            CompareClip(store, stored, judged.Input);
        Assert.Equal(VideoSound.ToFloats(store.ReadSound(video)), clips[0].Input.Sound.ToArray());
    }

    private async Task<Store> PrepareAsync(string name, Recipe recipe, string? faceModel)
    {
        var item = new VideoItem("ffpp", "original", "v", name, 0, "v", ["v"], Split.Test);
        var listing = new DatasetListing("ffpp", folder.Path, "test", [item], []);
        var preparation = new Preparation(ModelInput.Create(recipe), faceModel);
        var options = StoreOptions.Create(recipe);
        var plan = await preparation.PlanAsync(listing, options, folder["store"], DatasetShard.Whole);
        var result = await preparation.RunAsync(plan, 1, null, Cancel);
        Assert.Empty(result.Unreadable);
        return await Store.OpenAsync(folder["store"]);
    }

    private static void CompareClip(Store store, StoredClip stored, ClipInput judged)
    {
        using var trained = new StoredClipReader(store).Read(stored, withSound: false);
        Assert.Equal(trained.Times, judged.Times);
        Assert.Equal(trained.Grid, judged.Grid);
        Assert.Equal(trained.Landmarks, judged.Landmarks);
        foreach (var (left, right) in trained.Native.Zip(judged.Native))
        {
            Assert.Equal(left.Size(), right.Size());
            Assert.True(PixelsOf(left).AsSpan().SequenceEqual(PixelsOf(right)));
        }
    }

    private static byte[] PixelsOf(Mat picture)
    {
        var pixels = new byte[picture.Total() * picture.ElemSize()];
        using var whole = picture.Clone();
        Marshal.Copy(whole.Data, pixels, 0, pixels.Length);
        return pixels;
    }

    public void Dispose() => folder.Dispose();
}
