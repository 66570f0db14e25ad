using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class LabelledFoldersTests
{
    [Fact]
    public void Folders_say_the_label_and_the_method()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "Real/a.mp4", "0_REAL/deep/er/b.jpg", "fake/c.webp", "1_fake/Swap/d.mov", "FAKE/Swap/x/e.bmp");
        var items = Read(folder.Path).Items;
        Assert.Equal(
            [
                ("0_REAL/deep/er/b.jpg", 0, "real"),
                ("1_fake/Swap/d.mov", 1, "Swap"),
                ("FAKE/Swap/x/e.bmp", 1, "Swap"),
                ("Real/a.mp4", 0, "real"),
                ("fake/c.webp", 1, "fake"),
            ],
            items
                .OrderBy(item => item.Path, StringComparer.Ordinal)
                .Select(item => (item.Path, item.Label, item.Method))
        );
    }

    [Fact]
    public void What_lies_elsewhere_or_in_both_is_left_out_and_said()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "real/a.mp4", "fake/b.mp4", "maybe/c.mp4", "maybe/d.mp4", "e.jpg", "real/fake/f.mp4");
        var listing = Read(folder.Path);
        Assert.Equal(["fake/b.mp4", "real/a.mp4"], listing.Items.Select(item => item.Path).Order());
        Assert.Equal(
            [".", "maybe", "real/fake"],
            listing.Problems.Select(problem => problem.Where).Order(StringComparer.Ordinal)
        );
        Assert.Contains(
            listing.Problems,
            problem => problem.What.StartsWith("2 files left out", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Without_a_stated_split_a_hash_divides_with_both_classes_on_every_side()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 12; i++)
            Write(folder, $"real/{i}.mp4", $"fake/A/{i}.mp4", $"fake/B/{i}.mp4");
        var listing = Read(folder.Path);
        Assert.Equal(6, listing.Items.Select(item => (item.Split, item.Label)).Distinct().Count());
        Assert.All(
            listing.Items.GroupBy(item => Path.GetFileName(item.Path)),
            same => Assert.Single(same.Select(item => item.Split).Distinct())
        );
        Assert.Contains("75% training, 10% validation, 15% test", listing.SplitName, StringComparison.Ordinal);
        Assert.DoesNotContain(DatasetCheck.Names(listing).Problems, problem => problem.Severity >= Severity.Warning);
    }

    [Fact]
    public void Pictures_of_one_folder_stay_together_where_there_are_several_folders()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 30; i++)
            Write(folder, $"real/v{i % 6}/{i:000}.jpg", $"fake/A/v{i % 6}/{i:000}.jpg");
        var items = Read(folder.Path).Items;
        Assert.All(
            items.GroupBy(item => Path.GetFileName(Path.GetDirectoryName(item.Path))),
            video => Assert.Single(video.Select(item => item.Split).Distinct())
        );
        Assert.Equal(3, items.Select(item => item.Split).Distinct().Count());
    }

    [Fact]
    public void Pictures_in_one_folder_are_divided_one_by_one()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 30; i++)
            Write(folder, $"real/all/r{i}.jpg", $"fake/A/f{i}.jpg");
        Assert.Equal(6, Read(folder.Path).Items.Select(item => (item.Split, item.Label)).Distinct().Count());
    }

    [Fact]
    public void Sources_tsv_keeps_a_person_on_one_side()
    {
        using var folder = new TemporaryFolder();
        var lines = new List<string> { "path\tperson" };
        for (var i = 0; i < 24; i++)
        {
            Write(folder, $"real/r{i}.mp4", $"fake/f{i}.mp4");
            lines.AddRange([$"real/r{i}.mp4\tperson {i % 6}", $"fake/f{i}.mp4\tperson {i % 6}"]);
        }
        folder.Write("sources.tsv", string.Join('\n', lines));
        var items = Read(folder.Path).Items;
        Assert.Equal(6, items.SelectMany(item => item.Identities).Distinct().Count());
        Assert.Empty(DatasetCheck.IdentityLeaks(items, testIsKnownToShare: false));
    }

    [Fact]
    public void Folders_above_may_state_the_split()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "train/real/a.mp4", "train/fake/a.mp4", "val/real/b.mp4", "val/fake/b.mp4", "test/fake/M/c.mp4");
        var listing = Read(folder.Path);
        Assert.Equal("as stated", listing.SplitName);
        Assert.All(listing.Items, item => Assert.Equal(LabelWords.FindSide(item.Path.Split('/')[0]), item.Split));
        Assert.Equal("M", listing.Items.Single(item => item.Split == Split.Test).Method);
    }

    [Fact]
    public void A_stated_split_without_validation_gets_some_of_training()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 10; i++)
            Write(folder, $"train/real/{i}.mp4", $"train/fake/{i}f.mp4", $"test/real/{i}t.mp4");
        var listing = Read(folder.Path);
        Assert.Contains("10% of training for validation", listing.SplitName, StringComparison.Ordinal);
        var validation = listing.Items.Where(item => item.Split == Split.Validation).ToList();
        Assert.Equal([0, 1], validation.Select(item => item.Label).Distinct().Order());
        Assert.All(validation, item => Assert.StartsWith("train/", item.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_wanted_methods_are_taken_and_unknown_ones_refused()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "real/a.mp4", "fake/Swap/b.mp4", "fake/Talk/c.mp4");
        var layout = DatasetLayout.Find("folder");
        Assert.Equal(2, layout.Read(folder.Path, new DatasetOptions(Methods: ["swap"])).Items.Count);
        var error = Assert.Throws<RequestException>(() =>
            layout.Read(folder.Path, new DatasetOptions(Methods: ["Swop"]))
        );
        Assert.Contains("Swap", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_recognised_by_its_two_folders_and_empty_ones_are_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["real"]);
        Assert.Null(DatasetLayout.Recognise(folder.Path));
        Directory.CreateDirectory(folder["1_fake"]);
        Assert.Equal("folder", DatasetLayout.Recognise(folder.Path)?.Name);
        Assert.Throws<RequestException>(() => Read(folder.Path));
        folder.Write("c.mp4");
        var error = Assert.Throws<RequestException>(() => Read(folder.Path));
        Assert.Contains("neither real/ nor fake/", error.Message, StringComparison.Ordinal);
    }

    private static void Write(TemporaryFolder folder, params string[] names)
    {
        foreach (var name in names)
            folder.Write(name);
    }

    private static DatasetListing Read(string root) => DatasetLayout.Find("folder").Read(root, new DatasetOptions());
}
