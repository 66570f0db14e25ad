using Argus.Detection;
using Argus.Training.Models;
using Argus.Views;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>
/// A backbone as part of a graph: pictures <c>(N, 3, H, W)</c> to the map after its early layers and its last one.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="layers">Its layers.</param>
/// <param name="variant">The backbone.</param>
/// <param name="padding">
/// Of an EfficientNet's convolutions from first to last, by kernel and stride; null for torchvision's.
/// </param>
internal sealed class BackboneGraph(
    OnnxGraph graph,
    GraphLayers layers,
    BackboneVariant variant,
    Func<int, int, (long Before, long After)>? padding = null
)
{
    /// <summary>The side of the last map: five layers have stride 2.</summary>
    public static int MapSide(int size) => Enumerable.Range(0, 5).Aggregate(size, (length, _) => (length + 1) / 2);

    /// <summary>A file of its own, for specialists that share it: <see cref="SharedBackbone"/>.</summary>
    public static OnnxGraph Build(
        BackboneVariant variant,
        IReadOnlyDictionary<string, Tensor> weights,
        int size,
        int frames
    )
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var graph = new OnnxGraph("backbone");
        var side = MapSide(size);
        var map = new BackboneGraph(graph, new GraphLayers(graph, weights), variant).BuildClips(
            new ClipFrames(graph, frames, size),
            graph.Input(View.Rgb, "clips", frames, 3, size, size),
            side
        );
        graph.Output(SharedBackbone.Map, map, "clips", frames, variant.Features, side, side);
        return graph;
    }

    /// <summary>
    /// Clips <c>(N, T, 3, S, S)</c> to their last maps <c>(N, T, C, h, w)</c>; what scopes are made of is an output of
    /// the graph.
    /// </summary>
    public string BuildClips(ClipFrames clips, string rgb, int side)
    {
        var maps = clips.Parts.Select(part => Build(clips.Cut(rgb, part))).ToList();
        var style = clips.Join([.. maps.Select(map => Style(map.Early))], 2 * variant.EarlyFeatures);
        graph.Output(SpecialistModelFile.FeaturesOutput, Mean(style, 1), "clips", 2 * variant.EarlyFeatures);
        return clips.Join([.. maps.Select(map => map.Last)], variant.Features, side, side);
    }

    /// <summary>Pictures <c>(N, 3, S, S)</c> to their last maps.</summary>
    public string BuildPictures(string pictures) => Build(pictures).Last;

    // Models.Style.Measure, as an output of the graph.
    private string Style(string map)
    {
        var means = Mean(map, 2, 3);
        var variances = graph.Add("Sub", [Mean(graph.Add("Mul", [map, map]), 2, 3), graph.Add("Mul", [means, means])]);
        var least = graph.AddWeight("style.least", tensor(Models.Style.LeastVariance));
        var deviations = graph.Add("Sqrt", [graph.Add("Add", [graph.Add("Relu", [variances]), least])]);
        return graph.Add("Concat", [means, deviations], ("axis", 1L));
    }

    private string Mean(string value, params long[] axes) =>
        graph.Add("ReduceMean", [value], ("axes", axes), ("keepdims", 0L));

    private (string Early, string Last) Build(string x) =>
        variant switch
        {
            EfficientNetVariant efficient => EfficientNet(efficient, x),
            ResNetVariant residual => ResNet(residual, x),
            _ => throw new InvalidOperationException($"{variant.Name} has no graph."),
        };

    private (string Early, string Last) EfficientNet(EfficientNetVariant efficient, string x)
    {
        x = layers.ConvNorm(
            x,
            "backbone.features.0.0",
            "backbone.features.0.1",
            3,
            2,
            1,
            efficient.BatchNormEps,
            layers.Silu,
            padding?.Invoke(3, 2)
        );
        var early = x;
        for (var s = 0; s < MBConvStage.All.Count; s++)
        {
            var stage = MBConvStage.All[s];
            for (var layer = 0; layer < efficient.Layers(stage.Layers); layer++)
                x = Block(efficient, x, $"backbone.features.{s + 1}.{layer}.block", stage, layer);
            if (s + 1 == EfficientNetVariant.EarlyStages)
                early = x;
        }
        var last = $"backbone.features.{MBConvStage.All.Count + 1}";
        return (early, layers.ConvNorm(x, $"{last}.0", $"{last}.1", 1, 1, 1, efficient.BatchNormEps, layers.Silu));
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
                activation,
                padding?.Invoke(kernel, by)
            );
    }

    private (string Early, string Last) ResNet(ResNetVariant residual, string x)
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
        var early = x;
        for (var stage = 0; stage < residual.Blocks.Length; stage++)
        {
            for (var block = 0; block < residual.Blocks[stage]; block++)
                x = ResidualBlock($"backbone.layer{stage + 1}.{block}", ResNetVariant.Stride(stage, block), x);
            if (stage + 1 == ResNetVariant.EarlyStages)
                early = x;
        }
        return (early, x);

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
