using Argus.Datasets;
using Xunit;

namespace Argus.Tests.Datasets;

public class FaceForensicsTests
{
    private const string Real = "original_sequences/youtube/c23/videos/",
        Fake = "manipulated_sequences/Deepfakes/c23/videos/";

    [Fact]
    public void Official_lists_have_360_70_70_pairs_of_1000_ids()
    {
        Assert.Equal(
            [360, 70, 70],
            Enum.GetValues<Split>().Select(side => OfficialSplits.FaceForensicsPairs(side).Count)
        );
        Assert.Equal(
            1000,
            Enum.GetValues<Split>()
                .SelectMany(OfficialSplits.FaceForensicsPairs)
                .SelectMany(pair => new[] { pair.A, pair.B })
                .Distinct()
                .Count()
        );
        Assert.Equal(("953", "974"), OfficialSplits.FaceForensicsPairs(Split.Test)[0]);
    }

    [Theory]
    [InlineData(Real, Fake)]
    [InlineData("original/", "Deepfakes/")]
    [InlineData("FaceForensics++_C23/original/", "FaceForensics++_C23/Deepfakes/")]
    public void Both_folder_layouts_are_read_and_pairs_stay_together(string real, string fake)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { real + "953.mp4", real + "974.mp4", fake + "953_974.mp4", fake + "974_953.mp4" })
            folder.Write(name);
        var listing = DatasetLayout.Named("ffpp").Read(folder.Path, new DatasetOptions());
        Assert.Equal(4, listing.Items.Count);
        Assert.All(listing.Items, item => Assert.Equal((Split.Test, "953_974"), (item.Split!.Value, item.Group)));
        Assert.Equal([0, 0, 1, 1], listing.Items.Select(item => item.Label).Order());
        Assert.Equal(4, listing.Items.Select(item => item.Key).Distinct().Count());
    }

    [Fact]
    public void Two_methods_videos_of_one_name_are_two_videos_and_methods_can_be_chosen()
    {
        using var folder = new TemporaryFolder();
        folder.Write("original/953.mp4");
        folder.Write("Deepfakes/953_974.mp4");
        folder.Write("FaceSwap/953_974.mp4");
        Assert.Equal(
            3,
            DatasetLayout
                .Named("ffpp")
                .Read(folder.Path, new DatasetOptions())
                .Items.Select(item => item.Key)
                .Distinct()
                .Count()
        );
        Assert.Equal(
            ["FaceSwap", "original"],
            DatasetLayout
                .Named("ffpp")
                .Read(folder.Path, new DatasetOptions(Methods: ["FaceSwap"]))
                .Items.Select(item => item.Method)
                .Order()
        );
        Assert.Throws<RequestException>(() =>
            DatasetLayout.Named("ffpp").Read(folder.Path, new DatasetOptions(Methods: ["Deepfake"]))
        );
    }

    [Fact]
    public void A_fake_knows_the_video_it_was_made_from_and_its_mask_where_there_is_one()
    {
        using var folder = new TemporaryFolder();
        folder.Write("original_sequences/youtube/c23/videos/953.mp4");
        folder.Write("manipulated_sequences/Deepfakes/c23/videos/953_974.mp4");
        folder.Write("manipulated_sequences/Deepfakes/c23/videos/974_953.mp4");
        folder.Write("manipulated_sequences/Deepfakes/masks/videos/953_974.mp4");
        folder.Write("manipulated_sequences/DeepFakeDetection/c23/videos/01_01__exit_phone_room__ABCDEFGH.mp4");
        var items = DatasetLayout
            .Named("ffpp")
            .Read(folder.Path, new DatasetOptions())
            .Items.ToDictionary(item => item.Id);
        Assert.Equal((null, null), (items["953"].Original, items["953"].Mask));
        Assert.Equal(
            ("953.mp4", "manipulated_sequences/Deepfakes/masks/videos/953_974.mp4"),
            (items["953_974"].Original, items["953_974"].Mask)
        );
        Assert.Equal(("974.mp4", null), (items["974_953"].Original, items["974_953"].Mask));
        Assert.Equal("01__exit_phone_room.mp4", items["01_01__exit_phone_room__ABCDEFGH"].Original);
    }

    [Fact]
    public void Only_the_asked_compression_is_read()
    {
        using var folder = new TemporaryFolder();
        folder.Write("original_sequences/youtube/c23/videos/953.mp4");
        folder.Write("original_sequences/youtube/c40/videos/953.mp4");
        Assert.Equal(
            "original_sequences/youtube/c40/videos/953.mp4",
            Assert.Single(DatasetLayout.Named("ffpp").Read(folder.Path, new DatasetOptions("c40")).Items).Path
        );
    }

    [Fact]
    public void Actors_are_on_one_side_each_and_fakes_across_sides_are_dropped_and_counted()
    {
        using var folder = new TemporaryFolder();
        var actors = Enumerable.Range(1, 28).Select(actor => $"{actor:00}").ToList();
        foreach (var actor in actors)
            folder.Write($"original_sequences/actors/c23/videos/{actor}__exit_phone_room.mp4");
        foreach (var a in actors)
        {
            foreach (var b in actors.Where(b => b != a))
                folder.Write(
                    $"manipulated_sequences/DeepFakeDetection/c23/videos/{a}_{b}__exit_phone_room__ABCDEFGH.mp4"
                );
        }
        var listing = DatasetLayout.Named("ffpp").Read(folder.Path, new DatasetOptions());
        var sides = listing
            .Items.SelectMany(item => item.Identities.Select(person => (person, item.Split)))
            .Distinct()
            .ToList();
        Assert.Equal(28, sides.Count);
        Assert.Equal(3, sides.Select(side => side.Split).Distinct().Count());
        var dropped = 28 * 27 - listing.Items.Count(item => item.Label == 1);
        Assert.Contains(
            listing.Problems,
            problem => problem.What.StartsWith($"{dropped} fakes left out", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_fake_across_two_pairs_could_stand_on_two_sides_and_is_left_out()
    {
        using var folder = new TemporaryFolder();
        folder.Write("original/953.mp4");
        folder.Write($"Deepfakes/953_{OfficialSplits.FaceForensicsPairs(Split.Train)[0].A}.mp4");
        Assert.Single(DatasetLayout.Named("ffpp").Read(folder.Path, new DatasetOptions()).Items);
    }

    [Fact]
    public void A_name_that_no_list_knows_is_reported_and_left_out()
    {
        using var folder = new TemporaryFolder();
        folder.Write("original/953.mp4");
        folder.Write("original/holiday.mp4");
        var listing = DatasetLayout.Named("ffpp").Read(folder.Path, new DatasetOptions());
        Assert.Single(listing.Items);
        Assert.Contains(
            listing.Problems,
            problem => problem is { Severity: Severity.Warning, Where: "original/holiday.mp4" }
        );
    }

    [Fact]
    public void A_missing_or_empty_folder_is_a_wrong_request()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<RequestException>(() =>
            DatasetLayout.Named("ffpp").Read(folder["nowhere"], new DatasetOptions())
        );
        Assert.Throws<RequestException>(() => DatasetLayout.Named("ffpp").Read(folder.Path, new DatasetOptions()));
    }
}

public class CelebDfTests
{
    [Fact]
    public void The_test_lists_reversed_labels_are_understood()
    {
        using var folder = Small();
        var listing = DatasetLayout.Named("celebdf").Read(folder.Path, new DatasetOptions());
        var test = listing
            .Items.Where(item => item.Split == Split.Test)
            .OrderBy(item => item.Id, StringComparer.Ordinal)
            .ToList();
        Assert.Equal([("id0_0000", 0), ("id0_id1_0000", 1)], test.Select(item => (item.Id, item.Label)));
        Assert.DoesNotContain(listing.Problems, problem => problem.Severity == Severity.Error);
    }

    [Fact]
    public void A_list_that_contradicts_the_folders_is_an_error()
    {
        using var folder = Small();
        folder.Write("List_of_testing_videos.txt", "0 Celeb-real/id0_0000.mp4\n");
        var listing = DatasetLayout.Named("celebdf").Read(folder.Path, new DatasetOptions());
        Assert.Contains(listing.Problems, problem => problem.Severity == Severity.Error);
        Assert.False(DatasetCheck.Names(listing).Passes);
    }

    [Fact]
    public void Without_its_list_training_would_see_test_videos_so_it_stops()
    {
        using var folder = Small();
        File.Delete(folder["List_of_testing_videos.txt"]);
        Assert.Contains(
            "List_of_testing_videos.txt",
            Assert
                .Throws<RequestException>(() => DatasetLayout.Named("celebdf").Read(folder.Path, new DatasetOptions()))
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Extra_videos_folders_and_any_letter_case_are_accepted()
    {
        using var folder = new TemporaryFolder();
        folder.Write("celeb-REAL/videos/id0_0000.MP4");
        folder.Write("Celeb-synthesis/videos/id2_id1_0000.mp4");
        folder.Write(
            "list_of_testing_videos.txt",
            "1 Celeb-real/id0_0000.mp4\n0 Celeb-synthesis/videos/id2_id1_0000.mp4\n"
        );
        var items = DatasetLayout.Named("celebdf").Read(folder.Path, new DatasetOptions()).Items;
        Assert.Equal([Split.Test, Split.Test], items.Select(item => item.Split!.Value));
        Assert.Equal("id2_0000.mp4", items.Single(item => item.Label == 1).Original);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fake_and_its_people_are_never_on_two_sides_of_what_is_carved(bool byIdentity)
    {
        using var folder = new TemporaryFolder();
        foreach (var a in Enumerable.Range(0, 20))
        {
            foreach (var take in Enumerable.Range(0, 3))
                folder.Write($"Celeb-real/id{a}_{take:0000}.mp4");
            foreach (var b in Enumerable.Range(0, 20).Where(b => b != a))
                folder.Write($"Celeb-synthesis/id{a}_id{b}_0000.mp4");
        }
        folder.Write("List_of_testing_videos.txt", "1 Celeb-real/id0_0000.mp4\n0 Celeb-synthesis/id0_id1_0000.mp4\n");
        var listing = DatasetLayout.Named("celebdf").Read(folder.Path, new DatasetOptions(IdentitySplit: byIdentity));
        var sides = listing
            .Items.Where(item => byIdentity || item.Split != Split.Test)
            .SelectMany(item => item.Identities.Select(person => (person, item.Split)))
            .Distinct()
            .GroupBy(side => side.person);
        Assert.All(sides, side => Assert.Single(side));
        foreach (var side in byIdentity ? Enum.GetValues<Split>() : [Split.Train, Split.Validation])
            Assert.Equal(
                2,
                listing.Items.Where(item => item.Split == side).Select(item => item.Label).Distinct().Count()
            );
        Assert.Contains(listing.Problems, problem => problem.What.Contains("left out", StringComparison.Ordinal));
        var check = DatasetCheck.Names(listing);
        Assert.True(check.Passes);
        Assert.Equal(!byIdentity, check.Problems.Any(problem => problem.Severity == Severity.Known));
    }

    [Fact]
    public void The_published_list_gives_518_test_videos()
    {
        using var folder = new TemporaryFolder();
        var list = File.ReadAllText(Shared.File("facts/celebdf/List_of_testing_videos.txt"));
        folder.Write("List_of_testing_videos.txt", list);
        foreach (var line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            folder.Write(line.Trim()[2..]);
        var test = DatasetLayout
            .Named("celebdf")
            .Read(folder.Path, new DatasetOptions())
            .Items.Where(item => item.Split == Split.Test)
            .ToList();
        Assert.Equal((178, 340), (test.Count(item => item.Label == 0), test.Count(item => item.Label == 1)));
    }

    private static TemporaryFolder Small()
    {
        var folder = new TemporaryFolder();
        foreach (
            var name in new[]
            {
                "Celeb-real/id0_0000.mp4",
                "Celeb-real/id1_0000.mp4",
                "Celeb-synthesis/id0_id1_0000.mp4",
                "YouTube-real/00000.mp4",
            }
        )
            folder.Write(name);
        folder.Write("List_of_testing_videos.txt", "1 Celeb-real/id0_0000.mp4\n0 Celeb-synthesis/id0_id1_0000.mp4\n");
        return folder;
    }
}

public class DfdcTests
{
    [Theory]
    [InlineData("dfdc_train_part_7")]
    [InlineData("dfdc_train_part_07")]
    [InlineData("dfdc_train_part_7/dfdc_train_part_7")]
    public void Chunk_folders_are_found_however_they_were_unpacked(string chunk)
    {
        using var folder = new TemporaryFolder();
        folder.Write(
            $"{chunk}/metadata.json",
            """{"a.mp4":{"label":"FAKE","split":"train","original":"b.mp4"},"b.mp4":{"label":"REAL","split":"train","original":null}}"""
        );
        folder.Write($"{chunk}/a.mp4");
        folder.Write($"{chunk}/b.mp4");
        var items = DatasetLayout.Named("dfdc").Read(folder.Path, new DatasetOptions()).Items;
        Assert.Equal([("a", 1, 7), ("b", 0, 7)], items.Select(item => (item.Id, item.Label, item.Chunk!.Value)));
        Assert.Single(items.Select(item => item.Split).Distinct());
    }

    [Fact]
    public void A_chunk_without_metadata_is_left_out_with_the_reason_and_the_others_are_kept()
    {
        using var folder = new TemporaryFolder();
        folder.Write(
            "dfdc_train_part_0/metadata.json",
            """{"b.mp4":{"label":"REAL","split":"train"},"gone.mp4":{"label":"REAL","split":"train"}}"""
        );
        folder.Write("dfdc_train_part_0/b.mp4");
        folder.Write("dfdc_train_part_0/unlabelled.mp4");
        folder.Write("dfdc_train_part_1/c.mp4");
        var listing = DatasetLayout.Named("dfdc").Read(folder.Path, new DatasetOptions());
        Assert.Single(listing.Items);
        Assert.Contains(listing.Problems, p => p is { Severity: Severity.Warning, Where: "dfdc_train_part_1" });
        Assert.Contains(listing.Problems, p => p.Where.EndsWith("unlabelled.mp4", StringComparison.Ordinal));
        Assert.Contains(listing.Problems, p => p.What.StartsWith("1 of 2 labelled videos", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"b.mp4":null}""")]
    [InlineData("""{"b.mp4":{"label":"MAYBE"}}""")]
    [InlineData("not json")]
    public void Metadata_that_says_nothing_is_reported_and_no_crash(string metadata)
    {
        using var folder = new TemporaryFolder();
        folder.Write("dfdc_train_part_0/metadata.json", metadata);
        folder.Write("dfdc_train_part_0/b.mp4");
        Assert.Throws<RequestException>(() => DatasetLayout.Named("dfdc").Read(folder.Path, new DatasetOptions()));
    }

    [Fact]
    public void Sides_are_about_80_10_10()
    {
        var names = Enumerable.Range(0, 5000).Select(i => $"video{i}.mp4").ToList();
        var sides = names.CountBy(OfficialSplits.Dfdc).ToDictionary();
        Assert.InRange(sides[Split.Test], 400, 600);
        Assert.InRange(sides[Split.Validation], 400, 600);
    }

    [Fact]
    public void The_published_sample_reads_with_its_missing_originals()
    {
        using var folder = new TemporaryFolder();
        var metadata = File.ReadAllText(Shared.File("facts/dfdc/train_sample_metadata.json"));
        folder.Write("dfdc_train_part_0/metadata.json", metadata);
        foreach (var name in System.Text.Json.JsonDocument.Parse(metadata).RootElement.EnumerateObject())
            folder.Write($"dfdc_train_part_0/{name.Name}");
        var listing = DatasetLayout.Named("dfdc").Read(folder.Path, new DatasetOptions());
        Assert.Equal(
            (77, 323),
            (listing.Items.Count(item => item.Label == 0), listing.Items.Count(item => item.Label == 1))
        );
        Assert.True(DatasetCheck.Names(listing).Passes);
    }
}

public class DatasetCheckTests
{
    [Fact]
    public void A_person_on_two_sides_is_a_leak()
    {
        VideoItem Item(string id, Split side, params string[] people) =>
            new("celebdf", "Celeb-synthesis", id, $"{id}.mp4", 1, people[0], people, side);
        var listing = new DatasetListing(
            "celebdf",
            "",
            "official test list",
            [Item("a", Split.Train, "id0", "id1"), Item("b", Split.Validation, "id2", "id1")],
            []
        );
        Assert.Contains(
            DatasetCheck.Names(listing).Problems,
            problem => problem is { Severity: Severity.Error, Where: "id1" }
        );
        var official = listing with
        {
            Items = [Item("a", Split.Train, "id0", "id1"), Item("b", Split.Test, "id2", "id1")],
        };
        Assert.True(DatasetCheck.Names(official).Passes);
    }

    [Fact]
    public async Task The_same_file_on_two_sides_is_a_leak()
    {
        using var folder = new TemporaryFolder();
        var train = OfficialSplits.FaceForensicsPairs(Split.Train)[0];
        var video = await Videos.MakeAsync(folder[$"original/953.mp4"]);
        File.Copy(video, folder[$"original/{train.A}.mp4"]);
        var listing = DatasetLayout.Named("ffpp").Read(folder.Path, new DatasetOptions());
        var check = await DatasetCheck.FilesAsync(listing, 2, null, CancellationToken.None);
        Assert.False(check.Passes);
        Assert.Contains(
            check.Problems,
            problem => problem.What.StartsWith("leak: the same file", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Unreadable_files_are_named_and_are_no_leak()
    {
        using var folder = new TemporaryFolder();
        folder.Write("original/953.mp4", "not a video");
        folder.Write("original/974.mp4");
        var check = await DatasetCheck.FilesAsync(
            DatasetLayout.Named("ffpp").Read(folder.Path, new DatasetOptions()),
            2,
            null,
            CancellationToken.None
        );
        Assert.True(check.Passes);
        Assert.Equal(
            2,
            check.Problems.Count(problem => problem.What.StartsWith("unreadable", StringComparison.Ordinal))
        );
    }
}
