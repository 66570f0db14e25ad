using Argus.Data.Datasets;
using Argus.Recipes;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Datasets;

public class ProtocolTests
{
    private static readonly ProtocolPart Two = Part(
        names: [Name("original", "953", 0), Name("Deepfakes", "953_974", 1)]
    );

    [Fact]
    public void The_listed_videos_count_and_no_others()
    {
        var listing = Two.Select(
            Listing(Item("original", "953", 0), Item("Deepfakes", "953_974", 1), Item("original", "974", 0)),
            "two",
            allowMissing: false
        );
        Assert.Equal(["953", "953_974"], listing.Items.Select(item => item.Id));
        Assert.Equal("protocol two", listing.SplitName);
    }

    [Fact]
    public void What_is_missing_is_said_by_number_and_name_and_may_be_allowed()
    {
        var there = Listing(Item("original", "953", 0));
        var error = Assert.Throws<RequestException>(() => Two.Select(there, "two", allowMissing: false));
        Assert.Contains(
            "1 of 2 test videos of the protocol two are not on disk, Deepfakes/953_974. --allow-missing",
            error.Message,
            StringComparison.Ordinal
        );
        var listing = Two.Select(there, "two", allowMissing: true);
        Assert.Single(listing.Items);
        Assert.Contains(listing.Problems, problem => problem.What.Contains("Deepfakes/953_974"));
    }

    [Fact]
    public void A_label_that_contradicts_the_protocol_is_refused() =>
        Assert.Throws<ArgusException>(() =>
            Two.Select(Listing(Item("original", "953", 1), Item("Deepfakes", "953_974", 1)), "two", allowMissing: false)
        );

    [Fact]
    public void Methods_people_and_sides_are_filters()
    {
        var all = Listing(
            Item("original", "1", 0, Split.Train, "a"),
            Item("actors", "2", 0, Split.Train, "b"),
            Item("DeepFakeDetection", "3", 1, Split.Validation, "b"),
            Item("DeepFakeDetection", "4", 1, Split.Test, "c")
        );
        IEnumerable<string> Ids(ProtocolPart part) =>
            part.Select(all, "x", allowMissing: false).Items.Select(item => item.Id);
        var dfd = Part() with { Methods = ["actors", "DeepFakeDetection"], AllSides = true };
        Assert.Equal(["2", "3", "4"], Ids(dfd));
        Assert.Equal(["2", "3"], Ids(dfd with { People = ["b"] }));
        Assert.Equal(["4"], Ids(dfd with { WithoutPeople = ["b"] }));
        Assert.Equal(["4"], Ids(dfd with { AllSides = false }));
        Assert.All(dfd.Select(all, "x", allowMissing: false).Items, item => Assert.Equal(Split.Test, item.Split));
        Assert.Throws<RequestException>(() => Ids(dfd with { People = ["nobody"] }));
    }

    [Theory]
    [InlineData("ffpp", "c23", "Deepfakes,FaceSwap", null)]
    [InlineData("ffpp", "c40", "Deepfakes,FaceSwap", "was trained on ffpp c40")]
    [InlineData(
        "ffpp",
        "c23",
        "",
        "was trained with data.methods=[]; the protocol p trains on ffpp with data.methods=[FaceSwap,"
    )]
    [InlineData("celebdf", "c23", "", "was trained on celebdf; the protocol p trains on ffpp alone")]
    public void A_run_that_was_trained_on_something_else_is_refused(
        string layout,
        string compression,
        string methods,
        string? expected
    )
    {
        var protocol = new Protocol(
            "p",
            "",
            "",
            [Part() with { Compression = "c23", Methods = ["FaceSwap", "Deepfakes"] }],
            [Part()]
        );
        var last = TestRecipes.Load("bg_1_full").Data with
        {
            Compression = compression,
            Methods = methods.Split(',', StringSplitOptions.RemoveEmptyEntries),
        };
        void Check() => protocol.CheckTraining("run", [layout], last);
        if (expected is null)
            Check();
        else
            Assert.Contains(expected, Assert.Throws<RequestException>(Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_draw_of_the_split_and_the_filter_by_property_belong_to_it()
    {
        var part = Part() with { SplitSeed = 3, Where = ["height>=480"] };
        var protocol = new Protocol("p", "", "", [part], [part]);
        var plain = TestRecipes.Load("bg_1_full").Data;
        void Check(DataRecipe data) => protocol.CheckTraining("run", ["ffpp"], data);
        Check(part.Apply(plain));
        Assert.Contains(
            "data.where=[]; the protocol p trains on ffpp with data.where=[height>=480]",
            Assert.Throws<RequestException>(() => Check(plain)).Message
        );
        Assert.Contains(
            "data.split_seed=0; the protocol p trains with data.split_seed=3",
            Assert.Throws<RequestException>(() => Check(part.Apply(plain) with { SplitSeed = 0 })).Message
        );
    }

    private static ProtocolPart Part(IReadOnlyList<ProtocolVideo>? names = null) =>
        new("ffpp", "", [], [], [], [], 0, false, names);

    private static ProtocolVideo Name(string method, string id, int label) => new(new VideoName(method, id), label);

    private static VideoItem Item(string method, string id, int label, Split side = Split.Test, string person = "a") =>
        new("ffpp", method, id, $"{method}/{id}.mp4", label, id, [person], side);

    private static DatasetListing Listing(params VideoItem[] items) => new("ffpp", "data", "official pairs", items, []);
}
