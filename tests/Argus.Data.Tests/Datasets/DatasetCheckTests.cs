using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

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
        var listing = DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions());
        var check = await DatasetCheck.FilesAsync(listing, 2, null, CancellationToken.None);
        Assert.False(check.Passes);
        Assert.Contains(
            check.Problems,
            problem => problem.What.StartsWith("leak: the same file", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_same_file_twice_on_one_side_is_a_contradiction_only_where_its_labels_differ()
    {
        VideoItem Item(string id, int label) => new("dfdc", "x", id, $"{id}.mp4", label, id, [id], Split.Train);
        DatasetProblem Problem(int label) =>
            Assert.Single(DatasetCheck.Duplicates([("1", Item("a", 0)), ("1", Item("b", label)), ("2", Item("c", 1))]));
        Assert.Equal(Severity.Warning, Problem(0).Severity);
        Assert.Equal(Severity.Error, Problem(1).Severity);
        Assert.Contains("called real and fake", Problem(1).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreadable_files_are_named_and_are_no_leak()
    {
        using var folder = new TemporaryFolder();
        folder.Write("original/953.mp4", "not a video");
        folder.Write("original/974.mp4");
        var check = await DatasetCheck.FilesAsync(
            DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions()),
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
