using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Detection;
using Argus.Pretrained;
using Argus.Tests;
using Argus.Training.Runs;
using Argus.Training.Starter;
using Xunit;

namespace Argus.Training.Tests.Starter;

/// <summary>A starter of two members on one backbone, from drawn people, with fakes beside them.</summary>
public sealed class StarterTests : IDisposable
{
    private const int Steps = 11; // the first ten are reported

    private static readonly string[] Settings =
    [
        "backbone.name=resnet18",
        "backbone.weights=none",
        "backbone.shared=true",
        "model.image_size=32",
        "model.projection=8",
        "data.train_frames=2",
        "data.eval_frames=2",
        "data.test_share=0.0",
        "data.validation_share=0.3",
        "train.batch_size=4",
        "train.epochs=8",
        "train.device=cpu",
        $"train.max_steps={Steps}",
    ];

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task The_same_people_give_the_same_bytes_also_after_an_interruption()
    {
        Assert.SkipWhen(ModelCatalog.FaceDetector is null, "needs the face detector");
        await DrawAsync();
        var finished = await RunAsync("once", null);
        Assert.Equal((true, Steps), (finished.Finished, finished.GlobalStep));
        await RunAsync("twice", null);

        using var stop = new CancellationTokenSource();
        Assert.False((await RunAsync("stopped", new StopAtFirstReport(stop))).Finished);
        Assert.False(Directory.Exists(folder["stopped", "models"]));
        Assert.True((await RunAsync("stopped", null)).Finished);

        var once = Files("once");
        string[] written =
        [
            "README.md",
            "backbone.onnx",
            "cm.onnx",
            "council.json",
            "manifest.json",
            "rr.onnx",
            "scope.json",
        ];
        Assert.Equal(written, once.Keys.Order(StringComparer.Ordinal));
        Assert.True(once["rr.onnx"].Length + once["cm.onnx"].Length < once["backbone.onnx"].Length);
        foreach (var other in new[] { "twice", "stopped" })
            Assert.Equal(once, Files(other));

        using var models = await ModelsFolder.LoadAsync(
            folder["once", "models"],
            0,
            TestContext.Current.CancellationToken
        );
        Assert.Contains("known fakes", models.Scope!.Data, StringComparison.Ordinal);
        Assert.Equal(["rr", "cm"], models.Council.Members.Select(member => member.Name));
        var card = await File.ReadAllTextAsync(
            folder["once", "models", "README.md"],
            TestContext.Current.CancellationToken
        );
        Assert.Contains("| drawn by Argus | none needed |", card, StringComparison.Ordinal);
        Assert.Contains("| `fakes` | no list says |", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_who_are_kept_out_say_how_often_it_is_wrong()
    {
        Assert.SkipWhen(ModelCatalog.FaceDetector is null, "needs the face detector");
        await DrawAsync(people: 24);
        var request = new StarterRequest(
            [folder["reals"]],
            [],
            ["rr", "cm"],
            folder["run"],
            folder["run", "models"],
            [.. Settings, "data.test_share=0.25"]
        );
        await new StarterRun(request, SilentLog.Instance).RunAsync(null, TestContext.Current.CancellationToken);
        var council = Council.Read(folder["run", "models"]);
        // Enough people for validation: weights and thresholds are fitted, not equal.
        Assert.NotNull(council.Forged);
        var evaluation = council.Evaluation!;
        Assert.True(evaluation.IsHeldOut);
        Assert.InRange(evaluation.Real, 2, 12);
        Assert.Equal((evaluation.Real, evaluation.Real), (evaluation.Fake, evaluation.People));
        Assert.Contains("kept out", evaluation.Data, StringComparison.Ordinal);
    }

    private Dictionary<string, byte[]> Files(string run) =>
        Directory.EnumerateFiles(folder[run, "models"]).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);

    private async Task<TrainingResult> RunAsync(string run, StopAtFirstReport? stop)
    {
        var request = new StarterRequest(
            [folder["reals"]],
            [folder["fakes"]],
            ["rr", "cm"],
            folder[run],
            folder[run, "models"],
            Settings
        );
        var results = await new StarterRun(request, SilentLog.Instance).RunAsync(
            stop,
            stop?.Token ?? TestContext.Current.CancellationToken
        );
        return results[^1];
    }

    // Each real video shows somebody else; of the drawn fakes two are taken.
    private async Task DrawAsync(int people = 4)
    {
        await SampleDataset.WriteAsync(
            folder["drawn"],
            new SampleOptions
            {
                Seconds = 0.2,
                Quads = new Dictionary<ForgeryKind, QuadCounts> { [ForgeryKind.Resolution] = new(people - 1, 1, 0) },
            },
            SilentLog.Instance,
            TestContext.Current.CancellationToken
        );
        Directory.CreateDirectory(folder["reals"]);
        Directory.CreateDirectory(folder["fakes"]);
        var list = "file\tperson\tsource\tlicence\n";
        foreach (
            var video in Directory.EnumerateFiles(
                folder["drawn", "ffpp", "original_sequences"],
                "*.mp4",
                SearchOption.AllDirectories
            )
        )
        {
            var name = Path.GetFileName(video);
            File.Copy(video, folder["reals", name]);
            list += $"{name}\tperson {name}\tdrawn by Argus\tnone needed\n";
        }
        folder.Write("reals/sources.tsv", list);
        var fakes = Directory.EnumerateFiles(
            folder["drawn", "ffpp", "manipulated_sequences"],
            "*.mp4",
            SearchOption.AllDirectories
        );
        foreach (var fake in fakes.Order(StringComparer.Ordinal).Take(2))
            File.Copy(fake, folder["fakes", Path.GetFileName(fake)]);
    }

    public void Dispose() => folder.Dispose();

    private sealed class StopAtFirstReport(CancellationTokenSource source) : ITrainingObserver
    {
        public CancellationToken Token => source.Token;

        public void Step(StepReport report) => source.Cancel();

        public void Epoch(EpochReport report) { }
    }
}
