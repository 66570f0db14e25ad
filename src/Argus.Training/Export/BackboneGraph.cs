using Argus.Training.Models;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>A backbone as part of a graph: pictures <c>(N, 3, H, W)</c> to its last feature map.</summary>
internal sealed class BackboneGraph(OnnxGraph graph, GraphLayers layers)
{
    public string Build(BackboneVariant variant, string x) =>
        variant switch
        {
            EfficientNetVariant efficient => EfficientNet(efficient, x),
            ResNetVariant residual => ResNet(residual, x),
            _ => throw new InvalidOperationException($"{variant.Name} has no graph."),
        };

    private string EfficientNet(EfficientNetVariant efficient, string x)
    {
        x = layers.ConvNorm(
            x,
            "backbone.features.0.0",
            "backbone.features.0.1",
            3,
            2,
            1,
            efficient.BatchNormEps,
            layers.Silu
        );
        for (var s = 0; s < MBConvStage.All.Count; s++)
        {
            var stage = MBConvStage.All[s];
            for (var layer = 0; layer < efficient.Layers(stage.Layers); layer++)
                x = Block(efficient, x, $"backbone.features.{s + 1}.{layer}.block", stage, layer);
        }
        var last = $"backbone.features.{MBConvStage.All.Count + 1}";
        return layers.ConvNorm(x, $"{last}.0", $"{last}.1", 1, 1, 1, efficient.BatchNormEps, layers.Silu);
    }

    private string Block(EfficientNetVariant efficient, string x, string name, MBConvStage stage, int layer)
    {
        int input = efficient.Channels(layer == 0 ? stage.Input : stage.Output);
        int output = efficient.Channels(stage.Output);
        int stride = layer == 0 ? stage.Stride : 1;
        var y = x;
        var part = 0;
        if (stage.Expand != 1)
            y = Conv(y, 1, 1, 1, layers.Silu);
        y = Conv(y, stage.Kernel, stride, input * stage.Expand, layers.Silu);
        y = Squeezed(y, $"{name}.{part++}");
        y = Conv(y, 1, 1, 1, GraphLayers.Same);
        return stride == 1 && input == output ? graph.Add("Add", [y, x]) : y;

        string Conv(string value, int kernel, int by, int groups, Func<string, string> activation) =>
            layers.ConvNorm(
                value,
                $"{name}.{part}.0",
                $"{name}.{part++}.1",
                kernel,
                by,
                groups,
                efficient.BatchNormEps,
                activation
            );
    }

    private string ResNet(ResNetVariant residual, string x)
    {
        const double Eps = BatchNorm.DefaultEps;
        if (residual.Input is { } change)
            x = graph.Add(
                "Conv",
                [
                    x,
                    graph.AddWeight("input.weight", tensor(change.Matrix).view(3, 3, 1, 1)),
                    graph.AddWeight("input.bias", tensor(change.Shift)),
                ]
            );
        x = layers.ConvNorm(x, "backbone.conv1", "backbone.bn1", 7, 2, 1, Eps, layers.Relu);
        x = graph.Add(
            "MaxPool",
            [x],
            ("kernel_shape", new long[] { 3, 3 }),
            ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 1, 1, 1, 1 })
        );
        for (var stage = 0; stage < residual.Blocks.Length; stage++)
        {
            for (var block = 0; block < residual.Blocks[stage]; block++)
                x = ResidualBlock($"backbone.layer{stage + 1}.{block}", ResNetVariant.Stride(stage, block), x);
        }
        return x;

        string ResidualBlock(string name, int stride, string from)
        {
            var around = layers.Has($"{name}.downsample.0.weight")
                ? layers.ConvNorm(
                    from,
                    $"{name}.downsample.0",
                    $"{name}.downsample.1",
                    1,
                    stride,
                    1,
                    Eps,
                    GraphLayers.Same
                )
                : from;
            var y = residual.Bottleneck
                ? Conv(3, 1, 1, GraphLayers.Same, Conv(2, 3, stride, layers.Relu, Conv(1, 1, 1, layers.Relu, from)))
                : Conv(2, 3, 1, GraphLayers.Same, Conv(1, 3, stride, layers.Relu, from));
            return layers.Relu(graph.Add("Add", [y, around]));

            string Conv(int number, int kernel, int by, Func<string, string> activation, string of) =>
                layers.ConvNorm(of, $"{name}.conv{number}", $"{name}.bn{number}", kernel, by, 1, Eps, activation);
        }
    }

    private string Squeezed(string x, string name)
    {
        var scale = layers.Silu(layers.PlainConv(graph.Add("GlobalAveragePool", [x]), $"{name}.fc1"));
        return graph.Add("Mul", [x, graph.Add("Sigmoid", [layers.PlainConv(scale, $"{name}.fc2")])]);
    }
}
