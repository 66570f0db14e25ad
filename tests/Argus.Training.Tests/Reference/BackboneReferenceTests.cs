using System.Reflection;
using Argus.Imaging;
using Argus.Pretrained;
using Argus.Training.Checkpoints;
using Argus.Training.Kernels;
using Argus.Training.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Argus.Training.Tests.Reference;

public class BackboneReferenceTests
{
    private const int Every = 37;

    [Theory]
    [InlineData("resnet18"), InlineData("resnet34"), InlineData("resnet50")]
    public void Features_equal_torchvisions(string name)
    {
        var expected = ReferenceNumbers.Read("backbones.json").GetProperty("resnets").GetProperty(name);
        using var scope = NewDisposeScope();
        var variant = BackboneVariant.Find(name);
        using var backbone = variant.Create(0, MemoryFormat.ChannelsLast);
        Assert.Equal(expected.GetProperty("features").GetInt32(), variant.Features);
        var shapes = backbone.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        foreach (var shape in expected.GetProperty("shapes").EnumerateObject())
        {
            if (shape.Name.StartsWith("fc.", StringComparison.Ordinal))
                continue;
            Assert.Equal(shape.Value.EnumerateArray().Select(side => side.GetInt64()), shapes[shape.Name]);
            shapes.Remove(shape.Name);
        }
        Assert.Empty(shapes);

        ReferenceNumbers.Fill(backbone);
        backbone.eval();
        AssertClose(expected, "eval", Features(backbone, ReferenceNumbers.Input("input", 2, 3, 224, 224)));
        backbone.train(); // with gradients, so through our own operators where the processor has them
        AssertClose(expected, "train", Features(backbone, ReferenceNumbers.Input("input", 4, 3, 224, 224)));
    }

    [Fact]
    public void Features_of_the_packaged_ResNet_equal_its_own_file_in_ONNX_Runtime()
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var backbone = BackboneVariant.Find("resnet18_dnn").Create(0, MemoryFormat.ChannelsLast);
        using (var weights = Weights.Read(PackagedFile))
        {
            var match = weights.CopyTo(backbone);
            Assert.All(match.Missing, name => Assert.EndsWith("num_batches_tracked", name, StringComparison.Ordinal));
            Assert.Empty(match.LeftOver);
        }
        backbone.eval();
        // A picture as all models get it, and as this network was trained: blue, green, red, 0 to 255, less a mean.
        var levels = ReferenceNumbers.Input("levels", 1, 3, 224, 224).mul(32).add(128);
        float[] means = [123.152f, 115.903f, 103.063f];
        var bgr = stack([.. new[] { 2, 1, 0 }.Select(c => levels[0, c] - means[c])]);
        var normalised = stack([
            .. Enumerable.Range(0, 3).Select(c => (levels[0, c] / 255 - Preprocessing.Mean[c]) / Preprocessing.Std[c]),
        ]);

        using var session = new InferenceSession(PackagedFile);
        using var results = session.Run([
            NamedOnnxValue.CreateFromTensor(
                session.InputNames[0],
                new DenseTensor<float>(bgr.contiguous().data<float>().ToArray(), [1, 3, 224, 224])
            ),
        ]);
        var expected = tensor(results[0].AsEnumerable<float>().ToArray());
        var features = Features(backbone, normalised.unsqueeze(0)).flatten();
        Assert.InRange(RelativeDistance(features, expected), 0, 1e-4);
    }

    [Theory]
    [InlineData(40), InlineData(100_000), InlineData(-4)]
    public void A_damaged_file_is_refused(int length)
    {
        using var folder = new Argus.Tests.TemporaryFolder();
        var whole = File.ReadAllBytes(PackagedFile);
        File.WriteAllBytes(folder["cut.onnx"], length > 0 ? whole[..length] : whole[..^-length]);
        var error = Assert.Throws<ArgusException>(() => Weights.Read(folder["cut.onnx"]));
        Assert.Contains("cut.onnx cannot be read: it is", error.Message, StringComparison.Ordinal);
    }

    private static string PackagedFile
    {
        get
        {
            var file = ModelCatalog.Find("resnet18_dnn").Package!;
            var root = typeof(BackboneReferenceTests)
                .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .First(entry => entry.Key == "NuGetPackageRoot")
                .Value!;
            return Path.Combine(root, file.Id.ToLowerInvariant(), file.Version, file.Path);
        }
    }

    private static Tensor Features(nn.Module<Tensor, Tensor> backbone, Tensor input) =>
        nn.functional.adaptive_avg_pool2d(backbone.call(input.AsChannelsLast()), 1).flatten(1);

    private static void AssertClose(System.Text.Json.JsonElement expected, string mode, Tensor features)
    {
        var every = features.flatten()[TensorIndex.Slice(0, null, Every)];
        var values = tensor(expected.GetProperty($"{mode}_every_37th").Floats());
        Assert.InRange(RelativeDistance(every, values), 0, 1e-4);
        Assert.Equal(expected.GetProperty($"{mode}_norm").GetSingle(), features.norm().item<float>(), 1e-2f);
    }

    private static double RelativeDistance(Tensor a, Tensor b) => ((a - b).norm() / b.norm()).item<float>();
}
