using System.Security.Cryptography;
using System.Text;
using Argus.Data.Datasets;
using Argus.Tests;
using Argus.Training.Recipes;
using Argus.Training.Runs;
using Xunit;

namespace Argus.Detection.Tests;

/// <summary>An evaluation by a protocol, of a checkpoint that was trained on DFDC's layout.</summary>
[Collection(nameof(TinyDetector))]
public sealed class ProtocolRunTests(TinyDetector tiny)
{
    private const string Trained =
        "train:\n  ffpp:\n    compression: c23\n  celebdf:\n    sides: test\n  dfdc:\n    sides: test\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_evaluation_is_of_the_protocols_videos_and_says_so()
    {
        using var folder = new TemporaryFolder();
        await TinyStore.OpenAsync(tiny.Merged.Recipe);
        var dataset = new DatasetFolder("dfdc", TinyStore.Data("dfdc"));
        var listing = DatasetLayout.Find("dfdc").Read(dataset.Folder, new DatasetOptions());
        var chosen = listing.Items.GroupBy(item => item.Label).SelectMany(label => label.Take(3)).ToList();
        var list = new StringBuilder("method,id,label\n");
        foreach (var item in chosen)
            list.Append($"{item.Method},{item.Id},{(item.Label == 0 ? "real" : "fake")}\n");
        var whole = Write(folder, list.ToString());
        var (subject, result) = await RunAsync(whole, allowMissing: false);
        Assert.Equal(
            chosen.Select(item => item.Id).Order(),
            result.Predictions.Videos.Select(video => video.Item.Id).Order()
        );
        Assert.Contains("By the protocol a (a).", subject.Notes);
        Assert.Equal(ProtocolFile.Read(whole).Sha256, subject.Hashes["protocol a"]);

        // A run that was trained on some methods is tested on what the protocol says all the same.
        var recipe = tiny.Checkpoint.Recipe;
        var limited = tiny.Checkpoint with { Recipe = recipe with { Data = recipe.Data with { Methods = ["FAKE"] } } };
        (_, result) = await RunAsync(whole, allowMissing: false, limited);
        Assert.Equal(6, result.Predictions.Videos.Count);

        var more = Write(folder, list.Append("FAKE,absent,fake\n").ToString());
        var error = await Assert.ThrowsAsync<RequestException>(() => RunAsync(more, allowMissing: false));
        Assert.Contains("1 of 7 test videos of the protocol a are not on disk, FAKE/absent", error.Message);
        (subject, result) = await RunAsync(more, allowMissing: true);
        Assert.Equal(6, result.Predictions.Videos.Count);
        Assert.Contains(subject.Notes, note => note.Contains("FAKE/absent", StringComparison.Ordinal));

        Task<Data.Evaluations.EvaluationOutcome> RunAsync(
            string protocol,
            bool allowMissing,
            CheckpointReference? checkpoint = null
        ) =>
            new EvaluateRun(
                tiny.Checkpoint.Folder,
                checkpoint ?? tiny.Checkpoint,
                new EvaluateOptions
                {
                    StoreRoot = folder["stores"],
                    Protocol = ProtocolFile.Read(protocol),
                    AllowMissing = allowMissing,
                },
                SilentLog.Instance
            ).RunAsync([dataset], Cancel);
    }

    [Fact]
    public async Task A_filter_by_property_leaves_out_and_is_said()
    {
        using var folder = new TemporaryFolder();
        using var store = await TinyStore.OpenAsync(tiny.Merged.Recipe);
        var rates = store
            .Videos.Where(video => video.Split == Split.Test)
            .Select(video => video.Row.BitsPerSecond)
            .Order()
            .ToList();
        var half = rates.Count / 2;
        var (subject, result) = await RunAsync($"kilobits_per_second>={rates[half] / 1000:R}");
        Assert.Equal(rates.Count - half, result.Predictions.Videos.Count);
        Assert.Empty(result.Predictions.Unscored);
        Assert.Contains(
            $"dfdc: {half} of {rates.Count} videos in the store are left out by data.where.",
            subject.Notes
        );
        var error = await Assert.ThrowsAsync<ArgusException>(() => RunAsync("seconds>1000"));
        Assert.Contains($"{rates.Count} of {rates.Count} videos in the store are left out", error.Message);

        Task<Data.Evaluations.EvaluationOutcome> RunAsync(string condition) =>
            new EvaluateRun(
                tiny.Checkpoint.Folder,
                tiny.Checkpoint,
                new EvaluateOptions
                {
                    StoreRoot = folder["stores"],
                    Protocol = ProtocolFile.Read(
                        folder.Write("a.yaml", $"{Trained}test:\n  dfdc:\n    where: [{condition}]\n")
                    ),
                },
                SilentLog.Instance
            ).RunAsync([new DatasetFolder("dfdc", TinyStore.Data("dfdc"))], Cancel);
    }

    [Theory]
    [InlineData("train:\n  ffpp:\n    sides: test\ntest:\n  dfdc:\n    sides: test\n", "was trained on celebdf")]
    [InlineData(Trained + "test:\n  celebdf:\n    sides: test\n", "give --data celebdf=DIR")]
    public async Task Another_training_or_other_data_are_refused_before_anything_is_read(string yaml, string expected)
    {
        using var folder = new TemporaryFolder();
        var run = new EvaluateRun(
            tiny.Checkpoint.Folder,
            tiny.Checkpoint,
            new EvaluateOptions { Protocol = ProtocolFile.Read(folder.Write("a.yaml", yaml)) },
            SilentLog.Instance
        );
        var error = await Assert.ThrowsAsync<RequestException>(() =>
            run.RunAsync([new DatasetFolder("dfdc", "nowhere")], Cancel)
        );
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static string Write(TemporaryFolder folder, string list)
    {
        folder.Write("list.csv", list);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list)));
        return folder.Write(
            "a.yaml",
            $"{Trained}test:\n  dfdc:\n    sides: all\n    list: list.csv\n    sha256: {hash}\n"
        );
    }
}
