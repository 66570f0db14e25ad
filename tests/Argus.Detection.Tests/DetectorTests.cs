using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Detection;
using Argus.Recipes;
using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Export;
using Argus.Training.Recipes;
using Argus.Training.Runs;
using Argus.Video;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Detection.Tests;

/// <summary>
/// A detector of a models folder against the store and the checkpoint that the models were made from.
/// </summary>
[Collection(nameof(TinyDetector))]
public sealed class DetectorTests(TinyDetector tiny)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_gets_the_scores_that_evaluation_gives_it()
    {
        using var store = await TinyStore.OpenAsync(tiny.Merged.Recipe);
        Assert.InRange(tiny.Exported.Clips, 1, 16);
        using var detector = await Detector.LoadAsync(tiny.Models, cancel: Cancel);
        var (video, expected) = await ScoredAsync(tiny.Checkpoint, store);
        var reports = new List<double>();
        var analysis = await detector.AnalyzeAsync(
            Path.Combine(TinyStore.Data("dfdc"), video.Item.Path),
            new Reported(reports),
            Cancel
        );

        var face = Assert.Single(analysis.Faces);
        Assert.True(face.Whole);
        Assert.Equal(expected, face.Timeline.Select(point => point.Probability), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(analysis.Probability, face.Probability);
        Assert.InRange(analysis.Probability!.Value, analysis.Interval!.Low - 1e-9, analysis.Interval.High + 1e-9);
        Assert.False(analysis.Calibrated);
        Assert.All(face.Moments, moment => Assert.Equal(SpecialistModelFile.Cells, moment.Heatmap.Count));
        Assert.Equal(1, reports[^1], 6);
        Assert.Equal(reports.Order(), reports);

        // It says of what file, by which models, and where they looked.
        Assert.Equal(await FileHash.Sha256Async(analysis.Video, Cancel), analysis.Input!.Sha256);
        Assert.Equal(new FileInfo(analysis.Video).Length, analysis.Input.Bytes);
        Assert.Equal(("h264", face.Timeline.Count), (analysis.Input.Codec, analysis.Coverage!.FramesJudged));
        Assert.InRange(analysis.Coverage.ShareOfTime, 0.05, 0.95);
        Assert.Contains("were not judged", Assert.Single(analysis.Coverage.Unseen), StringComparison.Ordinal);
        Assert.All(face.Timeline, point => Assert.Equal(point.FromSeconds, Assert.Single(point.Frames).Seconds));
        var member = Assert.Single(analysis.Models!.Specialists);
        Assert.Equal(await FileHash.Sha256Async(Path.Combine(tiny.Models, "rr.onnx"), Cancel), member.Sha256);
        Assert.Equal(64, member.WeightsSha256.Length);
        Assert.Equal((0.9, 0.1), (Math.Round(analysis.Models.ForgedFrom, 9), Math.Round(analysis.Models.RealBelow, 9)));
        Assert.True(analysis.FinishedAt >= analysis.StartedAt);
        Assert.Contains("was not measured", Assert.Single(analysis.Evidence), StringComparison.Ordinal);
        Assert.Equal(Agreement.Equal, ReportVerification.Compare(analysis, analysis).Agreement);

        // Every frame is a clip of its own where clips have one.
        var all = await detector.AnalyzeEveryFrameAsync(analysis.Video, null, Cancel);
        Assert.Equal(all.Input!.Frames, Assert.Single(all.Faces).Timeline.Count);
        Assert.Equal((1.0, true), (all.Coverage!.ShareOfTime, all.EveryFrame));
        Assert.Empty(all.Coverage.Unseen);

        // Several at once answer the same.
        var again = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => detector.AnalyzeAsync(analysis.Video, null, Cancel))
        );
        Assert.All(again, other => Assert.Equal(analysis.Probability, other.Probability));
    }

    [Theory, InlineData("bg"), InlineData("tm"), InlineData("av")]
    public async Task Faces_of_real_people_get_the_scores_that_evaluation_gives_them(string specialist)
    {
        var clips = Shared.File("clips");
        var yunet = Shared.File("models/face_detection_yunet_2023mar.onnx");
        using var folder = new TemporaryFolder();
        folder.Write(
            "data/dfdc_train_part_0/metadata.json",
            """{"a.mp4": {"label": "REAL"}, "b.mp4": {"label": "FAKE", "original": "a.mp4"}}"""
        );
        var source = Directory.EnumerateFiles(clips, "speech_*").Order(StringComparer.Ordinal).First();
        foreach (var name in new[] { "a", "b" })
            Assert.Equal(
                0,
                (
                    await Ffmpeg.RunAsync(
                        Ffmpeg.Program,
                        [
                            "-v",
                            "error",
                            "-i",
                            source,
                            "-t",
                            "4",
                            "-vf",
                            "scale=-2:360",
                            folder["data", "dfdc_train_part_0", name + ".mp4"],
                        ],
                        null,
                        CliWrap.PipeTarget.Null,
                        Cancel
                    )
                ).ExitCode
            );
        var merged = RecipeLibrary.Default.Load(
            RecipeLibrary.Default.Find($"{specialist}/4"),
            "full",
            [
                "backbone.name=efficientnet_b0",
                "backbone.weights=none",
                "model.image_size=64",
                "model.projection=128",
                "data.eval_frames=3",
                "data.train_frames=3",
                "data.chunks=[0]",
                "data.frame_range=[0,1]",
            ]
        );
        var listing = DatasetLayout.Find("dfdc").Read(folder["data"], DatasetOptions.Create(merged.Recipe.Data));
        var preparation = new Preparation(ModelInput.Create(merged.Recipe), yunet);
        await preparation.RunAsync(
            await preparation.PlanAsync(
                listing,
                StoreOptions.Create(merged.Recipe),
                folder["store"],
                DatasetShard.Whole
            ),
            1,
            null,
            Cancel
        );
        using var store = await Store.OpenAsync(folder["store"]);
        var checkpoint = TinyDetector.Untrained(folder["checkpoint"], merged);
        Assert.InRange((await TinyDetector.ExportAsync(folder["models"], checkpoint, store)).Clips, 1, 16);
        using var detector = await Detector.LoadAsync(folder["models"], yunet, cancel: Cancel);
        var (video, expected) = await ScoredAsync(checkpoint, store);
        var analysis = await detector.AnalyzeAsync(Path.Combine(folder["data"], video.Item.Path), null, Cancel);
        Assert.Equal(
            expected,
            Assert.Single(analysis.Faces).Timeline.Select(point => point.Probability),
            (a, b) => Math.Abs(a - b) < 1e-4
        );
    }

    [Fact]
    public async Task A_picture_is_a_video_of_one_frame()
    {
        using var folder = new TemporaryFolder();
        using var detector = await Detector.LoadAsync(tiny.Models, cancel: Cancel);
        using (
            var picture = new OpenCvSharp.Mat(48, 64, OpenCvSharp.MatType.CV_8UC3, new OpenCvSharp.Scalar(30, 90, 160))
        )
            OpenCvSharp.Cv2.ImWrite(folder["picture.png"], picture);
        var analysis = await detector.AnalyzeAsync(folder["picture.png"], null, Cancel);
        Assert.Single(Assert.Single(analysis.Faces).Timeline);
        Assert.Null(analysis.Interval); // of one clip there is none
        await File.WriteAllBytesAsync(
            folder["half.png"],
            (await File.ReadAllBytesAsync(folder["picture.png"], Cancel))[..60],
            Cancel
        );
        using (
            var picture = new OpenCvSharp.Mat(
                200,
                300,
                OpenCvSharp.MatType.CV_8UC3,
                new OpenCvSharp.Scalar(30, 90, 160)
            )
        )
            OpenCvSharp.Cv2.ImWrite(folder["whole.jpg"], picture);
        await File.WriteAllBytesAsync(
            folder["half.jpg"],
            (await File.ReadAllBytesAsync(folder["whole.jpg"], Cancel))[..^300],
            Cancel
        );
        Assert.Single((await detector.AnalyzeAsync(folder["whole.jpg"], null, Cancel)).Faces);
        await Assert.ThrowsAsync<UnreadableVideoException>(() =>
            detector.AnalyzeAsync(folder["half.jpg"], null, Cancel)
        );
        await Assert.ThrowsAsync<UnreadableVideoException>(() =>
            detector.AnalyzeAsync(folder["half.png"], null, Cancel)
        );
    }

    [Fact]
    public async Task What_cannot_be_judged_says_why()
    {
        using var folder = new TemporaryFolder();
        using var detector = await Detector.LoadAsync(tiny.Models, cancel: Cancel);
        folder.Write("text.mp4", "no video");
        folder.Write("list.mp4", "#EXTM3U\nhttp://example.org/video.mp4\n");
        folder.Write("empty.mp4", "");
        foreach (var name in new[] { "text.mp4", "list.mp4", "empty.mp4", "missing.mp4" })
            await Assert.ThrowsAsync<UnreadableVideoException>(() => detector.AnalyzeAsync(folder[name], null, Cancel));
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            detector.AnalyzeAsync(folder["text.mp4"], null, stopped.Token)
        );
    }

    [Fact]
    public async Task A_models_folder_that_was_changed_is_refused()
    {
        using var folder = new TemporaryFolder();
        var models = Directory.CreateDirectory(folder["models"]).FullName;
        foreach (var file in Directory.EnumerateFiles(tiny.Models))
            File.Copy(file, Path.Combine(models, Path.GetFileName(file)));
        var council = await File.ReadAllTextAsync(Path.Combine(models, Council.FileName), Cancel);
        await File.WriteAllTextAsync(
            Path.Combine(models, Council.FileName),
            council.Replace("\"bias\": 0", "\"bias\": 9", StringComparison.Ordinal),
            Cancel
        );
        Assert.Contains(
            "hash differs",
            (await Assert.ThrowsAsync<ArgusException>(() => Detector.LoadAsync(models, cancel: Cancel))).Message
        );
        await File.WriteAllTextAsync(Path.Combine(models, Council.FileName), council, Cancel);
        File.Delete(Path.Combine(models, "rr.onnx"));
        Assert.Contains(
            "missing",
            (await Assert.ThrowsAsync<ArgusException>(() => Detector.LoadAsync(models, cancel: Cancel))).Message
        );
        await Assert.ThrowsAsync<RequestException>(() => Detector.LoadAsync(folder["none"], cancel: Cancel));
    }

    private static async Task<(StoredVideo Video, IEnumerable<double> Probabilities)> ScoredAsync(
        CheckpointReference checkpoint,
        Store store
    )
    {
        // Clips of a training video may be others than those that a detector takes.
        var video = store.Videos.First(candidate =>
            candidate.Clips.Count == checkpoint.Recipe.Data.EvalFrames && candidate.Split != Split.Train
            || checkpoint.Recipe.Data.EvalFrames == checkpoint.Recipe.Data.TrainFrames
        );
        using var model = checkpoint.Load(CPU);
        var prediction = (
            await Scoring.RunAsync(model, checkpoint.Recipe, store, [new JudgedVideo(video)], CPU, null, Cancel)
        )[0];
        return (video, prediction.Clips.Select(clip => clip.Probability));
    }

    private sealed class Reported(List<double> values) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (values)
                values.Add(value);
        }
    }
}
