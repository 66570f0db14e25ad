using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class RealsOnlyTests
{
    [Fact]
    public void Sources_tsv_says_who_is_who()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a1.mp4");
        folder.Write("a2.jpg");
        folder.Write("b1.JPG");
        folder.Write("readme.txt");
        folder.Write(
            "sources.tsv",
            "file\tperson\tlicence\na1.mp4\tAnna Lee\tours\na2.jpg\tAnna Lee\t\"ours\nb1.JPG\tBo\tours\n"
        );
        var listing = Read(folder.Path);
        Assert.Equal(
            [("a1.mp4", "Anna_Lee"), ("a2.jpg", "Anna_Lee"), ("b1.JPG", "Bo")],
            listing.Items.Select(item => (item.Path, item.Identities.Single())).Order()
        );
        Assert.All(listing.Items, item => Assert.Equal(0, item.Label));
        Assert.Equal(3, listing.Items.Select(item => item.Key).Distinct().Count());
        Assert.Contains("2 people in 3 files, told by sources.tsv", listing.SplitName, StringComparison.Ordinal);
        Assert.DoesNotContain(listing.Problems, problem => problem.Severity >= Severity.Warning);
        Assert.True(DatasetCheck.Names(listing).Passes);
    }

    [Fact]
    public void Without_it_the_sub_folder_does_and_else_the_name_without_its_number()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "in/cara/day1/x.mp4", "in/cara/day2/y.mp4", "in/dan_001.png", "in/dan-2.png" })
            folder.Write(name);
        var listing = Read(folder.Path);
        Assert.Equal(
            ["cara", "cara", "dan", "dan"],
            listing.Items.OrderBy(item => item.Path.Replace("in/", "")).Select(item => item.Identities.Single())
        );
        Assert.Contains("sub-folder (2 files)", listing.SplitName, StringComparison.Ordinal);
        Assert.Contains("file name without number (2 files)", listing.SplitName, StringComparison.Ordinal);
    }

    [Fact]
    public void Fakes_beside_reals_are_for_training_and_show_nobody_who_is_kept_out()
    {
        using var folder = new TemporaryFolder();
        string[] people = ["ann", "bo", "cy", "di", "eve", "flo", "gus", "hal"];
        foreach (var person in people)
        {
            folder.Write($"reals/{person}/1.mp4");
            folder.Write($"swaps/{person}/2.mp4");
        }
        folder.Write("swaps/stranger/3.mp4");
        foreach (var name in new[] { "original/071", "Deepfakes/071_054", "original/953", "Deepfakes/953_974" })
            folder.Write($"ff/{name}.mp4");
        var options = new DatasetOptions(ValidationShare: 0.3, Fakes: [folder["swaps"], folder["ff"]]);
        var listing = DatasetLayout.Find("reals").Read(folder["reals"], options);

        var kept = listing.Items.Where(item => item.Split == Split.Validation).ToList();
        Assert.NotEmpty(kept);
        Assert.All(kept, item => Assert.Equal(0, item.Label));
        var fakes = listing.Items.Where(item => item.Label == 1).Select(item => item.Path).ToHashSet();
        var shown = people.Except(kept.Select(item => item.Identities.Single()));
        Assert.Equal(
            [.. shown.Select(person => $"swaps/{person}/2.mp4"), "swaps/stranger/3.mp4", "ff/Deepfakes/071_054.mp4"],
            fakes
        );
        Assert.Contains(listing.Items, item => item is { Path: "ff/original/071.mp4", Label: 0, Split: Split.Train });
        Assert.DoesNotContain(listing.Items, item => item.Path.Contains("953", StringComparison.Ordinal));
        Assert.All(listing.Items, item => Assert.True(File.Exists(listing.FullPath(item))));
        Assert.Contains(listing.Problems, problem => problem.What.StartsWith($"{kept.Count} fakes left out"));
        Assert.Empty(DatasetCheck.IdentityLeaks(listing.Items, testIsKnownToShare: false));

        var error = Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("reals").Read(folder["reals"], new DatasetOptions(Fakes: [folder["none"]]))
        );
        Assert.Contains("none does not exist", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(40)]
    public void Nobody_is_on_two_sides_and_validation_is_never_empty(int people)
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 3 * people; i++)
            folder.Write($"p{i % people}/{i}.mp4");
        var items = Read(folder.Path).Items;
        Assert.Equal(3 * people, items.Count);
        Assert.Empty(DatasetCheck.IdentityLeaks(items, testIsKnownToShare: false));
        Assert.Equal([Split.Train, Split.Validation], items.Select(item => item.Split!.Value).Distinct().Order());
    }

    [Fact]
    public void A_person_stays_on_its_side_when_others_come()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 60; i++)
            folder.Write($"p{i}/x.mp4");
        var before = Read(folder.Path).Items.ToDictionary(item => item.Key, item => item.Split);
        for (var i = 60; i < 90; i++)
            folder.Write($"p{i}/x.mp4");
        Assert.All(
            Read(folder.Path).Items.Where(item => before.ContainsKey(item.Key)),
            item => Assert.Equal(before[item.Key], item.Split)
        );
    }

    [Fact]
    public void Several_folders_are_one_dataset_with_distinct_keys()
    {
        using var folder = new TemporaryFolder();
        folder.Write("one/anna/1.mp4");
        folder.Write("two/anna/1.mp4");
        folder.Write("two/bo/1.mp4");
        var listing = Read(FolderList.Join([folder["one"], folder["two"]]));
        Assert.Equal(
            ["one/anna/1.mp4", "two/anna/1.mp4", "two/bo/1.mp4"],
            listing.Items.Select(item => item.Path).Order(StringComparer.Ordinal)
        );
        Assert.Equal(3, listing.Items.Select(item => item.Key).Distinct().Count());
        Assert.All(listing.Items, item => Assert.True(File.Exists(listing.FullPath(item))));
    }

    [Fact]
    public void One_person_alone_cannot_be_divided()
    {
        using var folder = new TemporaryFolder();
        folder.Write("IMG_0001.jpg");
        folder.Write("IMG_0002.jpg");
        var error = Assert.Throws<RequestException>(() => Read(folder.Path));
        Assert.Contains("all files are of one person", error.Message, StringComparison.Ordinal);
        Assert.Contains("sources.tsv", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_and_absent_folders_are_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("notes.txt");
        Assert.Throws<RequestException>(() => Read(folder.Path));
        var absent = Assert.Throws<RequestException>(() => Read(FolderList.Join([folder.Path, folder["nowhere"]])));
        Assert.Contains("nowhere", absent.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name\tperson\na.mp4\tx\n", "columns file (or path) and person")]
    [InlineData("file,person\na.mp4,x\n", "with tabs between")]
    [InlineData("file\tperson\na.mp4\tx\na.mp4\ty\n", "line 3")]
    [InlineData("file\tperson\n\tx\n", "line 2 names no file")]
    public void Wrong_sources_are_refused_with_their_line(string sources, string word)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.mp4");
        folder.Write("sources.tsv", sources);
        var error = Assert.Throws<RequestException>(() => Read(folder.Path));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_sources_call_fake_is_no_real()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a.mp4", "b.mp4", "c.mp4" })
            folder.Write(name);
        folder.Write("sources.tsv", "path\tperson\tlabel\na.mp4\tx\treal\nb.mp4\ty\t\nc.mp4\tz\tfake\n");
        var listing = Read(folder.Path);
        Assert.Equal(["a.mp4", "b.mp4"], listing.Items.Select(item => item.Path).Order());
        Assert.Contains(listing.Problems, problem => problem.What.Contains("calls them fake"));
    }

    private static DatasetListing Read(string root) => DatasetLayout.Find("reals").Read(root, new DatasetOptions());
}
