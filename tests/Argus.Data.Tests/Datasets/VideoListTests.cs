using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class VideoListTests
{
    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    public void All_columns_are_read_whatever_separates_them(char separator)
    {
        using var folder = Folder("r.mp4", "sub/f.jpg");
        var listing = Read(
            folder,
            "\uFEFFLabel,Path,split,method,person,original,group,kind\r\n".Replace(',', separator)
                + string.Join(separator, "real", "r.mp4", "train", "", "Anna Lee", "", "g1", "")
                + "\r\n\r\n"
                + string.Join(separator, "1", "\"sub/f.jpg\"", "val", "Swap", "Anna Lee", "r.mp4", "g1", "lighting")
        );
        Assert.Equal(
            [("r.mp4", 0, "real", Split.Train), ("sub/f.jpg", 1, "Swap", Split.Validation)],
            listing.Items.Select(item => (item.Path, item.Label, item.Method, item.Split!.Value))
        );
        Assert.Equal(
            ("r.mp4", "lighting", "g1"),
            (listing.Items[1].Original, listing.Items[1].Kind, listing.Items[1].Group)
        );
        Assert.All(listing.Items, item => Assert.Equal("Anna_Lee", item.Identities.Single()));
        // Whoever states a split that leaks is told.
        Assert.False(DatasetCheck.Names(listing).Passes);
    }

    [Fact]
    public void Quotes_hold_separators_and_quotes()
    {
        using var folder = Folder("a, \"b\".mp4");
        Assert.Equal("a, \"b\".mp4", Read(folder, "path,label\n\"a, \"\"b\"\".mp4\",0\n").Items.Single().Path);
    }

    [Fact]
    public void Without_a_split_a_person_and_an_original_with_its_fakes_stay_together()
    {
        using var folder = new TemporaryFolder();
        var lines = new List<string> { "path,label,person,original" };
        for (var i = 0; i < 20; i++)
        {
            folder.Write($"r{i}.mp4");
            folder.Write($"f{i}.mp4");
            lines.AddRange([$"r{i}.mp4,0,p{i % 10},", $"f{i}.mp4,1,,r{i}.mp4"]);
        }
        var items = Read(folder, string.Join('\n', lines)).Items;
        var sides = items.ToDictionary(item => item.Path, item => item.Split);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(sides[$"r{i % 10}.mp4"], sides[$"f{i}.mp4"]));
        Assert.Equal(6, items.Select(item => (item.Split, item.Label)).Distinct().Count());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("\n\npath,label\n", "empty")]
    [InlineData("path\na.mp4\n", "single column")]
    [InlineData("path,label;split\na.mp4,0;train\n", "mixes commas and semicolons")]
    [InlineData("path,label\na.mp4;0\n", "line 2: it has 1 cells and the header 2; it separates by semicolons")]
    [InlineData("path,label\na.mp4,0,x\n", "line 2: it has 3 cells")]
    [InlineData("path,label\n\"a.mp4,0\nb.mp4,1\n", "line 2: a quote opens")]
    [InlineData("path,lable\na.mp4,0\n", "the column label is missing")]
    [InlineData("file,label\na.mp4,0\n", "the column path is missing")]
    [InlineData("path,label,path\na.mp4,0,b\n", "two columns are named 'path'")]
    [InlineData("path,label\n", "no line")]
    [InlineData("path,label\na.mp4,2\n", "line 2: the label is '2'")]
    [InlineData("path,label\na.mp4,\n", "line 2: the label is ''")]
    [InlineData("path,label\n,1\n", "line 2: the path is empty")]
    [InlineData("path,label\n../a.mp4,1\n", "line 2: ../a.mp4 lies outside")]
    [InlineData("path,label\n/etc/a.mp4,1\n", "line 2: /etc/a.mp4 lies outside")]
    [InlineData("path,label\na.txt,1\n", "line 2: a.txt is neither a video nor a picture")]
    [InlineData("path,label\na.mp4,0\nb.mp4,1\n./a.mp4,0\n", "line 4: a.mp4 stands on line 2 already")]
    [InlineData("path,label\nfake/x/a.mp4,0\n", "line 2: fake/x/a.mp4 is called real, but")]
    [InlineData("path,label\n0_real/a.mp4,1\n", "line 2: 0_real/a.mp4 is called fake, but")]
    [InlineData("path,label,split\na.mp4,0,trian\n", "line 2: the split is 'trian'")]
    [InlineData("path,label,split\na.mp4,0,train\nb.mp4,1,\n", "line 3: the split is empty")]
    [InlineData(
        "path,label,original\na.mp4,1,b.mp4\nb.mp4,1,\n",
        "line 2: b.mp4 is named as an original, but it is fake"
    )]
    [InlineData("path,label,original\na.mp4,1,c.mp4\nx/c.mp4,0,\ny/c.mp4,0,\n", "line 2: 2 listed files")]
    public void A_wrong_list_is_refused_with_its_line_and_nothing_is_read(string text, string word)
    {
        using var folder = Folder("a.mp4", "b.mp4", "fake/x/a.mp4", "0_real/a.mp4", "x/c.mp4", "y/c.mp4");
        var error = Assert.Throws<RequestException>(() => Read(folder, text));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Contains("list.csv", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        using var folder = Folder("a.mp4");
        var lines = Enumerable.Range(0, 30).Select(i => $"{i}.mp4,perhaps");
        var error = Assert.Throws<RequestException>(() => Read(folder, "path,label\n" + string.Join('\n', lines)));
        Assert.Contains("line 2:", error.Message, StringComparison.Ordinal);
        Assert.Contains("line 11:", error.Message, StringComparison.Ordinal);
        Assert.Contains("and 20 more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_files_and_unknown_columns_are_said_and_the_rest_is_read()
    {
        using var folder = Folder("a.mp4");
        var listing = Read(folder, "path,label,spilt\na.mp4,0,x\nb.mp4,1,x\nc.mp4,1,x\n");
        Assert.Equal(["a.mp4"], listing.Items.Select(item => item.Path));
        Assert.Contains(listing.Problems, problem => problem is { Where: "line 3", Severity: Severity.Warning });
        Assert.Contains(listing.Problems, problem => problem.What.Contains("2 listed files are not on disk"));
        Assert.Contains(listing.Problems, problem => problem.What.Contains("did you mean split"));
    }

    [Fact]
    public void A_file_or_its_folder_may_be_given_and_is_recognised()
    {
        using var folder = Folder("a.mp4");
        folder.Write("list.csv", "path,label\na.mp4,0\n");
        folder.Write("other.tsv", "path\tlabel\na.mp4\t1\n");
        var layout = DatasetLayout.Find("list");
        Assert.Equal(0, layout.Read(folder.Path, new DatasetOptions()).Items.Single().Label);
        Assert.Equal(1, layout.Read(folder["other.tsv"], new DatasetOptions()).Items.Single().Label);
        Assert.Equal("list", DatasetLayout.Recognise(folder["other.tsv"])?.Name);
        Assert.Equal("list", DatasetLayout.Recognise(folder.Path)?.Name);
        Assert.Throws<RequestException>(() => layout.Read(folder["a.mp4"], new DatasetOptions()));
        Assert.Throws<RequestException>(() => layout.Read(folder["none.csv"], new DatasetOptions()));
    }

    private static TemporaryFolder Folder(params string[] files)
    {
        var folder = new TemporaryFolder();
        foreach (var file in files)
            folder.Write(file);
        return folder;
    }

    private static DatasetListing Read(TemporaryFolder folder, string text) =>
        DatasetLayout.Find("list").Read(folder.Write("list.csv", text), new DatasetOptions());
}
