using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

/// <summary>Other draws of what nobody divided; official lists stay.</summary>
public class SplitSeedTests
{
    private const int Videos = 60;

    [Theory]
    [InlineData("folder")]
    [InlineData("reals")]
    [InlineData("dfdc")]
    [InlineData("ffpp")]
    [InlineData("celebdf")]
    public void A_seed_draws_another_split_and_always_the_same(string layout)
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < Videos; i++)
            folder.Write(Place(layout, i));
        folder.Write("dfdc_train_part_0/metadata.json", Metadata());
        folder.Write("List_of_testing_videos.txt", $"1 {Place("celebdf", 0)}\n1 {Place("celebdf", 1)}\n");
        Dictionary<string, Split> Sides(int seed) =>
            DatasetLayout
                .Find(layout)
                .Read(folder.Path, new DatasetOptions { SplitSeed = seed })
                .Items.ToDictionary(item => item.Id, item => item.Split!.Value);

        var first = Sides(0);
        var other = Sides(1);
        Assert.Equal(first.Keys.Order(), other.Keys.Order());
        Assert.Contains(first, entry => other[entry.Key] != entry.Value);
        Assert.Equal(other, Sides(1));
        Assert.NotEqual(other, Sides(2));
        if (layout == "celebdf")
            Assert.Equal(Tested(first), Tested(other));

        static IEnumerable<string> Tested(Dictionary<string, Split> sides) =>
            sides.Where(entry => entry.Value == Split.Test).Select(entry => entry.Key).Order();
    }

    [Fact]
    public void Another_draw_is_said()
    {
        using var folder = new TemporaryFolder();
        folder.Write(Place("ffpp", 1));
        Assert.Contains(
            DatasetLayout.Find("ffpp").Read(folder.Path, new DatasetOptions { SplitSeed = 7 }).Problems,
            problem => problem.What.EndsWith("drawn with the seed 7", StringComparison.Ordinal)
        );
    }

    private static string Place(string layout, int i) =>
        layout switch
        {
            "folder" => $"{(i % 2 == 0 ? "real" : "fake")}/v{i}.mp4",
            "reals" => $"person{i}/a.mp4",
            "dfdc" => $"dfdc_train_part_0/v{i}.mp4",
            "ffpp" => $"original_sequences/actors/c23/videos/{i:00}__talking.mp4",
            _ => $"Celeb-real/id{i}_0000.mp4",
        };

    private static string Metadata() =>
        $"{{{string.Join(',', Enumerable.Range(0, Videos).Select(i => $"\"v{i}.mp4\":{{\"label\":\"REAL\"}}"))}}}";
}
