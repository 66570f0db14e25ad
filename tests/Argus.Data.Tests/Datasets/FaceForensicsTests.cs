using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class FaceForensicsTests
{
    private const string Real = "original_sequences/youtube/c23/videos/";
    private const string Fake = "manipulated_sequences/Deepfakes/c23/videos/";

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
        var listing = DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions());
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
                .Find("ffpp")
                .Read(folder.Path, new DatasetOptions())
                .Items.Select(item => item.Key)
                .Distinct()
                .Count()
        );
        Assert.Equal(
            ["FaceSwap", "original"],
            DatasetLayout
                .Find("ffpp")
                .Read(folder.Path, new DatasetOptions(Methods: ["FaceSwap"]))
                .Items.Select(item => item.Method)
                .Order()
        );
        Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions(Methods: ["Deepfake"]))
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
            .Find("ffpp")
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
            Assert.Single(DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions("c40")).Items).Path
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
        var listing = DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions());
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
        Assert.Single(DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions()).Items);
    }

    [Fact]
    public void A_name_that_no_list_knows_is_reported_and_left_out()
    {
        using var folder = new TemporaryFolder();
        folder.Write("original/953.mp4");
        folder.Write("original/holiday.mp4");
        var listing = DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions());
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
        Assert.Throws<RequestException>(() => DatasetLayout.Find("ffpp").Read(folder["nowhere"], new DatasetOptions()));
        Assert.Throws<RequestException>(() => DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions()));
    }
}
