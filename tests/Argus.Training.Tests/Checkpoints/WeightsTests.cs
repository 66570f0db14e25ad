using System.IO.Compression;
using System.Text;
using Argus.Specialists;
using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Models;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Checkpoints;

public class WeightsTests
{
    private static readonly Dictionary<string, (long[], float[])> Torchvision = new()
    {
        ["features.0.1.weight"] = ([32], [.. Enumerable.Range(0, 32).Select(i => (float)i)]),
        ["classifier.1.bias"] = ([1000], new float[1000]),
        ["something.else"] = ([2], [1, 2]),
    };

    [Theory]
    [InlineData("weights.pth", null, false)]
    [InlineData("checkpoint.pt", "model_state_dict", false)]
    [InlineData("wrapped.zip", null, true)]
    public void PyTorch_files_are_read_bare_nested_or_wrapped(string name, string? under, bool wrap)
    {
        using var folder = new TemporaryFolder();
        TorchSave.Write(folder[wrap ? "inner.pth" : name], Torchvision, under);
        if (wrap)
        {
            using var zip = ZipFile.Open(folder[name], ZipArchiveMode.Create);
            zip.CreateEntryFromFile(folder["inner.pth"], "best.pth");
        }
        using var weights = Weights.Read(folder[name]);
        Assert.Equal([1f, 2f], weights.Find("something.else")!.data<float>().ToArray());
    }

    [Fact]
    public void torchvisions_names_go_to_the_backbone_and_its_classifier_is_left_over()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        TorchSave.Write(folder["b0.pth"], Torchvision);
        using var model = Model();
        using var weights = Weights.Read(folder["b0.pth"]);
        var match = weights.CopyTo(model);
        Assert.Equal(["backbone.features.0.1.weight"], match.Matched);
        Assert.Equal(["backbone.something.else", "classifier.1.bias"], match.LeftOver);
        Assert.Contains("feature_projection.weight", match.Missing);
        Assert.Equal(31f, model.state_dict()["backbone.features.0.1.weight"][31].item<float>());
    }

    [Fact]
    public void Another_shape_is_refused_with_both_shapes()
    {
        using var folder = new TemporaryFolder();
        TorchSave.Write(
            folder["b4.pth"],
            new Dictionary<string, (long[], float[])> { ["features.0.1.weight"] = ([48], new float[48]) }
        );
        using var model = Model();
        using var weights = Weights.Read(folder["b4.pth"]);
        var error = Assert.ThrowsAny<ArgusException>(() => weights.CopyTo(model));
        Assert.Contains(
            "backbone.features.0.1.weight is (48) there, (32) here",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_full_checkpoint_fits_its_own_model_completely_with_or_without_DataParallels_prefix()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Model();
        SafeTensors.Write(folder["a.safetensors"], model.state_dict().Select(p => ($"module.{p.Key}", p.Value)));
        using var weights = Weights.Read(folder["a.safetensors"]);
        var match = weights.CopyTo(model);
        Assert.Empty(match.Missing);
        Assert.Empty(match.LeftOver);
    }

    [Theory]
    [InlineData("cposix\nsystem\n(X\u0007\u0000\u0000\u0000echo hitR.", "posix.system")]
    [InlineData("cbuiltins\neval\n(X\u0001\u0000\u0000\u00001tR.", "builtins.eval")]
    [InlineData("ctorch\nload\n.", "torch.load")]
    [InlineData("c__builtin__\ngetattr\n.", "__builtin__.getattr")]
    [InlineData("ios\nsystem\n.", "0x69")]
    [InlineData("\u0082\u0001.", "0x82")]
    public void A_hostile_pickle_is_refused_by_the_name_of_what_it_asks_for(string pickle, string name)
    {
        using var folder = new TemporaryFolder();
        TorchSave.Zip(folder["evil.pth"], [0x80, 2, .. Encoding.Latin1.GetBytes(pickle)], []);
        var error = Assert.ThrowsAny<ArgusException>(() => Weights.Read(folder["evil.pth"]));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("evil.pth", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_of_a_pickle_is_an_error_and_never_a_crash()
    {
        using var folder = new TemporaryFolder();
        TorchSave.Write(folder["good.pth"], Torchvision);
        byte[] pickle;
        using (var zip = ZipFile.OpenRead(folder["good.pth"]))
        {
            var stream = new MemoryStream();
            zip.GetEntry("archive/data.pkl")!.Open().CopyTo(stream);
            pickle = stream.ToArray();
        }
        for (var length = 0; length < pickle.Length; length += 3)
            Assert.ThrowsAny<ArgusException>(() => new PickleReader(pickle[..length]).Read());
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            var broken = (byte[])pickle.Clone();
            broken[random.Next(broken.Length)] = (byte)random.Next(256);
            try
            {
                new PickleReader(broken).Read();
            }
            catch (ArgusException) { }
        }
    }

    [Fact]
    public void A_tensor_that_reaches_beyond_its_storage_is_refused()
    {
        using var folder = new TemporaryFolder();
        TorchSave.Write(
            folder["a.pth"],
            new Dictionary<string, (long[], float[])> { ["x"] = ([1000, 1000], new float[4]) }
        );
        Assert.Contains(
            "beyond its data",
            Assert.ThrowsAny<ArgusException>(() => Weights.Read(folder["a.pth"])).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("old.pth", "\u0080\u0002legacy")]
    [InlineData("cut.pth", "PK\u0003\u0004 and no more")]
    [InlineData("cut.safetensors", "abc")]
    public void Files_that_are_no_weights_say_so(string name, string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder[name], Encoding.Latin1.GetBytes(content));
        Assert.Contains(
            name,
            Assert.ThrowsAny<ArgusException>(() => Weights.Read(folder[name])).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<RequestException>(() => Weights.Read(folder["nowhere.pth"]));
    }

    private static SpecialistModel Model() =>
        new(Specialist.Find("cm"), new ModelOptions { Backbone = "efficientnet_b0" });
}
