using System.Text.Json;
using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class DeepfakeBenchTests
{
    // As rearrange.py writes it: with the paths of its own machine, and for FaceForensics++ a level of compressions.
    [Fact]
    public void FaceForensics_has_a_level_of_compressions_and_official_people()
    {
        using var folder = new TemporaryFolder();
        var real = Frames(folder, "rgb/FaceForensics++/original_sequences/youtube/c23/frames/953");
        var fake = Frames(folder, "rgb/FaceForensics++/manipulated_sequences/Deepfakes/c23/frames/953_974");
        var file = Write(
            folder,
            new()
            {
                ["FaceForensics++"] = new
                {
                    FFreal = Sides("FF-real", train: [], test: [("953", real)], compression: "c23"),
                    FFDF = Sides("FF-DF", train: [], test: [("953_974", fake)], compression: "c23"),
                },
            }
        );
        var listing = DatasetLayout.Find("deepfakebench").Read(file, new DatasetOptions());
        Assert.Equal(
            [
                ("953", 0, "rgb/FaceForensics++/original_sequences/youtube/c23/frames/953", "953"),
                ("953_974", 1, "rgb/FaceForensics++/manipulated_sequences/Deepfakes/c23/frames/953_974", "953 974"),
            ],
            listing
                .Items.OrderBy(item => item.Label)
                .Select(item => (item.Id, item.Label, item.Path, string.Join(' ', item.Identities)))
        );
        Assert.All(listing.Items, item => Assert.Equal((Split.Test, "c23"), (item.Split, item.Compression)));
        var error = Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("deepfakebench").Read(file, new DatasetOptions("raw"))
        );
        Assert.Contains("it has c23 and not raw", error.Message, StringComparison.Ordinal);
    }

    // Found by fuzzing: every folder that may be skipped is a path to build, 4 GB of them in a list of 60 kB.
    [Fact]
    public void A_path_of_ten_thousand_folders_is_not_looked_for_from_each_of_them()
    {
        using var folder = new TemporaryFolder();
        string[] frames = [string.Concat(Enumerable.Repeat("a/", 10_000)) + "0.png"];
        var file = Write(folder, new() { ["D"] = new { real = Sides("D_real", train: [("1", frames)], test: []) } });
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<RequestException>(() => DatasetLayout.Find("deepfakebench").Read(file, new DatasetOptions()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    // Published lists have validation equal to test (DF40, Celeb-DF), or training with test in it.
    [Fact]
    public void What_is_for_test_is_for_test_alone_and_that_is_said()
    {
        using var folder = new TemporaryFolder();
        var a = Frames(folder, "Celeb/frames/id0_id1_0000");
        var b = Frames(folder, "Celeb/frames/id2_0001");
        var file = Write(
            folder,
            new()
            {
                ["Celeb-DF-v2"] = new
                {
                    fake = Sides("CelebDFv2_fake", [("id0_id1_0000", a)], [("id0_id1_0000", a)], validation: true),
                    real = Sides("CelebDFv2_real", [("id2_0001", b)], []),
                },
            }
        );
        var listing = DatasetLayout.Find("deepfakebench").Read(file, new DatasetOptions(ValidationShare: 0));
        Assert.Equal(
            [(0, Split.Train), (1, Split.Test)],
            listing.Items.Select(item => (item.Label, item.Split!.Value))
        );
        Assert.Equal(
            [
                "1 of 1 validation videos are also for test, and are used for that alone",
                "1 of 2 training videos are also for test, and are used for that alone",
            ],
            listing.Problems.Where(problem => problem.Severity == Severity.Known).Select(problem => problem.What)
        );
    }

    [Fact]
    public void A_video_whose_frames_are_missing_is_named_and_left_out()
    {
        using var folder = new TemporaryFolder();
        var there = Frames(folder, "frames/a");
        string[] gone = ["./datasets\\frames\\b\\0.png"];
        var file = Write(
            folder,
            new() { ["UADFV"] = new { real = Sides("UADFV_Real", [("a", there), ("b", gone)], []) } }
        );
        var listing = DatasetLayout.Find("deepfakebench").Read(file, new DatasetOptions(ValidationShare: 0));
        Assert.Equal("a", listing.Items.Single().Id);
        Assert.Contains(
            listing.Problems,
            problem => problem.What.StartsWith("1 of 2 videos left out, UADFV > real > train > b:")
        );
    }

    [Theory]
    [InlineData("""{"D": {"x": {"train": {"v": {"label": "mystery", "frames": ["frames/a/0.png"]}}}}}""", "'mystery'")]
    [InlineData("""{"D": {"x_real": {"later": {}}}}""", "D > x_real > later")]
    [InlineData("""{"D": {"x_real": {"train": {"v": {"label": "x_real"}}}}}""", "D > x_real > train > v")]
    [InlineData("""{"D": [1]}""", "D: an object is wanted")]
    [InlineData("""{"D": {"\ud800": {"train": {}}}}""", "is not as DeepfakeBench writes it")]
    [InlineData("""{"D": """, "is not as DeepfakeBench writes it")]
    [InlineData("""{"D": {"x": {"train": {"v": {"label": "x_real", "frames": ["no/a/7.png"]}}}}}""", "no/a/7.png")]
    public void What_is_wrong_is_said_with_its_key_and_no_label_is_guessed(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        Frames(folder, "frames/a");
        var file = folder.Write("D.json", json);
        var error = Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("deepfakebench").Read(file, new DatasetOptions())
        );
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_folder_of_lists_one_must_be_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("DFDC.json", "{}");
        folder.Write("UADFV.json", "{}");
        var error = Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("deepfakebench").Read(folder.Path, new DatasetOptions())
        );
        Assert.Contains("DFDC.json, UADFV.json", error.Message, StringComparison.Ordinal);
    }

    private static string[] Frames(TemporaryFolder folder, string place)
    {
        foreach (var frame in Enumerable.Range(0, 2))
            folder.Write($"{place}/{frame}.png");
        return [.. Enumerable.Range(0, 2).Select(frame => $"./datasets\\{place.Replace('/', '\\')}\\{frame}.png")];
    }

    private static object Sides(
        string label,
        (string Name, string[] Frames)[] train,
        (string Name, string[] Frames)[] test,
        string? compression = null,
        bool validation = false
    )
    {
        object Videos((string Name, string[] Frames)[] videos)
        {
            var named = videos.ToDictionary(video => video.Name, video => new { label, frames = video.Frames });
            return compression is null ? named : new Dictionary<string, object> { [compression] = named };
        }
        return new
        {
            train = Videos(train),
            val = Videos(validation ? test : []),
            test = Videos(test),
        };
    }

    private static string Write(TemporaryFolder folder, Dictionary<string, object> content) =>
        folder.Write("list.json", JsonSerializer.Serialize(content));
}
