using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class MixedDatasetsTests
{
    [Fact]
    public void Each_dataset_keeps_its_reader_its_split_and_its_place()
    {
        using var folder = Small();
        var text = $"ffpp={folder["a", "ffpp"]}:celebdf={folder["b", "celebdf"]}";
        Assert.Equal("mix", DatasetLayout.Recognise(text)!.Name);
        var listing = DatasetLayout.Find("mix").Read(text, new DatasetOptions());
        Assert.Equal(
            [
                ("celebdf", "b/celebdf/Celeb-real/id0_0000.mp4", Split.Test),
                ("ffpp", "a/ffpp/Deepfakes/953_974.mp4", Split.Test),
                ("ffpp", "a/ffpp/original/953.mp4", Split.Test),
            ],
            listing.Items.Select(item => (item.Dataset, item.Path, item.Split!.Value)).Order()
        );
        Assert.All(listing.Items, item => Assert.True(File.Exists(listing.FullPath(item))));
        Assert.Equal("ffpp: official pairs; celebdf: official test list", listing.SplitName);
    }

    [Fact]
    public void Methods_and_people_are_chosen_over_all_of_them()
    {
        using var folder = Small();
        var text = $"ffpp={folder["a", "ffpp"]}:celebdf={folder["b", "celebdf"]}";
        IEnumerable<string> Ids(DatasetOptions options) =>
            DatasetLayout.Find("mix").Read(text, options).Items.Select(item => item.Id).Order();
        Assert.Equal(["953", "953_974"], Ids(new DatasetOptions { WithoutPeople = ["ID0"] }));
        Assert.Equal(["953_974"], Ids(new DatasetOptions { People = ["974"] }));
        Assert.Throws<RequestException>(() => Ids(new DatasetOptions(Methods: ["FaceShop"])));
    }

    [Theory]
    [InlineData("ffpp=A:ffpp=A", "names ffpp twice")]
    [InlineData("ffpp=A:celebdf", "'celebdf' is not LAYOUT=DIR")]
    [InlineData("ffpp=A:celebdf=nowhere", "nowhere does not exist")]
    [InlineData("ffpp=A:mix=A", "'mix=A' is not LAYOUT=DIR")]
    public void What_is_no_list_of_datasets_is_refused(string text, string expected)
    {
        using var folder = Small();
        var error = Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("mix").Read(text.Replace("=A", $"={folder["a", "ffpp"]}"), new DatasetOptions())
        );
        Assert.Contains(expected.Replace("=A", $"={folder["a", "ffpp"]}"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ffpp")]
    [InlineData("ffpp=0")]
    [InlineData("ffpp=many")]
    [InlineData("ffp=1")]
    public void A_weight_is_a_dataset_and_a_number(string text) =>
        Assert.Throws<RequestException>(() => MixedDatasets.ParseWeights([text]));

    private static TemporaryFolder Small()
    {
        var folder = new TemporaryFolder();
        folder.Write("a/ffpp/original/953.mp4");
        folder.Write("a/ffpp/Deepfakes/953_974.mp4");
        folder.Write("b/celebdf/Celeb-real/id0_0000.mp4");
        folder.Write("b/celebdf/List_of_testing_videos.txt", "1 Celeb-real/id0_0000.mp4\n");
        return folder;
    }
}
