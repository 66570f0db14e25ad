using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class DfdcPreviewTests
{
    [Fact]
    public void The_list_says_label_side_and_people()
    {
        using var folder = new TemporaryFolder();
        folder.Write("original_videos/10/10_A_000.mp4");
        folder.Write("method_A/10/10_20_A_000.mp4");
        folder.Write("method_B/30/30_20_A_000.mp4");
        folder.Write(
            "dataset.json",
            """
            {
              "original_videos/10/10_A_000.mp4":
                {"label": "real", "set": "train", "target_id": "10", "swapped_id": null, "augmentations": []},
              "method_A/10/10_20_A_000.mp4":
                {"label": "fake", "set": "train", "target_id": 10, "swapped_id": 20, "augmentations": ["fps"]},
              "method_B/30/30_20_A_000.mp4":
                {"label": "maybe", "set": "test", "target_id": 30, "swapped_id": 20, "augmentations": []},
              "method_B/31/31_20_A_000.mp4":
                {"label": "fake", "set": "test", "target_id": 31, "swapped_id": 20, "augmentations": []}
            }
            """
        );
        var listing = DatasetLayout.Find("dfdcp").Read(folder.Path, new DatasetOptions(ValidationShare: 0));
        Assert.Equal(
            [("10_20_A_000", "method_A", 1, "dfdcp10 dfdcp20"), ("10_A_000", "original_videos", 0, "dfdcp10")],
            listing
                .Items.OrderBy(item => item.Id, StringComparer.Ordinal)
                .Select(item => (item.Id, item.Method, item.Label, string.Join(' ', item.Identities)))
        );
        Assert.Contains(
            listing.Problems,
            problem => problem.What.StartsWith("left out: dataset.json calls it 'maybe'")
        );
        Assert.Contains(
            listing.Problems,
            problem => problem.What == "1 of 4 listed videos are not on disk: method_B/31/31_20_A_000.mp4"
        );
    }

    // Everybody is swapped with everybody, and still nobody is on two sides.
    [Fact]
    public void People_of_training_are_kept_apart_for_validation()
    {
        using var folder = new TemporaryFolder();
        var lines = new List<string>();
        foreach (var (a, b) in Enumerable.Range(0, 100).Select(i => (i / 10, i % 10)))
        {
            var path = a == b ? $"original_videos/{a}/{a}.mp4" : $"method_A/{a}/{a}_{b}.mp4";
            folder.Write(path);
            lines.Add(
                $$"""
                "{{path}}": {"label": "{{(
                    a == b ? "real" : "fake"
                )}}", "set": "train", "target_id": {{a}}, "swapped_id": {{b}}}
                """
            );
        }
        folder.Write("dataset.json", $"{{{string.Join(',', lines)}}}");
        var listing = DatasetLayout.Find("dfdcp").Read(folder.Path, new DatasetOptions());
        Assert.Equal(
            [(Split.Train, 0), (Split.Train, 1), (Split.Validation, 0), (Split.Validation, 1)],
            listing.Items.Select(item => (item.Split!.Value, item.Label)).Distinct().Order()
        );
        Assert.DoesNotContain(DatasetCheck.Names(listing).Problems, problem => problem.What.StartsWith("leak"));
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("[1]", "is not the preview's list")]
    [InlineData("""{"a.mp4": {"target_id": "\ud800"}}""", "is not the preview's list")]
    public void Without_its_list_nothing_is_guessed(string? list, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("method_A/10/10_20_A_000.mp4");
        if (list is not null)
            folder.Write("dataset.json", list);
        var error = Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("dfdcp").Read(folder.Path, new DatasetOptions())
        );
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
