using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

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
            """
            {
              "a.mp4": { "label": "FAKE", "split": "train", "original": "b.mp4" },
              "b.mp4": { "label": "REAL", "split": "train", "original": null }
            }
            """
        );
        folder.Write($"{chunk}/a.mp4");
        folder.Write($"{chunk}/b.mp4");
        var items = DatasetLayout.Find("dfdc").Read(folder.Path, new DatasetOptions()).Items;
        Assert.Equal([("a", 1, 7), ("b", 0, 7)], items.Select(item => (item.Id, item.Label, item.Chunk!.Value)));
        Assert.Single(items.Select(item => item.Split).Distinct());
        Assert.All(items, item => Assert.Equal("b.mp4", item.Group));
    }

    [Fact]
    public void Kinds_of_forgery_are_read_from_the_list_beside_the_parts()
    {
        using var folder = new TemporaryFolder();
        folder.Write("dfdc_train_part_0/metadata.json", """{"a.mp4":{"label":"FAKE"},"b.mp4":{"label":"REAL"}}""");
        folder.Write("dfdc_train_part_0/a.mp4");
        folder.Write("dfdc_train_part_0/b.mp4");
        folder.Write("kinds.csv", "path,kind\ndfdc_train_part_0/a.mp4,blend\n");
        var items = DatasetLayout.Find("dfdc").Read(folder.Path, new DatasetOptions()).Items;
        Assert.Equal([("a", "blend"), ("b", null)], items.Select(item => (item.Id, item.Kind)));
    }

    [Fact]
    public void A_key_fits_into_a_tar_header_and_tells_paths_apart()
    {
        VideoItem Item(string id, string path) => new("dfdc", "FAKE", id, path, 1, path, [path]);
        var name = new string('a', 200);
        Assert.InRange(Item(name, "x").Key.Length, 1, 80);
        Assert.NotEqual(Item(name + "1", "x").Key, Item(name + "2", "y").Key);
        Assert.NotEqual(Item("a.b", "x").Key, Item("a-b", "y").Key);
        Assert.Equal("dfdc_FAKE_a-b", Item("a-b", "y").Key);
    }

    [Theory]
    [InlineData("train_sample_videos/", "")]
    [InlineData("train_sample_videos/train_sample_videos/", "")]
    [InlineData("Train_Sample_Videos/", "")]
    [InlineData("train_sample_videos/", "train_sample_videos")]
    [InlineData("any name/", "any name")]
    public void Kaggles_sample_is_read_from_the_folder_above_it_and_from_itself(string place, string root)
    {
        using var folder = new TemporaryFolder();
        var metadata = File.ReadAllText(Shared.File("facts/dfdc/train_sample_metadata.json"));
        folder.Write($"{place}metadata.json", metadata);
        foreach (var name in System.Text.Json.JsonDocument.Parse(metadata).RootElement.EnumerateObject())
            folder.Write($"{place}{name.Name}");
        folder.Write("test_videos/aassnaulhq.mp4");
        folder.Write("sample_submission.csv", "filename,label\n");
        var listing = DatasetLayout.Find("dfdc").Read(folder[root], new DatasetOptions());
        Assert.Equal(
            (77, 323),
            (listing.Items.Count(item => item.Label == 0), listing.Items.Count(item => item.Label == 1))
        );
        Assert.All(listing.Items, item => Assert.Null(item.Chunk));
        Assert.All(listing.Items, item => Assert.True(File.Exists(Path.Combine(folder[root], item.Path))));
        Assert.True(DatasetCheck.Names(listing).Passes);
    }

    [Fact]
    public void Beside_the_parts_the_sample_is_left_out()
    {
        using var folder = new TemporaryFolder();
        foreach (var place in new[] { "dfdc_train_part_0", "train_sample_videos" })
        {
            folder.Write($"{place}/metadata.json", """{"b.mp4":{"label":"REAL","split":"train"}}""");
            folder.Write($"{place}/b.mp4");
        }
        var listing = DatasetLayout.Find("dfdc").Read(folder.Path, new DatasetOptions());
        Assert.Equal(0, Assert.Single(listing.Items).Chunk);
        Assert.Contains(listing.Problems, p => p is { Severity: Severity.Note, Where: "train_sample_videos" });
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
        var listing = DatasetLayout.Find("dfdc").Read(folder.Path, new DatasetOptions());
        Assert.Single(listing.Items);
        Assert.Contains(listing.Problems, p => p is { Severity: Severity.Warning, Where: "dfdc_train_part_1" });
        Assert.Contains(listing.Problems, p => p.Where.EndsWith("unlabelled.mp4", StringComparison.Ordinal));
        Assert.Contains(listing.Problems, p => p.What.StartsWith("1 of 2 listed videos", StringComparison.Ordinal));
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
        Assert.Throws<RequestException>(() => DatasetLayout.Find("dfdc").Read(folder.Path, new DatasetOptions()));
    }

    [Fact]
    public void Sides_are_about_80_10_10()
    {
        var names = Enumerable.Range(0, 5000).Select(i => $"video{i}.mp4").ToList();
        var sides = names.CountBy(name => OfficialSplits.Dfdc(name)).ToDictionary();
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
        var listing = DatasetLayout.Find("dfdc").Read(folder.Path, new DatasetOptions());
        Assert.Equal(
            (77, 323),
            (listing.Items.Count(item => item.Label == 0), listing.Items.Count(item => item.Label == 1))
        );
        Assert.True(DatasetCheck.Names(listing).Passes);
    }
}
