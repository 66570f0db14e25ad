using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class DfdcTestTests
{
    [Theory]
    [InlineData("")]
    [InlineData("test/")]
    [InlineData("test/videos/")]
    public void Labels_are_of_files_and_1_is_fake(string place)
    {
        using var folder = new TemporaryFolder();
        folder.Write($"{place}aa.mp4");
        folder.Write($"{place}bb.mp4");
        folder.Write($"{place}stray.mp4");
        folder.Write($"{place.Replace("videos/", "")}labels.csv", "filename,label\naa.mp4,0\nbb.mp4,1\ncc.mp4,1\n");
        var listing = DatasetLayout.Find("dfdctest").Read(folder.Path, new DatasetOptions());
        Assert.Equal(
            [("aa", 0, Split.Test), ("bb", 1, Split.Test)],
            listing.Items.OrderBy(item => item.Id).Select(item => (item.Id, item.Label, item.Split!.Value))
        );
        var check = DatasetCheck.Names(listing);
        Assert.Contains(check.Problems, problem => problem.What == "1 of 3 listed videos are not on disk: cc.mp4");
        Assert.Contains(check.Problems, problem => problem.Where == "stray.mp4");
        // It has no training side, and nobody misses it.
        Assert.DoesNotContain(check.Problems, problem => problem.What.StartsWith("has no"));
    }

    [Theory]
    [InlineData("filename,label\naa.mp4,FAKE\n", "line 2")]
    [InlineData("filename,label\n\"aa.mp4,0\n", "a quote that opens on line 2 is not closed")]
    [InlineData("filename,label\naa.mp4,0\naa.mp4,1\n", "line 3 names aa.mp4 a second time")]
    public void A_wrong_line_is_said(string list, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("aa.mp4");
        folder.Write("labels.csv", list);
        var error = Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("dfdctest").Read(folder.Path, new DatasetOptions())
        );
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
