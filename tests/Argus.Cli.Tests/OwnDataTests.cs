using Argus.Cli.Commands;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

public class OwnDataTests
{
    [Fact]
    public void Reals_imply_their_layout_and_forging_and_settings_after_them_stay_settings()
    {
        var found = OwnData.Find(null, ["a", "b", "train.epochs=2"], null, ["seed=1"]);
        Assert.Equal($"a{Path.PathSeparator}b", found.Folder);
        Assert.Equal(["data.layout=reals", "forge.probability=1"], found.Implied);
        Assert.Equal(["seed=1", "train.epochs=2"], found.Settings);
        Assert.Throws<RequestException>(() => OwnData.Find("data", ["a"], null, []));
    }

    [Fact]
    public void Labelled_folders_and_lists_are_recognised_unless_the_user_names_a_layout()
    {
        using var folder = new TemporaryFolder();
        folder.Write("Real/a.mp4");
        folder.Write("Fake/b.mp4");
        folder.Write("my.csv", "path,label\nReal/a.mp4,0\n");
        Assert.Equal(["data.layout=folder"], OwnData.Find(folder.Path, [], null, []).Implied);
        Assert.Equal(["data.layout=list"], OwnData.Find(folder["my.csv"], [], null, []).Implied);
        Assert.Empty(OwnData.Find(folder.Path, [], null, ["data.layout=dfdc"]).Implied);
        Assert.Empty(OwnData.Find(folder["Real"], [], null, []).Implied);
        Assert.Empty(OwnData.Find(null, [], folder["nowhere"], []).Implied);
    }
}
