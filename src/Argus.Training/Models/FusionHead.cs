using Argus.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>
/// Multi-head self-attention over a clip's tokens with PyTorch's <c>MultiheadAttention</c> names: <c>(N, T, D)</c> to
/// <c>(N, T, D)</c>.
/// </summary>
internal sealed class FeatureAttention : Layer
{
    public const int Heads = 8;

    private readonly Parameter in_proj_weight;
    private readonly Parameter in_proj_bias;
    private readonly Linear out_proj;
    private readonly int width;
    private readonly double dropout;
    private readonly bool shortcuts;

    // The rows of values in both, as leaves of their own; where queries and keys are not learned.
    private Tensor? valueWeight;
    private Tensor? valueBias;

    public FeatureAttention(int width, double dropout, bool shortcuts)
        : base(nameof(FeatureAttention))
    {
        this.width = width;
        this.dropout = dropout;
        this.shortcuts = shortcuts;
        var bound = Math.Sqrt(6.0 / (3 * width + width)); // Xavier uniform over the stacked projections
        register_parameter(
            "in_proj_weight",
            in_proj_weight = new Parameter(empty(3 * width, width).uniform_(-bound, bound))
        );
        register_parameter("in_proj_bias", in_proj_bias = new Parameter(zeros(3 * width)));
        register_module("out_proj", out_proj = new Linear(width, width));
        using var none = no_grad();
        out_proj.get_parameter("bias")!.zero_();
    }

    /// <summary>
    /// Of one token queries and keys have no gradient. From here on they have no room for one either: only the values'
    /// part of the stacked projection is learned, in place.
    /// </summary>
    /// <returns>What is learned instead of the registered parameters of these names.</returns>
    public IReadOnlyDictionary<string, Tensor> LearnValuesAlone()
    {
        Tensor Values(Tensor stacked)
        {
            stacked.requires_grad = false;
            return stacked.narrow(0, 2L * width, width).detach().requires_grad_().DetachFromDisposeScope();
        }

        valueWeight ??= Values(in_proj_weight);
        valueBias ??= Values(in_proj_bias);
        return new Dictionary<string, Tensor>
        {
            [nameof(in_proj_weight)] = valueWeight,
            [nameof(in_proj_bias)] = valueBias,
        };
    }

    /// <summary>The rows of queries and keys.</summary>
    public IReadOnlyList<Tensor> QueriesAndKeys =>
        [in_proj_weight.narrow(0, 0, 2L * width), in_proj_bias.narrow(0, 0, 2L * width)];

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            valueWeight?.Dispose();
            valueBias?.Dispose();
        }
        base.Dispose(disposing);
    }

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        long clips = tokens.shape[0];
        long frames = tokens.shape[1];
        long size = width / Heads;
        if (frames > 1 && valueWeight is not null && is_grad_enabled())
            throw new InvalidOperationException("Queries and keys are not learned, but clips have several frames.");
        var mixed = frames == 1 && shortcuts ? OverOneToken() : OverTokens();
        return out_proj.call(mixed).MoveToOuterDisposeScope();

        Tensor Project(long first, long rows) =>
            nn.functional.linear(
                tokens,
                in_proj_weight.narrow(0, first, rows).to(tokens.dtype),
                in_proj_bias.narrow(0, first, rows).to(tokens.dtype)
            );

        // The softmax over a single key is exactly 1, so queries and keys do not matter; only its dropout is left.
        Tensor OverOneToken()
        {
            var values = // (N, 1, D)
            valueWeight is null
                ? Project(2L * width, width)
                : nn.functional.linear(tokens, valueWeight.to(tokens.dtype), valueBias!.to(tokens.dtype));
            if (!training || dropout == 0)
                return values;
            var kept = empty([clips, 1, Heads, 1], values.dtype, values.device)
                .bernoulli_(1 - dropout)
                .Over(1 - dropout);
            return (values.view(clips, 1, Heads, size) * kept).view(clips, 1, width);
        }

        Tensor OverTokens()
        {
            // (3, N, heads, T, size).
            var parts = Project(0, 3L * width).view(clips, frames, 3, Heads, size).permute(2, 0, 3, 1, 4);
            // (N, heads, T, T).
            var weights = parts[0].Over(Math.Sqrt(size)).matmul(parts[1].transpose(-2, -1)).softmax(-1);
            weights = nn.functional.dropout(weights, dropout, training);
            return weights.matmul(parts[2]).transpose(1, 2).reshape(clips, frames, width);
        }
    }
}

/// <summary>
/// Projection, attention over the clip's frames, mean, classifier: tokens <c>(N, T, F)</c> to logits <c>(N, 2)</c>
/// (real, fake).
/// </summary>
internal sealed class FusionHead
{
    private const string AttentionName = "feature_attention";
    private static readonly int[] Widths = [1024, 512, 256];

    private readonly Linear projection;
    private readonly FeatureAttention attention;
    private readonly List<(double Dropout, Linear Linear, BatchNorm? Norm)> layers = [];

    /// <summary>A width rounded up for eight heads.</summary>
    public static int Width(int features) =>
        (features + FeatureAttention.Heads - 1) / FeatureAttention.Heads * FeatureAttention.Heads;

    /// <summary>Registers its parts under the names that the published checkpoints use.</summary>
    /// <param name="features">Width of a token as it comes in, F.</param>
    /// <param name="tokenWidth">
    /// Width of a token after the projection, before it is rounded up; 0: as wide as it comes in, as published.
    /// </param>
    /// <param name="dropouts">Before each of the classifier's hidden layers.</param>
    /// <param name="attentionDropout">Within the attention.</param>
    /// <param name="shortcuts">Whether queries and keys of one token are left out.</param>
    /// <param name="register">Takes each part with its name.</param>
    public FusionHead(
        int features,
        int tokenWidth,
        IReadOnlyList<double> dropouts,
        double attentionDropout,
        bool shortcuts,
        Action<string, nn.Module> register
    )
    {
        var width = Width(tokenWidth > 0 ? tokenWidth : features);
        register("feature_projection", projection = new Linear(features, width));
        register(AttentionName, attention = new FeatureAttention(width, attentionDropout, shortcuts));

        var named = new List<(string, nn.Module)>();
        var place = 0;
        for (var i = 0; i < Widths.Length; i++)
        {
            // Dropout and ReLU hold no weights but count in the names: dropout, Linear, BN, ReLU; the last has no
            // dropout after it.
            var linear = new Linear(i == 0 ? width : Widths[i - 1], Widths[i]);
            var norm = new BatchNorm(Widths[i]);
            layers.Add((dropouts[i], linear, norm));
            named.Add(($"{place + 1}", linear));
            named.Add(($"{place + 2}", norm));
            place += 4;
        }
        var last = new Linear(Widths[^1], 2);
        layers.Add((0, last, null));
        named.Add(($"{place}", last));
        register("classifier", new NamedLayers([.. named]));
    }

    /// <summary>As <see cref="FeatureAttention.LearnValuesAlone"/>, by the parameters' whole names.</summary>
    public IReadOnlyDictionary<string, Tensor> LearnValuesAlone() =>
        attention.LearnValuesAlone().ToDictionary(entry => $"{AttentionName}.{entry.Key}", entry => entry.Value);

    /// <inheritdoc cref="FeatureAttention.QueriesAndKeys"/>
    public IReadOnlyList<Tensor> QueriesAndKeys => attention.QueriesAndKeys;

    public Tensor Logits(Tensor tokens, bool training)
    {
        using var scope = NewDisposeScope();
        var x = attention.call(projection.call(tokens)).mean([1]); // (N, D)
        foreach (var (dropout, linear, norm) in layers)
        {
            x = linear.call(nn.functional.dropout(x, dropout, training));
            if (norm is not null)
                x = nn.functional.relu(norm.call(x));
        }
        return x.to(ScalarType.Float32).MoveToOuterDisposeScope(); // (N, 2)
    }
}
