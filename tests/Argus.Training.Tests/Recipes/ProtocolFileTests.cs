using Argus.Data.Datasets;
using Argus.Tests;
using Argus.Training.Recipes;
using Xunit;

namespace Argus.Training.Tests.Recipes;

public class ProtocolFileTests
{
    public static TheoryData<string> Names => [.. ProtocolFile.Names];

    [Theory, MemberData(nameof(Names))]
    public void Those_that_come_with_the_program_load(string name)
    {
        var protocol = ProtocolFile.Read(name);
        Assert.Equal(name, protocol.Name);
        Assert.All(protocol.Train, part => Assert.Equal(("ffpp", "c23"), (part.Layout, part.Compression)));
        Assert.NotEmpty(protocol.Test);
    }

    [Theory]
    [InlineData("ffpp_c23", 140, 560)]
    [InlineData("ffpp_c23_to_celebdf_v2", 178, 340)]
    public void Published_test_sides_are_named(string name, int real, int fake)
    {
        var names = ProtocolFile.Read(name).Test.Single().Names!;
        Assert.Equal((real, fake), (names.Count(video => video.Label == 0), names.Count(video => video.Label == 1)));
        Assert.Equal(names.Count, names.DistinctBy(video => video.Name).Count());
    }

    [Fact]
    public void Three_methods_are_trained_on_and_the_fourth_is_tested()
    {
        var protocol = ProtocolFile.Read("ffpp_c23_without_face2face");
        Assert.Equal(["Deepfakes", "FaceSwap", "NeuralTextures"], protocol.Train.Single().Methods);
        Assert.Equal(["original", "Face2Face"], protocol.Test.Single().Methods);
    }

    [Fact]
    public void A_part_is_read_with_its_draw_and_its_filters()
    {
        using var folder = new TemporaryFolder();
        var yaml = "test:\n  dfdc:\n    split_seed: 3\n    where: [height>=480, codec=h264]\n    people: [a]\n";
        var part = ProtocolFile.Read(folder.Write("a.yaml", yaml)).Test.Single();
        Assert.Equal(3, part.SplitSeed);
        Assert.Equal(["height>=480", "codec=h264"], part.Where);
        Assert.Equal(["a"], part.People);
    }

    [Theory]
    [InlineData("test:\n  ffp:\n    sides: all\n", "a.yaml:3: there is no dataset 'ffp'")]
    [InlineData("test:\n  ffpp:\n    side: all\n", "a.yaml:3: there is no key 'test.ffpp.side'")]
    [InlineData("test:\n  ffpp:\n    sides: some\n", "a.yaml:3: sides is 'some'; choose test or all")]
    [InlineData("title: nothing\n", "it tests on nothing")]
    [InlineData("tests:\n  ffpp:\n    sides: all\n", "a.yaml:3: there is no key 'tests.ffpp.sides'")]
    [InlineData("test:\n  ffpp:\n    list: b.csv\n", "a.yaml:3: the list b.csv is not beside the protocol")]
    [InlineData("test:\n  ffpp:\n    list: l.csv\n    sha256: 0123\n", "a.yaml:4: the list l.csv is not the one")]
    [InlineData("test:\n  ffpp:\n    list: l.csv\n", "a.yaml:3: the list l.csv is not the one")]
    [InlineData("test:\n  ffpp:\n    where: [hight>=480]\n", "a.yaml:3: data.where: there is no property 'hight'")]
    [InlineData("test:\n  ffpp:\n    split_seed: x\n", "a.yaml:3: split_seed is 'x'; it must be a whole number")]
    public void What_is_wrong_is_said_with_its_line(string yaml, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("l.csv", "method,id,label\noriginal,953,real\n");
        var error = Assert.Throws<RequestException>(() => ProtocolFile.Read(folder.Write("a.yaml", yaml)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_there_is_not_suggests_one() =>
        Assert.Contains(
            "ffpp_c23_to_dfd",
            Assert.Throws<RequestException>(() => ProtocolFile.Read("ffpp_c23_to_df")).Message,
            StringComparison.Ordinal
        );
}
