using Argus.Training.Kernels;
using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>A row of the EfficientNet table (Tan and Le, 2019, table 1 and compound scaling).</summary>
internal sealed record EfficientNetVariant(
    string Name,
    double Width,
    double Depth,
    double BatchNormEps = BatchNorm.DefaultEps,
    double BatchNormMomentum = 0.1
) : BackboneVariant(Name)
{
    public static IReadOnlyList<EfficientNetVariant> Rows { get; } =
    [
        new("efficientnet_b0", 1.0, 1.0),
        new("efficientnet_b1", 1.0, 1.1),
        new("efficientnet_b2", 1.1, 1.2),
        new("efficientnet_b3", 1.2, 1.4),
        new("efficientnet_b4", 1.4, 1.8),
        new("efficientnet_b5", 1.6, 2.2, 1e-3, 0.01),
        new("efficientnet_b6", 1.8, 2.6, 1e-3, 0.01),
        new("efficientnet_b7", 2.0, 3.1, 1e-3, 0.01),
    ];

    /// <summary>Channels after width scaling: the nearest multiple of 8, never more than 10% below.</summary>
    public int Channels(int channels)
    {
        var scaled = channels * Width;
        var rounded = Math.Max(8, (int)(scaled + 4) / 8 * 8);
        return rounded < 0.9 * scaled ? rounded + 8 : rounded;
    }

    public int Layers(int layers) => (int)Math.Ceiling(layers * Depth);

    /// <summary>Channels of the last feature map: four times those of the last stage.</summary>
    public override int Features => 4 * Channels(MBConvStage.All[^1].Output);

    public override int EarlyFeatures => Channels(MBConvStage.All[EarlyStages - 1].Output);

    /// <summary>Stages whose maps are an eighth of the picture or larger.</summary>
    public const int EarlyStages = 3;

    public override Backbone Create(double stochasticDepth, MemoryFormat format) =>
        new EfficientNet(this, stochasticDepth, format);
}

/// <summary>A stage of inverted residual blocks, at width and depth 1.</summary>
internal sealed record MBConvStage(int Expand, int Kernel, int Stride, int Input, int Output, int Layers)
{
    public static IReadOnlyList<MBConvStage> All { get; } =
    [
        new(1, 3, 1, 32, 16, 1),
        new(6, 3, 2, 16, 24, 2),
        new(6, 5, 2, 24, 40, 2),
        new(6, 3, 2, 40, 80, 3),
        new(6, 5, 1, 80, 112, 3),
        new(6, 5, 2, 112, 192, 4),
        new(6, 3, 1, 192, 320, 1),
    ];
}

/// <summary>
/// EfficientNet without pooling and classifier, with the state-dict names, stochastic depth and initialisation of
/// torchvision: <c>(N, 3, H, W)</c> to <c>(N, Features, H/32, W/32)</c>.
/// </summary>
internal sealed class EfficientNet : Backbone
{
    private readonly List<nn.Module<Tensor, Tensor>> features = [];

    public EfficientNet(EfficientNetVariant variant, double stochasticDepth, MemoryFormat format)
        : base(nameof(EfficientNet))
    {
        ConvNormAct Conv(int input, int output, int kernel, int stride, int groups = 1, bool activation = true) =>
            new(input, output, kernel, stride, groups, activation, variant, format);

        features.Add(Conv(3, variant.Channels(MBConvStage.All[0].Input), 3, 2));
        var total = MBConvStage.All.Sum(stage => variant.Layers(stage.Layers));
        var block = 0;
        foreach (var stage in MBConvStage.All)
        {
            int input = variant.Channels(stage.Input);
            int output = variant.Channels(stage.Output);
            var blocks = new Chain();
            for (var layer = 0; layer < variant.Layers(stage.Layers); layer++)
            {
                var drop = stochasticDepth * block++ / total;
                blocks.Add(
                    new MBConv(
                        layer == 0 ? input : output,
                        output,
                        layer == 0 ? stage.Stride : 1,
                        stage,
                        drop,
                        Conv,
                        format
                    )
                );
            }
            features.Add(blocks);
        }
        features.Add(Conv(variant.Channels(MBConvStage.All[^1].Output), variant.Features, 1, 1));

        var chain = new Chain();
        foreach (var feature in features)
            chain.Add(feature);
        register_module("features", chain);
    }

    // The stem and the early stages.
    private const int EarlyLayers = 1 + EfficientNetVariant.EarlyStages;

    public override Tensor Early(Tensor x) => Pass(x, features.Take(EarlyLayers));

    protected override Tensor Late(Tensor early) => Pass(early, features.Skip(EarlyLayers));
}

/// <summary>Modules in a row, named by their number.</summary>
internal sealed class Chain() : Layer(nameof(Chain))
{
    private readonly List<nn.Module<Tensor, Tensor>> links = [];

    public void Add(nn.Module<Tensor, Tensor> link)
    {
        register_module(links.Count.ToString(), link);
        links.Add(link);
    }

    public override Tensor forward(Tensor x)
    {
        foreach (var link in links)
            x = link.call(x);
        return x;
    }
}

internal sealed class ConvNormAct : Layer
{
    private readonly Conv2d conv;
    private readonly BatchNorm norm;
    private readonly bool activation;

    public ConvNormAct(
        int input,
        int output,
        int kernel,
        int stride,
        int groups,
        bool activation,
        EfficientNetVariant variant,
        MemoryFormat format
    )
        : base(nameof(ConvNormAct))
    {
        this.activation = activation;
        register_module(
            "0",
            conv = new Conv2d(
                input,
                output,
                kernel,
                stride,
                (kernel - 1) / 2,
                groups,
                bias: false,
                ConvStart.Torchvision,
                format
            )
        );
        register_module("1", norm = new BatchNorm(output, variant.BatchNormEps, variant.BatchNormMomentum));
    }

    public override Tensor forward(Tensor x)
    {
        using var y = conv.call(x);
        return activation ? norm.Activated<SiLU>(y) : norm.Activated<Identity>(y);
    }

    /// <summary>
    /// Depthwise, with squeeze and excitation after the activation; before it the layer that widens, if there is one.
    /// </summary>
    public Tensor Squeezed(ConvNormAct? expand, Tensor x, SqueezeExcitation excitation)
    {
        using var scope = NewDisposeScope();
        var wide = expand is null ? x : expand.conv.call(x);
        if (!norm.Fuses(wide) || !conv.IsDepthwise)
        {
            var y = conv.call(expand is null ? wide : expand.norm.Activated<SiLU>(wide));
            return excitation.call(norm.Activated<SiLU>(y)).MoveToOuterDisposeScope();
        }
        expand?.norm.CountBatch();
        norm.CountBatch();
        return NormOperators
            .Depthwise<SiLU>(
                wide,
                expand?.norm.Parameters,
                conv.Weight,
                conv.Stride,
                norm.Parameters,
                excitation.Learned
            )
            .MoveToOuterDisposeScope();
    }

    /// <summary>Without activation, times a factor per image, plus a picture.</summary>
    public Tensor AddedTo(Tensor residual, Tensor x, Tensor? factors)
    {
        using var y = conv.call(x);
        return norm.Activated<Identity>(y, factors, residual);
    }
}

/// <summary>
/// Inverted residual with squeeze-excitation: expand 1x1, depthwise, squeeze-excite, project 1x1, add.
/// </summary>
internal sealed class MBConv : Layer
{
    private readonly ConvNormAct? expand;
    private readonly ConvNormAct depthwise;
    private readonly ConvNormAct project;
    private readonly SqueezeExcitation excitation;
    private readonly bool residual;
    private readonly double drop;

    public MBConv(
        int input,
        int output,
        int stride,
        MBConvStage stage,
        double drop,
        Func<int, int, int, int, int, bool, ConvNormAct> conv,
        MemoryFormat format
    )
        : base(nameof(MBConv))
    {
        residual = stride == 1 && input == output;
        this.drop = drop;
        var expanded = input * stage.Expand;
        var block = new Chain();
        if (stage.Expand != 1)
            block.Add(expand = conv(input, expanded, 1, 1, 1, true));
        block.Add(depthwise = conv(expanded, expanded, stage.Kernel, stride, expanded, true));
        block.Add(excitation = new SqueezeExcitation(expanded, Math.Max(1, input / 4), format));
        block.Add(project = conv(expanded, output, 1, 1, 1, false));
        register_module("block", block);
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = depthwise.Squeezed(expand, x, excitation);
        if (!residual)
            return project.call(y).MoveToOuterDisposeScope();
        // Stochastic depth (Huang et al., 2016), one draw per image, survivors scaled up.
        var factors =
            training && drop > 0
                ? empty([y.shape[0], 1, 1, 1], y.dtype, y.device).bernoulli_(1 - drop).Over(1 - drop)
                : null;
        return project.AddedTo(x, y, factors).MoveToOuterDisposeScope();
    }
}

internal sealed class SqueezeExcitation : Layer
{
    private readonly Conv2d fc1;
    private readonly Conv2d fc2;

    public SqueezeExcitation(int channels, int squeezed, MemoryFormat format)
        : base(nameof(SqueezeExcitation))
    {
        register_module(
            "fc1",
            fc1 = new Conv2d(channels, squeezed, 1, 1, 0, 1, bias: true, ConvStart.Torchvision, format)
        );
        register_module(
            "fc2",
            fc2 = new Conv2d(squeezed, channels, 1, 1, 0, 1, bias: true, ConvStart.Torchvision, format)
        );
    }

    /// <summary>Its parameters, as <see cref="Excitation{TVector}"/> takes them.</summary>
    public Tensor[] Learned => [.. fc1.Learned, .. fc2.Learned];

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var means = nn.functional.adaptive_avg_pool2d(x, 1);
        return (x * fc2.call(nn.functional.silu(fc1.call(means))).sigmoid()).MoveToOuterDisposeScope();
    }
}
