using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Data.Samples;
using OpenCvSharp;
using Xunit;

namespace Argus.Data.Tests.Samples;

/// <summary>
/// Two train quads and one each for validation and test, of every kind, in every layout: 3 x 5 x 4 x 4 = 240 videos.
/// </summary>
public sealed class SampleDatasetFixture : IAsyncLifetime
{
    internal static readonly SampleOptions Options = SampleFolder.Tiny(new(2, 1, 1), [.. SampleOptions.Kinds]);

    internal SampleFolder Sample { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Sample = await SampleFolder.WriteAsync(Options, CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Sample.Root, recursive: true);
        return ValueTask.CompletedTask;
    }
}

public sealed class SampleDatasetTests(SampleDatasetFixture fixture) : IClassFixture<SampleDatasetFixture>
{
    private readonly SampleFolder sample = fixture.Sample;

    [Theory]
    [InlineData("ffpp"), InlineData("celebdf"), InlineData("dfdc")]
    public void Kinds_csv_names_exactly_the_videos_that_are_there(string layout)
    {
        var files = Directory
            .GetFiles(sample.At(layout), "*.mp4", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(sample.At(layout), path).Replace('\\', '/'));
        Assert.Equal(
            files.Order(StringComparer.Ordinal),
            sample.Videos(layout).Select(video => video.Path).Order(StringComparer.Ordinal)
        );
        Assert.Equal(80, sample.Videos(layout).Count());
    }

    [Fact]
    public void Each_kind_has_as_many_reals_as_fakes_and_the_four_regions_equally_often()
    {
        foreach (var group in sample.Videos().GroupBy(video => (video.Layout, video.Kind)))
        {
            var counts = group.CountBy(video => (video.Label, video.Region)).ToDictionary();
            if (group.Key.Kind == "audio")
                Assert.Equal(new() { [(0, "neither")] = 8, [(1, "neither")] = 8 }, counts);
            else
                Assert.Equal(
                    new()
                    {
                        [(0, "neither")] = 4,
                        [(0, "both")] = 4,
                        [(1, "face")] = 4,
                        [(1, "background")] = 4,
                    },
                    counts
                );
        }
    }

    [Fact]
    public void Nobody_is_in_two_layouts_kinds_or_quads()
    {
        // A person is in one real and one fake; strangers (YouTube-real and the quads beside them) in one video only.
        foreach (var person in sample.Videos().GroupBy(video => (video.Layout, video.Identity)))
        {
            Assert.Single(person.Select(video => video.Kind).Distinct());
            Assert.InRange(person.Count(), 1, 2);
            Assert.Equal(person.Count(), person.Select(video => video.Label).Distinct().Count());
        }
        // Other layouts draw other people under the same seed: no two reals without an operation look alike.
        var pictures = sample
            .Videos()
            .Where(video => video is { Label: 0, Region: "neither" })
            .Select(video => FirstFrame(video.Full))
            .ToArray();
        for (var i = 0; i < pictures.Length; i++)
        for (var j = 0; j < i; j++)
            Assert.True(
                Cv2.Norm(pictures[i], pictures[j], NormTypes.L1) / (64 * 64 * 3) > 5,
                $"{i} and {j} look alike"
            );
        foreach (var picture in pictures)
            picture.Dispose();
    }

    [Fact]
    public void FaceForensics_pairs_follow_the_official_splits_with_one_kind_for_each_method()
    {
        var methods = new Dictionary<string, string>
        {
            ["resolution"] = "Deepfakes",
            ["lighting"] = "Face2Face",
            ["compression"] = "FaceSwap",
            ["temporal"] = "NeuralTextures",
            ["audio"] = "FaceShifter",
        };
        var videos = sample.Videos("ffpp").ToArray();
        var reals = videos.Where(video => video.Label == 0).Select(video => video.Path).ToHashSet();
        var counts = new Dictionary<Split, int>();
        foreach (var fake in videos.Where(video => video.Label == 1))
        {
            var parts = fake.Path.Split('/');
            Assert.Equal(["manipulated_sequences", methods[fake.Kind], "c23", "videos"], parts[..4]);
            var target = parts[4][..3];
            var source = parts[4][4..7];
            Assert.Equal(fake.Identity, target);
            var (split, group) = OfficialSplits.FaceForensics(target)!.Value;
            Assert.Equal((split, group), OfficialSplits.FaceForensics(source));
            Assert.Contains($"original_sequences/youtube/c23/videos/{target}.mp4", reals);
            counts[split] = counts.GetValueOrDefault(split) + 1;
        }
        Assert.Equal(
            new()
            {
                [Split.Train] = 20,
                [Split.Validation] = 10,
                [Split.Test] = 10,
            },
            counts
        );
    }

    [Fact]
    public void CelebDf_test_list_says_1_for_real_and_its_people_are_in_no_other_video()
    {
        var listed = File.ReadLines(sample.At("celebdf/List_of_testing_videos.txt"))
            .Select(line => line.Split(' '))
            .ToDictionary(cells => cells[1], cells => cells[0]);
        Assert.Equal(20, listed.Count);
        Assert.All(
            listed,
            entry =>
                Assert.Equal(
                    entry.Key.StartsWith("Celeb-synthesis/", StringComparison.Ordinal) ? "0" : "1",
                    entry.Value
                )
        );

        var videos = sample.Videos("celebdf").ToArray();
        var people = videos.Where(video => listed.ContainsKey(video.Path)).SelectMany(People).ToHashSet();
        Assert.All(
            videos.Where(video => !listed.ContainsKey(video.Path)),
            video => Assert.DoesNotContain(People(video), people.Contains)
        );
        Assert.Equal(10, videos.Count(video => video.Path.StartsWith("YouTube-real/", StringComparison.Ordinal)));

        static IEnumerable<string> People(SampleFolder.Video video) =>
            Path.GetFileNameWithoutExtension(video.Path)
                .Split('_')
                .SkipLast(video.Path.StartsWith("YouTube", StringComparison.Ordinal) ? 0 : 1);
    }

    [Fact]
    public void Dfdc_metadata_keeps_a_fake_beside_its_original_and_both_on_the_wanted_side()
    {
        var sides = new Dictionary<Split, int>();
        foreach (var chunk in new[] { "dfdc_train_part_0", "dfdc_train_part_1" })
        {
            var metadata = sample.Metadata(chunk);
            Assert.Equal(
                Directory
                    .GetFiles(sample.At($"dfdc/{chunk}"), "*.mp4")
                    .Select(Path.GetFileName)
                    .Order(StringComparer.Ordinal),
                metadata.Keys.Order(StringComparer.Ordinal)!
            );
            Assert.All(metadata.Keys, name => Assert.Matches("^[a-z]{10}\\.mp4$", name));
            Assert.All(metadata.Values, entry => Assert.Equal("train", entry.Split));
            Assert.All(metadata.Values.Where(entry => entry.Label == "REAL"), entry => Assert.Null(entry.Original));
            Assert.All(
                metadata.Values.Where(entry => entry.Label == "FAKE"),
                entry => Assert.Equal("REAL", metadata[entry.Original!].Label)
            );
            Assert.Equal(metadata.Count, 2 * metadata.Values.Count(entry => entry.Label == "FAKE"));
            foreach (var (name, entry) in metadata)
                sides[OfficialSplits.Dfdc(entry.Original ?? name)] =
                    sides.GetValueOrDefault(OfficialSplits.Dfdc(entry.Original ?? name)) + 1;
        }
        Assert.Equal(
            new()
            {
                [Split.Train] = 40,
                [Split.Validation] = 20,
                [Split.Test] = 20,
            },
            sides
        );
    }

    [Fact]
    public async Task A_lost_video_comes_back_with_the_same_bytes_and_the_others_stay()
    {
        var lost = sample.Videos()[7].Full;
        var before = await File.ReadAllBytesAsync(lost, TestContext.Current.CancellationToken);
        var far = sample.Videos("dfdc").Last().Full;
        File.SetLastWriteTimeUtc(far, DateTime.UnixEpoch);
        await File.WriteAllBytesAsync(lost, before[..^100], TestContext.Current.CancellationToken);

        await SampleDataset.WriteAsync(
            sample.Root,
            SampleDatasetFixture.Options,
            SilentLog.Instance,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(before, await File.ReadAllBytesAsync(lost, TestContext.Current.CancellationToken));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(far));
    }

    [Fact]
    public async Task A_folder_begun_with_other_options_is_refused() =>
        Assert.Contains(
            "other options",
            (await Refused(sample.Root, SampleDatasetFixture.Options with { Seed = 2 })).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_foreign_file_among_the_videos_is_refused_and_named()
    {
        var foreign = sample.At("celebdf/Celeb-real/holiday.mp4");
        await File.WriteAllTextAsync(foreign, "not ours", TestContext.Current.CancellationToken);
        try
        {
            Assert.Contains(
                "holiday.mp4",
                (await Refused(sample.Root, SampleDatasetFixture.Options)).Message,
                StringComparison.Ordinal
            );
        }
        finally
        {
            File.Delete(foreign);
        }
    }

    [Fact]
    public async Task A_folder_that_holds_something_else_is_refused_and_left_alone()
    {
        var folder = Directory.CreateTempSubdirectory("argus-foreign-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "thesis.txt"), "", TestContext.Current.CancellationToken);
        Assert.Contains(
            "thesis.txt",
            (await Refused(folder, SampleDatasetFixture.Options)).Message,
            StringComparison.Ordinal
        );
        Assert.Single(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_seed_decides_the_pixels_whatever_else_is_written_beside_them()
    {
        var cancel = TestContext.Current.CancellationToken;
        var options = SampleFolder.Tiny(new(1, 0, 0), ForgeryKind.Lighting);
        var again = await SampleFolder.WriteAsync(options, cancel);
        var other = await SampleFolder.WriteAsync(options with { Seed = 2 }, cancel);
        var name = again
            .Videos("ffpp")
            .Select(video => video.Path)
            .First(path => File.Exists(sample.At($"ffpp/{path}")));
        Assert.Equal(
            await File.ReadAllBytesAsync(sample.At($"ffpp/{name}"), cancel),
            await File.ReadAllBytesAsync(again.At($"ffpp/{name}"), cancel)
        );
        Assert.NotEqual(
            await File.ReadAllBytesAsync(other.At($"ffpp/{name}"), cancel),
            await File.ReadAllBytesAsync(again.At($"ffpp/{name}"), cancel)
        );
        Directory.Delete(again.Root, recursive: true);
        Directory.Delete(other.Root, recursive: true);
    }

    [Fact]
    public async Task More_pairs_than_FaceForensics_has_are_refused() =>
        Assert.Contains(
            "70 pairs",
            (
                await Refused(
                    Path.Combine(Path.GetTempPath(), "argus-never-made"),
                    SampleFolder.Tiny(new(0, 0, 71), ForgeryKind.Audio)
                )
            ).Message,
            StringComparison.Ordinal
        );

    private static async Task<RequestException> Refused(string folder, SampleOptions options) =>
        await Assert.ThrowsAsync<RequestException>(() =>
            SampleDataset.WriteAsync(folder, options, SilentLog.Instance, TestContext.Current.CancellationToken)
        );

    private static Mat FirstFrame(string path)
    {
        using var capture = new VideoCapture(path);
        var frame = new Mat();
        Assert.True(capture.Read(frame));
        return frame;
    }
}
