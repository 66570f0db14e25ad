using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Kernels;
using Argus.Training.Models;
using Argus.Training.Onnx;
using Google.Protobuf;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Models;

public class ResNetTests
{
    // Contiguous pictures go through libtorch's operators alone, channels-last ones through ours where the processor
    // has them. Gradients agree to 1e-5 unless rounding carries a value over the edge of a ReLU: then they differ by
    // 5e-3, as libtorch's own do when the last bit of a picture changes. A fault would be in every draw.
    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet18_dnn")]
    public void A_step_with_our_operators_has_the_gradients_of_libtorchs(string name)
    {
        var distances = new List<double>();
        while (distances.Count < MostSeeds && !distances.Exists(distance => distance < 1e-4))
            distances.Add(LargestDistance(name, seed: distances.Count + 1));
        Assert.InRange(distances.Min(), 0, 1e-4);
        Assert.InRange(distances.Max(), 0, 0.05);
    }

    // How many it takes until none of the values next to 0 falls on its other side depends on the processor.
    private const int MostSeeds = 12;

    // Of features, gradients and running statistics.
    private static double LargestDistance(string name, int seed)
    {
        using var scope = NewDisposeScope();
        var variant = BackboneVariant.Find(name);
        random.manual_seed(seed);
        using var plain = variant.Create(0, MemoryFormat.Contiguous);
        using var ours = variant.Create(0, MemoryFormat.ChannelsLast);
        using (no_grad())
        {
            foreach (var (key, value) in plain.state_dict())
                ours.state_dict()[key].copy_(value);
        }
        var frames = randn(4, 3, 64, 64);
        var direction = randn(4, variant.Features, 2, 2);
        var expected = plain.call(frames);
        var actual = ours.call(frames.AsChannelsLast());
        (expected * direction).sum().backward();
        (actual * direction).sum().backward();
        var gradients = ours.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad!);
        var statistics = ours.state_dict();
        return plain
            .named_parameters()
            .Select(entry => Distance(entry.parameter.grad!, gradients[entry.name]))
            .Concat(
                plain
                    .state_dict()
                    .Where(entry => entry.Key.Contains("running", StringComparison.Ordinal))
                    .Select(entry => Distance(entry.Value, statistics[entry.Key]))
            )
            .Append(Distance(expected, actual))
            .Max();
    }

    [Theory]
    [InlineData(64, 2), InlineData(72, 3), InlineData(97, 4)]
    public void Sides_are_rounded_up(int side, int mapSide)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var backbone = BackboneVariant.Find("resnet18_dnn").Create(0, MemoryFormat.ChannelsLast);
        backbone.eval();
        Assert.Equal([1, 512, mapSide, mapSide], backbone.call(randn(1, 3, side, side)).shape);
    }

    [Fact]
    public void Every_weight_of_torchvisions_file_but_the_classifier_goes_to_the_backbone()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new SpecialistModel(
            Specialists.Specialist.Find("rr"),
            new ModelOptions { Backbone = "resnet18" }
        );
        using var other = BackboneVariant.Find("resnet18").Create(0, MemoryFormat.Contiguous);
        SafeTensors.Write(
            folder["resnet18.safetensors"],
            other
                .state_dict()
                .Select(entry => (entry.Key, entry.Value))
                .Append(("fc.weight", zeros(1000, 512)))
                .Append(("fc.bias", zeros(1000)))
        );
        using var weights = Weights.Read(folder["resnet18.safetensors"]);
        var match = weights.CopyTo(model);
        Assert.Equal(["fc.bias", "fc.weight"], match.LeftOver);
        Assert.Equal(other.state_dict().Keys.Select(key => $"backbone.{key}").Order(), match.Matched.Order());
    }

    [Theory]
    [InlineData(new long[] { -64, -3, 7, 7 })]
    [InlineData(new long[] { long.MaxValue, long.MaxValue })]
    [InlineData(new long[] { 64, 3, 7, 6 })]
    public void A_tensor_of_an_impossible_shape_is_refused(long[] shape)
    {
        using var folder = new TemporaryFolder();
        var graph = new GraphProto
        {
            Node =
            {
                new NodeProto
                {
                    OpType = "Conv",
                    Input = { "x", "w" },
                    Output = { "y" },
                },
                new NodeProto
                {
                    OpType = "BatchNormalization",
                    Input = { "y", "a", "b", "c", "d" },
                    Output = { "z" },
                },
            },
            Initializer =
            {
                new TensorProto
                {
                    Name = "w",
                    DataType = 1,
                    Dims = { shape },
                    FloatData = { new float[64 * 3 * 7 * 7] },
                },
            },
        };
        var model = new ModelProto
        {
            IrVersion = 3,
            ProducerName = "test",
            Graph = graph,
        };
        Directory.CreateDirectory(folder.Path);
        File.WriteAllBytes(folder["odd.onnx"], model.ToByteArray());
        var error = Assert.Throws<ArgusException>(() => Weights.Read(folder["odd.onnx"]));
        Assert.Contains("odd.onnx cannot be read: it is damaged", error.Message, StringComparison.Ordinal);
    }

    private static double Distance(Tensor expected, Tensor actual) =>
        ((expected - actual).norm() / expected.norm().clamp_min(1e-6)).ToDouble();
}
