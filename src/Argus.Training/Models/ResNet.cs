using Argus.Training.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>
/// What a network was trained to see, made of the input that all models get: <c>Matrix</c> (3 x 3, row by row) times
/// red, green, blue as ImageNet normalises them, plus <c>Shift</c>.
/// </summary>
internal sealed record InputChange(float[] Matrix, float[] Shift)
{
    /// <summary>Blue, green, red in 0 to 255, less a mean each.</summary>
    public static InputChange ToBgrLevels(float[] means)
    {
        var matrix = new float[9];
        var shift = new float[3];
        for (var channel = 0; channel < 3; channel++)
        {
            var from = 2 - channel;
            matrix[3 * channel + from] = 255 * Imaging.Preprocessing.Std[from];
            shift[channel] = 255 * Imaging.Preprocessing.Mean[from] - means[channel];
        }
        return new InputChange(matrix, shift);
    }
}

/// <summary>A row of the ResNet table (He et al., 2016, table 1).</summary>
/// <param name="Name">As torchvision has it.</param>
/// <param name="Blocks">Blocks of each of the four stages.</param>
/// <param name="Bottleneck">Whether a block is 1x1, 3x3, 1x1, four times as wide at its end; else 3x3, 3x3.</param>
/// <param name="Input">What it was trained to see; null for what all models get.</param>
internal sealed record ResNetVariant(string Name, int[] Blocks, bool Bottleneck, InputChange? Input = null)
    : BackboneVariant(Name)
{
    // The mean picture of the package's ResNetPreprocess.onnx, averaged: blue, green, red.
    private static readonly float[] PackageMeans = [103.063f, 115.903f, 123.152f];

    public static IReadOnlyList<ResNetVariant> Rows { get; } =
    [
        new("resnet18", [2, 2, 2, 2], false),
        new("resnet34", [3, 4, 6, 3], false),
        new("resnet50", [3, 4, 6, 3], true),
        // That of Microsoft.ML.DnnImageFeaturizer.ResNet18: a block more in the last stage.
        new("resnet18_dnn", [2, 2, 2, 3], false, InputChange.ToBgrLevels(PackageMeans)),
    ];

    public const int StemWidth = 64;

    /// <summary>Width of a stage's 3x3 convolutions.</summary>
    public static int Width(int stage) => StemWidth << stage;

    /// <summary>Channels that come out of a stage.</summary>
    public int Output(int stage) => Width(stage) * (Bottleneck ? 4 : 1);

    /// <summary>Channels that a block gets.</summary>
    public int Given(int stage, int block) =>
        block > 0 ? Output(stage)
        : stage > 0 ? Output(stage - 1)
        : StemWidth;

    /// <summary>Stages whose maps are an eighth of the picture or larger.</summary>
    public const int EarlyStages = 2;

    /// <summary>Blocks of these stages.</summary>
    public int EarlyBlocks => Blocks.Take(EarlyStages).Sum();

    /// <summary>A stage's first block halves the picture, but for the first stage's.</summary>
    public static int Stride(int stage, int block) => stage > 0 && block == 0 ? 2 : 1;

    public override int Features => Output(Blocks.Length - 1);

    public override int EarlyFeatures => Output(EarlyStages - 1);

    public override Backbone Create(double stochasticDepth, MemoryFormat format) => new ResNet(this, format);
}

/// <summary>
/// ResNet without pooling and classifier, with the state-dict names and initialisation of torchvision (its version 1.5:
/// a bottleneck's stride is in the 3x3): <c>(N, 3, H, W)</c> to <c>(N, Features, H/32, W/32)</c>.
/// </summary>
internal sealed class ResNet : Backbone
{
    private readonly ResNetVariant variant;
    private readonly Conv2d conv1;
    private readonly BatchNorm bn1;
    private readonly List<ResNetBlock> blocks = [];

    public ResNet(ResNetVariant variant, MemoryFormat format)
        : base(nameof(ResNet))
    {
        this.variant = variant;
        register_module(
            "conv1",
            conv1 = new Conv2d(3, ResNetVariant.StemWidth, 7, 2, 3, 1, bias: false, ConvStart.Torchvision, format)
        );
        register_module("bn1", bn1 = new BatchNorm(ResNetVariant.StemWidth));
        for (var stage = 0; stage < variant.Blocks.Length; stage++)
        {
            var chain = new Chain();
            for (var block = 0; block < variant.Blocks[stage]; block++)
            {
                var made = new ResNetBlock(variant, stage, block, format);
                chain.Add(made);
                blocks.Add(made);
            }
            register_module($"layer{stage + 1}", chain);
        }
    }

    public override Tensor Early(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (variant.Input is { } change)
        {
            using var none = no_grad();
            var matrix = tensor(change.Matrix, x.dtype, x.device).view(3, 3, 1, 1);
            x = nn.functional.conv2d(x, matrix, tensor(change.Shift, x.dtype, x.device));
        }
        x = bn1.Activated<ReLU>(conv1.call(x));
        x = nn.functional.max_pool2d(x, 3, 2, 1);
        return Pass(x, blocks.Take(variant.EarlyBlocks)).MoveToOuterDisposeScope();
    }

    protected override Tensor Late(Tensor early) => Pass(early, blocks.Skip(variant.EarlyBlocks));
}

/// <summary>conv-BN-ReLU, conv-BN, and for a bottleneck one more of them; plus what came in, then ReLU.</summary>
internal sealed class ResNetBlock : Layer
{
    private readonly List<(Conv2d Conv, BatchNorm Norm)> path = [];
    private readonly Conv2d? shortcut;
    private readonly BatchNorm? shortcutNorm;

    public ResNetBlock(ResNetVariant variant, int stage, int block, MemoryFormat format)
        : base(nameof(ResNetBlock))
    {
        int input = variant.Given(stage, block);
        int width = ResNetVariant.Width(stage);
        int output = variant.Output(stage);
        int stride = ResNetVariant.Stride(stage, block);
        if (variant.Bottleneck)
        {
            Add(input, width, 1, 1);
            Add(width, width, 3, stride);
            Add(width, output, 1, 1);
        }
        else
        {
            Add(input, width, 3, stride);
            Add(width, output, 3, 1);
        }
        if (stride == 1 && input == output)
            return;
        shortcut = Conv(input, output, 1, stride);
        shortcutNorm = new BatchNorm(output);
        register_module("downsample", new NamedLayers(("0", shortcut), ("1", shortcutNorm)));

        Conv2d Conv(int from, int to, int kernel, int by) =>
            new(from, to, kernel, by, kernel / 2, 1, bias: false, ConvStart.Torchvision, format);

        void Add(int from, int to, int kernel, int by)
        {
            var conv = Conv(from, to, kernel, by);
            var norm = new BatchNorm(to);
            path.Add((conv, norm));
            register_module($"conv{path.Count}", conv);
            register_module($"bn{path.Count}", norm);
        }
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var residual = shortcut is null ? x : shortcutNorm!.Activated<Identity>(shortcut.call(x));
        var y = x;
        foreach (var (conv, norm) in path.SkipLast(1))
            y = norm.Activated<ReLU>(conv.call(y));
        var (last, lastNorm) = path[^1];
        return nn.functional.relu(lastNorm.Activated<Identity>(last.call(y), null, residual)).MoveToOuterDisposeScope();
    }
}
