using Argus.Specialists;
using Argus.Training.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Norm = TorchSharp.Modules.BatchNorm2d;
using Stack = TorchSharp.Modules.Sequential;

namespace Argus.Benchmarks;

/// <summary>
/// A specialist as anybody would port it: TorchSharp's own modules, contiguous, every branch looking at the colour
/// picture. What <c>argus bench step</c> compares with. It has the published names and meets the reference numbers.
/// </summary>
internal sealed class StockModel : nn.Module<Tensor, Tensor>
{
    private const int Squeezed = 32;
    private static readonly int[] Widths = [1024, 512, 256];

    private readonly StockBackbone backbone;
    private readonly StockModule specialist_module;
    private readonly nn.Module<Tensor, Tensor> feature_projection;
    private readonly nn.Module<Tensor, Tensor> classifier;
    private readonly MultiheadAttention feature_attention;

    public StockModel(
        Specialist specialist,
        string backboneName,
        double stochasticDepth,
        IReadOnlyList<double> dropout,
        double attentionDropout
    )
        : base(specialist.Name)
    {
        var variant = EfficientNetVariant.Find(backboneName);
        var features = variant.Features + specialist.Features;
        var width = FusionHead.Width(features);
        backbone = new StockBackbone(variant, stochasticDepth);
        specialist_module = new StockModule(specialist);
        feature_projection = nn.Linear(features, width);
        feature_attention = nn.MultiheadAttention(width, FeatureAttention.Heads, attentionDropout);
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (var i = 0; i < Widths.Length; i++)
        {
            layers.AddRange([
                ($"{4 * i}", nn.Dropout(dropout[i])),
                ($"{4 * i + 1}", nn.Linear(i == 0 ? width : Widths[i - 1], Widths[i])),
                ($"{4 * i + 2}", nn.BatchNorm1d(Widths[i])),
                ($"{4 * i + 3}", nn.ReLU()),
            ]);
        }
        classifier = nn.Sequential([.. layers, ($"{4 * Widths.Length}", nn.Linear(Widths[^1], 2))]);
        RegisterComponents();
    }

    /// <summary>Frames <c>(N, 3, H, W)</c>, each a clip, to logits <c>(N, 2)</c>.</summary>
    public override Tensor forward(Tensor x)
    {
        var pooled = nn.functional.adaptive_avg_pool2d(backbone.call(x), 1).flatten(1);
        // (T = 1, N, D).
        var tokens = feature_projection.call(cat([pooled, specialist_module.call(x).flatten(1)], 1)).unsqueeze(0);
        var (mixed, _) = feature_attention.forward(tokens, tokens, tokens, null, false, null);
        return classifier.call(mixed.mean([0]));
    }

    private sealed class StockBackbone : nn.Module<Tensor, Tensor>
    {
        private readonly Stack features;

        public StockBackbone(EfficientNetVariant variant, double stochasticDepth)
            : base(nameof(StockBackbone))
        {
            var parts = new List<nn.Module<Tensor, Tensor>>
            {
                ConvNorm(variant, 3, variant.Channels(MBConvStage.All[0].Input), 3, 2, 1, true),
            };
            var total = MBConvStage.All.Sum(stage => variant.Layers(stage.Layers));
            var block = 0;
            foreach (var stage in MBConvStage.All)
            {
                parts.Add(
                    Row(
                        Enumerable
                            .Range(0, variant.Layers(stage.Layers))
                            .Select(layer =>
                                (nn.Module<Tensor, Tensor>)
                                    new StockBlock(variant, stage, layer, stochasticDepth * block++ / total)
                            )
                    )
                );
            }
            parts.Add(ConvNorm(variant, variant.Channels(MBConvStage.All[^1].Output), variant.Features, 1, 1, 1, true));
            features = Row(parts);
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
            int input = variant.Channels(layer == 0 ? stage.Input : stage.Output);
            int output = variant.Channels(stage.Output);
            int stride = layer == 0 ? stage.Stride : 1;
            int expanded = input * stage.Expand;
            residual = stride == 1 && input == output;
            this.drop = drop;
            var parts = new List<nn.Module<Tensor, Tensor>>();
            if (stage.Expand != 1)
                parts.Add(ConvNorm(variant, input, expanded, 1, 1, 1, true));
            parts.AddRange([
                ConvNorm(variant, expanded, expanded, stage.Kernel, stride, expanded, true),
                new StockSqueeze(expanded, Math.Max(1, input / 4)),
                ConvNorm(variant, expanded, output, 1, 1, 1, false),
            ]);
            block = Row(parts);
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
                nn.Module<Tensor, Tensor> Conv(int input, int output, Specialists.Convolution shape) =>
                    nn.Conv2d(input, output, shape.Kernel, shape.Stride, shape.Padding);
                var c = branch.Width;
                branches.Add(
                    nn.Sequential(
                        ("0", Conv(3, c, branch.First)),
                        ("1", nn.BatchNorm2d(c)),
                        ("2", nn.ReLU()),
                        ("3", Conv(c, 2 * c, branch.Second)),
                        ("4", nn.BatchNorm2d(2 * c)),
                        ("5", nn.ReLU()),
                        ("6", nn.Conv2d(2 * c, c, 1)),
                        ("7", nn.AdaptiveAvgPool2d(Specialist.GridSize))
                    )
                );
                register_module(branch.Name, branches[^1]);
            }
            attention = nn.Sequential(
                ("0", nn.Conv2d(specialist.Channels, Squeezed, 1)),
                ("1", nn.ReLU()),
                ("2", nn.Conv2d(Squeezed, specialist.Channels, 1)),
                ("3", nn.Sigmoid())
            );
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var features = cat([.. branches.Select(branch => branch.call(x))], 1);
            return features * attention.call(features);
        }
    }

    private static Stack Row(IEnumerable<nn.Module<Tensor, Tensor>> parts) =>
        nn.Sequential([.. parts.Select((part, i) => ($"{i}", part))]);

    private static Stack ConvNorm(
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
        Norm norm = nn.BatchNorm2d(output, variant.BatchNormEps, variant.BatchNormMomentum);
        return activation
            ? nn.Sequential(("0", conv), ("1", norm), ("2", nn.SiLU()))
            : nn.Sequential(("0", conv), ("1", norm));
    }
}
