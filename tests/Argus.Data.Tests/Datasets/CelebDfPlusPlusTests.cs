using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class CelebDfPlusPlusTests
{
    [Fact]
    public void Methods_are_the_folders_that_videos_lie_in_and_the_list_is_reversed()
    {
        using var folder = Small();
        var listing = DatasetLayout.Find("celebdfpp").Read(folder.Path, new DatasetOptions());
        Assert.Equal(
            [
                ("Celeb-real/id0_0000.mp4", "Celeb-real", 0),
                ("Celeb-synthesis/FaceSwap/SimSwap/videos/id0_id1_0000.mp4", "SimSwap", 1),
                ("Celeb-synthesis/TalkingFace/FLOAT/id1_0003_id2.mp4", "FLOAT", 1),
            ],
            listing
                .Items.Where(item => item.Split == Split.Test)
                .OrderBy(item => item.Path, StringComparer.Ordinal)
                .Select(item => (item.Path, item.Method, item.Label))
        );
        var swap = listing.Items.Single(item => item.Method == "SimSwap");
        Assert.Equal(("id0 id1", "id0_0000.mp4"), (string.Join(' ', swap.Identities), swap.Original));
        Assert.Contains(
            listing.Problems,
            problem => problem.What == "1 of 4 listed videos are not on disk: YouTube-real/00009.mp4"
        );
        Assert.Contains(listing.Problems, problem => problem.Severity == Severity.Known);
        Assert.True(DatasetCheck.Names(listing).Passes);
    }

    [Fact]
    public void Methods_can_be_chosen_and_people_kept_apart()
    {
        using var folder = Small();
        var chosen = DatasetLayout
            .Find("celebdfpp")
            .Read(folder.Path, new DatasetOptions(Methods: ["LIA"], IdentitySplit: true));
        Assert.Equal(["LIA"], chosen.Items.Where(item => item.Label == 1).Select(item => item.Method).Distinct());
        Assert.DoesNotContain(DatasetCheck.Names(chosen).Problems, problem => problem.What.StartsWith("leak"));
    }

    [Fact]
    public void Celeb_DF_v2_is_not_taken_for_it()
    {
        using var folder = Small();
        folder.Write("Celeb-synthesis/id0_id1_0000.mp4");
        var error = Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("celebdfpp").Read(folder.Path, new DatasetOptions())
        );
        Assert.Contains("celebdf", error.Message, StringComparison.Ordinal);
    }

    private static TemporaryFolder Small()
    {
        var folder = new TemporaryFolder();
        foreach (var person in Enumerable.Range(0, 8))
        {
            folder.Write($"Celeb-real/id{person}_0000.mp4");
            folder.Write($"Celeb-synthesis/FaceReenact/LIA/id{person}_0000.mp4");
        }
        folder.Write("YouTube-real/00001.mp4");
        folder.Write("Celeb-synthesis/FaceSwap/SimSwap/videos/id0_id1_0000.mp4");
        folder.Write("Celeb-synthesis/TalkingFace/FLOAT/id1_0003_id2.mp4");
        folder.Write(
            "List_of_testing_videos.txt",
            "1 Celeb-real/id0_0000.mp4\n1 YouTube-real/00009.mp4\n0 Celeb-synthesis/FaceSwap/SimSwap/id0_id1_0000.mp4\n"
                + "0 Celeb-synthesis/TalkingFace/FLOAT/id1_0003_id2.mp4\n"
        );
        return folder;
    }
}
