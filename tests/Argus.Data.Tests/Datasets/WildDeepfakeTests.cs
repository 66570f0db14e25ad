using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class WildDeepfakeTests
{
    [Theory]
    [InlineData("real_train/1/real/12", "fake_test/3/fake/223")]
    [InlineData("train/real/12", "test/fake/223")]
    [InlineData("deepfake_in_the_wild/real_train/12", "deepfake_in_the_wild/fake_test/223")]
    public void A_folder_of_pictures_is_a_video_and_the_folders_above_say_what_it_is(string real, string fake)
    {
        using var folder = new TemporaryFolder();
        foreach (var picture in Enumerable.Range(0, 3))
        {
            folder.Write($"{real}/{picture}.png");
            folder.Write($"{fake}/{picture}.png");
        }
        folder.Write("elsewhere/0.png");
        var listing = DatasetLayout.Find("wilddeepfake").Read(folder.Path, new DatasetOptions(ValidationShare: 0));
        Assert.Equal(
            [(fake, 1, Split.Test), (real, 0, Split.Train)],
            listing
                .Items.OrderBy(item => item.Label)
                .Reverse()
                .Select(item => (item.Path, item.Label, item.Split!.Value))
        );
        Assert.Contains(
            listing.Problems,
            problem => problem.What.StartsWith("1 folders of pictures left out, elsewhere")
        );
        Assert.Contains(
            DatasetCheck.Names(listing).Problems,
            problem => problem.What.StartsWith("2 of 2 videos are pictures")
        );
    }
}
