using Argus.Data.Datasets;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class FakeAvCelebTests
{
    private const string Header = "source,target1,target2,method,category,type,race,gender,path,\n";

    [Fact]
    public void The_ninth_cell_is_the_file_and_the_tenth_its_folder()
    {
        using var folder = new TemporaryFolder();
        folder.Write("RealVideo-RealAudio/African/men/id00076/00109.mp4");
        folder.Write("FakeVideo-FakeAudio/African/men/id00076/00109_10_id00476_wavtolip.mp4");
        folder.Write("RealVideo-FakeAudio/African/men/id00076/00109_fake.mp4");
        folder.Write(
            "meta_data.csv",
            Header
                + Line("id00076,-,-,real,A", "RealVideo-RealAudio", "id00076", "00109.mp4")
                + Line(
                    "id00076,id00476,10,wav2lip,D",
                    "FakeVideo-FakeAudio",
                    "id00076",
                    "00109_10_id00476_wavtolip.mp4"
                )
                + Line("id00076,-,-,rtvc,B", "RealVideo-FakeAudio", "id00076", "00109_fake.mp4")
                + Line("id00077,-,-,real,A", "RealVideo-RealAudio", "id00077", "00001.mp4")
        );
        var listing = DatasetLayout.Find("fakeavceleb").Read(folder.Path, new DatasetOptions());
        Assert.Equal(
            [
                ("FakeVideo-FakeAudio", 1, "wav2lip"),
                ("RealVideo-FakeAudio", 1, "rtvc"),
                ("RealVideo-RealAudio", 0, null),
            ],
            listing.Items.OrderBy(item => item.Method).Select(item => (item.Method, item.Label, item.Kind))
        );
        Assert.All(listing.Items, item => Assert.Equal(["id00076"], item.Identities));
        Assert.Contains(
            listing.Problems,
            problem => problem.Severity == Severity.Known && problem.Where == "RealVideo-FakeAudio"
        );
        Assert.Contains(listing.Problems, problem => problem.What.StartsWith("1 of 4 listed videos are not on disk"));
    }

    [Fact]
    public void A_file_that_is_listed_twice_is_one_video()
    {
        using var folder = new TemporaryFolder();
        folder.Write("RealVideo-RealAudio/African/men/id1/1.mp4");
        var line = Line("id1,-,-,real,A", "RealVideo-RealAudio", "id1", "1.mp4");
        folder.Write("meta_data.csv", Header + line + line);
        var listing = DatasetLayout.Find("fakeavceleb").Read(folder.Path, new DatasetOptions());
        Assert.Single(listing.Items);
    }

    private static string Line(string start, string type, string person, string file) =>
        $"{start},{type},African,men,{file},FakeAVCeleb/{type}/African/men/{person}\n";

    [Fact]
    public void A_line_with_another_type_is_said()
    {
        using var folder = new TemporaryFolder();
        folder.Write("meta_data.csv", Header + "id1,-,-,real,A,Somehow,African,men,1.mp4,FakeAVCeleb/Somehow/id1\n");
        var error = Assert.Throws<RequestException>(() =>
            DatasetLayout.Find("fakeavceleb").Read(folder.Path, new DatasetOptions())
        );
        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
    }
}
