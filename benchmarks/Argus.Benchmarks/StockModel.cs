using Argus.Specialists;
using Argus.Training.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stack = TorchSharp.Modules.Sequential;

namespace Argus.Benchmarks;

/// <summary>
/// A specialist as a straightforward port: TorchSharp's own modules, contiguous tensors, and every branch on the colour
/// picture. <c>argus bench step</c> compares Argus with it. Its weights have the published names, and with them it
/// computes the reference numbers.
/// </summary>
internal sealed class StockModel : nn.Module<Tensor, Tensor>
{
    private const int SqueezedChannels = 32;
    private static readonly int[] ClassifierWidths = [1024, 512, 256];

    private readonly StockBackbone backbone;
    private readonly StockModule specialist_module;
    private readonly nn.Module<Tensor, Tensor> feature_projection;
    private readonly nn.Module<Tensor, Tensor> classifier;
    private readonly MultiheadAttention feature_attention;

    /// <summary>Builds the model with random weights.</summary>
    /// <param name="specialist">The specialist, whose branches it has.</param>
    /// <param name="backboneName">The name of the EfficientNet, e.g. <c>efficientnet_b4</c>.</param>
    /// <param name="stochasticDepth">The probability that the last block is dropped; it grows linearly from 0.</param>
    /// <param name="dropout">The dropout before each of the classifier's three hidden layers.</param>
    /// <param name="attentionDropout">The dropout of the attention weights.</param>
    public StockModel(
        Specialist specialist,
        string backboneName,
        double stochasticDepth,
        IReadOnlyList<double> dropout,
        double attentionDropout
    )
        : base(specialist.Name)
    {
        var variant = EfficientNetVariant.Rows.First(row => row.Name == backboneName);
        var features = variant.Features + specialist.Features;
        var width = FusionHead.Width(features);
        backbone = new StockBackbone(variant, stochasticDepth);
        specialist_module = new StockModule(specialist);
        feature_projection = nn.Linear(features, width);
        feature_attention = nn.MultiheadAttention(width, FeatureAttention.Heads, attentionDropout);
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        var inputWidth = width;
        foreach (var (outputWidth, rate) in ClassifierWidths.Zip(dropout))
        {
            layers.Add(($"{layers.Count}", nn.Dropout(rate)));
            layers.Add(($"{layers.Count}", nn.Linear(inputWidth, outputWidth)));
            layers.Add(($"{layers.Count}", nn.BatchNorm1d(outputWidth)));
            layers.Add(($"{layers.Count}", nn.ReLU()));
            inputWidth = outputWidth;
        }
        layers.Add(($"{layers.Count}", nn.Linear(inputWidth, 2)));
        classifier = nn.Sequential([.. layers]);
        RegisterComponents();
    }

    /// <summary>Computes the logits <c>(N, 2)</c> of frames <c>(N, 3, H, W)</c>, each of which is a clip.</summary>
    /// <param name="x">The frames.</param>
    public override Tensor forward(Tensor x)
    {
        var pooled = nn.functional.adaptive_avg_pool2d(backbone.call(x), 1).flatten(1); // (N, features)
        var branches = specialist_module.call(x).flatten(1); // (N, channels * 7 * 7)
        var tokens = feature_projection.call(cat([pooled, branches], 1)).unsqueeze(0); // (T = 1, N, D)
        var (mixed, _) = feature_attention.forward(tokens, tokens, tokens, null, false, null);
        return classifier.call(mixed.mean([0])); // (N, 2)
    }

    private sealed class StockBackbone : nn.Module<Tensor, Tensor>
    {
        private readonly Stack features;

        public StockBackbone(EfficientNetVariant variant, double stochasticDepth)
            : base(nameof(StockBackbone))
        {
            var parts = new List<nn.Module<Tensor, Tensor>>
            {
                CreateConvolutionAndNorm(variant, 3, variant.Channels(MBConvStage.All[0].Input), 3, 2, 1, true),
            };
            var total = MBConvStage.All.Sum(stage => variant.Layers(stage.Layers));
            var built = 0;
            foreach (var stage in MBConvStage.All)
            {
                var blocks = new List<nn.Module<Tensor, Tensor>>();
                for (var layer = 0; layer < variant.Layers(stage.Layers); layer++)
                {
                    blocks.Add(new StockBlock(variant, stage, layer, stochasticDepth * built / total));
                    built++;
                }
                parts.Add(CreateNumbered(blocks));
            }
            parts.Add(
                CreateConvolutionAndNorm(
                    variant,
                    variant.Channels(MBConvStage.All[^1].Output),
                    variant.Features,
                    1,
                    1,
                    1,
                    true
                )
            );
            features = CreateNumbered(parts);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => features.call(x);
    }

    private sealed class StockBlock : nn.Module<Tensor, Tensor>
    {
        private readonly Stack block;
        private readonly bool residual;
        private readonly double drop;

        public StockBlock(EfficientNetVariant variant, MBConvStage stage, int layer, double drop)
            : base(nameof(StockBlock))
        {
            var input = variant.Channels(layer == 0 ? stage.Input : stage.Output);
            var output = variant.Channels(stage.Output);
            var stride = layer == 0 ? stage.Stride : 1;
            var expanded = input * stage.Expand;
            residual = stride == 1 && input == output;
            this.drop = drop;
            var parts = new List<nn.Module<Tensor, Tensor>>();
            if (stage.Expand != 1)
                parts.Add(CreateConvolutionAndNorm(variant, input, expanded, 1, 1, 1, true));
            parts.AddRange([
                CreateConvolutionAndNorm(variant, expanded, expanded, stage.Kernel, stride, expanded, true),
                new StockSqueeze(expanded, Math.Max(1, input / 4)),
                CreateConvolutionAndNorm(variant, expanded, output, 1, 1, 1, false),
            ]);
            block = CreateNumbered(parts);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var y = block.call(x);
            if (!residual)
                return y;
            if (training && drop > 0)
                y = y * empty([y.shape[0], 1, 1, 1]).bernoulli_(1 - drop).div_(1 - drop);
            return y + x;
        }
    }

    private sealed class StockSqueeze : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> fc1;
        private readonly nn.Module<Tensor, Tensor> fc2;

        public StockSqueeze(int channels, int squeezed)
            : base(nameof(StockSqueeze))
        {
            fc1 = nn.Conv2d(channels, squeezed, 1);
            fc2 = nn.Conv2d(squeezed, channels, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) =>
            x * fc2.call(nn.functional.silu(fc1.call(nn.functional.adaptive_avg_pool2d(x, 1)))).sigmoid();
    }

    private sealed class StockModule : nn.Module<Tensor, Tensor>
    {
        private readonly List<Stack> branches = [];
        private readonly Stack attention;

        public StockModule(Specialist specialist)
            : base(nameof(StockModule))
        {
            foreach (var branch in specialist.Branches)
            {
                var width = branch.Width;
                var layers = nn.Sequential(
                    ("0", CreateConvolution(3, width, branch.First)),
                    ("1", nn.BatchNorm2d(width)),
                    ("2", nn.ReLU()),
                    ("3", CreateConvolution(width, 2 * width, branch.Second)),
                    ("4", nn.BatchNorm2d(2 * width)),
                    ("5", nn.ReLU()),
                    ("6", nn.Conv2d(2 * width, width, 1)),
                    ("7", nn.AdaptiveAvgPool2d(Specialist.GridSize))
                );
                branches.Add(layers);
                register_module(branch.Name, layers);
            }
            attention = nn.Sequential(
                ("0", nn.Conv2d(specialist.Channels, SqueezedChannels, 1)),
                ("1", nn.ReLU()),
                ("2", nn.Conv2d(SqueezedChannels, specialist.Channels, 1)),
                ("3", nn.Sigmoid())
            );
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var features = cat([.. branches.Select(branch => branch.call(x))], 1); // (N, channels, 7, 7)
            return features * attention.call(features);
        }

        private static nn.Module<Tensor, Tensor> CreateConvolution(
            int input,
            int output,
            Specialists.Convolution shape
        ) => nn.Conv2d(input, output, shape.Kernel, shape.Stride, shape.Padding);
    }

    // The parts one after the other, named by their numbers.
    private static Stack CreateNumbered(IEnumerable<nn.Module<Tensor, Tensor>> parts) =>
        nn.Sequential([.. parts.Select((part, i) => ($"{i}", part))]);

    private static Stack CreateConvolutionAndNorm(
        EfficientNetVariant variant,
        int input,
        int output,
        int kernel,
        int stride,
        int groups,
        bool activation
    )
    {
        nn.Module<Tensor, Tensor> conv = nn.Conv2d(
            input,
            output,
            kernel,
            stride,
            (kernel - 1) / 2,
            groups: groups,
            bias: false
        );
        var norm = nn.BatchNorm2d(output, variant.BatchNormEps, variant.BatchNormMomentum);
        return activation
            ? nn.Sequential(("0", conv), ("1", norm), ("2", nn.SiLU()))
            : nn.Sequential(("0", conv), ("1", norm));
    }
}
