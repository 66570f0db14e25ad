using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class CelebDfTests
{
    [Fact]
    public void The_test_lists_reversed_labels_are_understood()
    {
        using var folder = Small();
        var listing = DatasetLayout.Find("celebdf").Read(folder.Path, new DatasetOptions());
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
        var listing = DatasetLayout.Find("celebdf").Read(folder.Path, new DatasetOptions());
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
                .Throws<RequestException>(() => DatasetLayout.Find("celebdf").Read(folder.Path, new DatasetOptions()))
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
        var items = DatasetLayout.Find("celebdf").Read(folder.Path, new DatasetOptions()).Items;
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
        var listing = DatasetLayout.Find("celebdf").Read(folder.Path, new DatasetOptions(IdentitySplit: byIdentity));
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
            .Find("celebdf")
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
