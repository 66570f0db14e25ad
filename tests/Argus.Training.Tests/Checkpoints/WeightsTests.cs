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

    [Theory]
    [InlineData("weights.pkl")]
    [InlineData("weights.ckpt")]
    [InlineData("weights.bin")]
    [InlineData("weights.pth.tar")]
    [InlineData("weights.safetensors")]
    [InlineData("weights")]
    public void The_content_tells_the_format_and_not_the_name(string name)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        foreach (var kind in new[] { "zip", "legacy", "safetensors" })
        {
            File.Delete(folder[name]);
            if (kind == "zip")
                TorchSave.Write(folder[name], Torchvision);
            else if (kind == "legacy")
                TorchSave.WriteLegacy(folder[name], Torchvision);
            else
                SafeTensors.Write(folder[name], [("something.else", tensor(new[] { 1f, 2f }))]);
            using (var weights = Weights.Read(folder[name]))
                Assert.Equal([1f, 2f], weights.Find("something.else")!.data<float>().ToArray());
            File.Delete(folder["wrapped"]);
            using (var zip = ZipFile.Open(folder["wrapped"], ZipArchiveMode.Create))
            {
                zip.CreateEntryFromFile(folder[name], name);
                using var readme = new StreamWriter(zip.CreateEntry("README.md").Open());
                readme.Write("what it is and how it was trained");
            }
            using var unwrapped = Weights.Read(folder["wrapped"]);
            Assert.Equal([1f, 2f], unwrapped.Find("something.else")!.data<float>().ToArray());
        }
    }

    [Fact]
    public void Every_truncation_of_a_file_from_before_PyTorch_1_6_is_an_error_with_its_name()
    {
        using var folder = new TemporaryFolder();
        TorchSave.WriteLegacy(folder["good"], Torchvision);
        var good = File.ReadAllBytes(folder["good"]);
        for (var length = 0; length < good.Length; length += 29)
        {
            File.WriteAllBytes(folder["cut"], good[..length]);
            var error = Assert.ThrowsAny<ArgusException>(() => Weights.Read(folder["cut"]));
            Assert.Contains(folder["cut"], error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("net")]
    [InlineData("ema")]
    [InlineData("state_dict")]
    [InlineData("model/state_dict")]
    [InlineData("model_state_dict/net/backbone")]
    [InlineData("generator")]
    public void A_state_dict_is_found_however_deep_it_is(string under)
    {
        using var folder = new TemporaryFolder();
        TorchSave.Write(folder["a"], Torchvision, under);
        using var weights = Weights.Read(folder["a"]);
        Assert.Equal([1f, 2f], weights.Find("something.else")!.data<float>().ToArray());
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.module.")]
    [InlineData("model.module._orig_mod.")]
    [InlineData("net.backbone.")]
    [InlineData("module.model.backbone.net.")]
    [InlineData("state_dict.ema.module.")]
    public void Prefixes_are_left_out_in_any_order(string prefix)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        TorchSave.Write(folder["a"], Torchvision.ToDictionary(entry => prefix + entry.Key, entry => entry.Value));
        using var model = Model();
        using var weights = Weights.Read(folder["a"]);
        var match = weights.CopyTo(model);
        Assert.Equal(["backbone.features.0.1.weight"], match.Matched);
        Assert.Equal([$"{prefix}classifier.1.bias", $"{prefix}something.else"], match.LeftOver);
        Assert.Equal(31f, model.state_dict()["backbone.features.0.1.weight"][31].item<float>());
    }

    // github.com/lukemelas/EfficientNet-PyTorch, efficientnet_pytorch/model.py; blocks of a stage at depth 1.8 (B4).
    [Theory]
    [InlineData("")]
    [InlineData("module.net.")]
    public void efficientnet_pytorchs_names_fill_the_whole_backbone(string prefix)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var first = Model("efficientnet_b4");
        using var second = Model("efficientnet_b4");
        var own = first.state_dict();
        var theirs = new List<(string, Tensor)> { ("_fc.weight", zeros(1000, 1792)), ("_fc.bias", zeros(1000)) };
        void Add(string name, string ours)
        {
            foreach (var (key, value) in own.Where(entry => entry.Key.StartsWith($"backbone.features.{ours}.")))
                theirs.Add(($"{name}.{key[$"backbone.features.{ours}.".Length..]}", value));
        }
        Add("_conv_stem", "0.0");
        Add("_bn0", "0.1");
        Add("_conv_head", "8.0");
        Add("_bn1", "8.1");
        var block = 0;
        foreach (var (stage, layers) in new[] { 2, 4, 4, 6, 6, 8, 2 }.Index())
        {
            for (var layer = 0; layer < layers; layer++, block++)
            {
                var at = $"{stage + 1}.{layer}.block";
                string[][] parts =
                [
                    .. stage == 0
                        ? Array.Empty<string[]>()
                        :
                        [
                            ["_expand_conv", "_bn0"],
                        ],
                    ["_depthwise_conv", "_bn1"],
                    ["_se_reduce", "_se_expand"],
                    ["_project_conv", "_bn2"],
                ];
                foreach (var (place, names) in parts.Index())
                {
                    var isExcitation = names[0] == "_se_reduce";
                    Add($"_blocks.{block}.{names[0]}", $"{at}.{place}.{(isExcitation ? "fc1" : "0")}");
                    Add($"_blocks.{block}.{names[1]}", $"{at}.{place}.{(isExcitation ? "fc2" : "1")}");
                }
            }
        }
        SafeTensors.Write(folder["b4.pth"], theirs.Select(entry => (prefix + entry.Item1, entry.Item2)));
        using var weights = Weights.Read(folder["b4.pth"]);
        var match = weights.CopyTo(second);
        Assert.Equal([$"{prefix}_fc.bias", $"{prefix}_fc.weight"], match.LeftOver);
        Assert.DoesNotContain(match.Missing, name => name.StartsWith("backbone.", StringComparison.Ordinal));
        Assert.All(
            own.Where(entry => entry.Key.StartsWith("backbone.", StringComparison.Ordinal)),
            entry => Assert.True(entry.Value.equal(second.state_dict()[entry.Key]).all().item<bool>(), entry.Key)
        );
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
        Assert.Equal(["classifier.1.bias", "something.else"], match.LeftOver);
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
    public void A_backbone_beside_a_head_is_a_part_and_not_all()
    {
        PickledTensor Tensor(string key) => new(new PickledStorage("FloatStorage", key, 1), 0, [1], [1]);
        Dictionary<object, object?> Part(string name) => new() { [name] = Tensor(name) };
        var both = new Dictionary<object, object?> { ["backbone"] = Part("stem"), ["head"] = Part("last") };
        Assert.Equal(["backbone.stem", "head.last"], StateDict.Find(both).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["stem"], StateDict.Find(new() { ["backbone"] = Part("stem"), ["epoch"] = 3L }).Keys);
    }

    [Fact]
    public void Of_a_weight_and_its_average_the_one_with_the_shorter_name_counts()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafeTensors.Write(
            folder["a.safetensors"],
            [("ema.features.0.1.weight", full(32, 5f)), ("features.0.1.weight", full(32, 7f))]
        );
        using var model = Model();
        using var weights = Weights.Read(folder["a.safetensors"]);
        Assert.Equal(["ema.features.0.1.weight"], weights.CopyTo(model).LeftOver);
        Assert.Equal(7f, model.state_dict()["backbone.features.0.1.weight"].max().item<float>());
    }

    [Fact]
    public void A_checkpoint_that_lacks_weights_is_not_loaded()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Model();
        SafeTensors.Write(
            folder["model.safetensors"],
            model.state_dict().Skip(1).Select(entry => (entry.Key, entry.Value))
        );
        var error = Assert.Throws<ArgusException>(() => Checkpoint.Load(folder.Path, model, optimizer: null));
        Assert.Contains("lacks 1 weights", error.Message, StringComparison.Ordinal);
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

    private static SpecialistModel Model(string backbone = "efficientnet_b0") =>
        new(Specialist.Find("cm"), new ModelOptions { Backbone = backbone });
}
