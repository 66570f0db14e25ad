using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>A row of the table of backbones: the network that turns a picture into a map of features.</summary>
internal abstract record BackboneVariant(string Name)
{
    /// <summary>Every row, family by family.</summary>
    public static IReadOnlyList<BackboneVariant> All { get; } = [.. EfficientNetVariant.Rows, .. ResNetVariant.Rows];

    /// <exception cref="RequestException">No such backbone; the message lists those that exist.</exception>
    public static BackboneVariant Find(string name) =>
        All.FirstOrDefault(variant => variant.Name == name)
        ?? throw new RequestException(
            $"There is no backbone '{name}'. Choose one of {string.Join(", ", All.Select(v => v.Name))}."
        );

    /// <summary>Channels of the last feature map.</summary>
    public abstract int Features { get; }

    /// <summary>Channels of the map after the last early layer.</summary>
    public abstract int EarlyFeatures { get; }

    /// <summary>The network, with freshly drawn weights.</summary>
    /// <param name="stochasticDepth">
    /// Probability of dropping the last residual block; a family that was not trained so leaves it alone.
    /// </param>
    /// <param name="format">How weights lie in memory.</param>
    public abstract Backbone Create(double stochasticDepth, MemoryFormat format);
}

/// <summary>
/// A backbone without pooling and classifier: <c>(N, 3, H, W)</c> to <c>(N, Features, H/32, W/32)</c>. Its early layers
/// see texture and colour; what the late ones see depends on the question that they were trained for.
/// </summary>
internal abstract class Backbone(string name) : Layer(name)
{
    /// <summary><c>(N, 3, H, W)</c> to <c>(N, EarlyFeatures, H/8, W/8)</c>.</summary>
    public abstract Tensor Early(Tensor x);

    /// <summary>From <see cref="Early"/>'s map to the last one.</summary>
    protected abstract Tensor Late(Tensor early);

    /// <summary>Through layers, one after another.</summary>
    protected static Tensor Pass(Tensor x, IEnumerable<nn.Module<Tensor, Tensor>> layers)
    {
        using var scope = NewDisposeScope();
        foreach (var layer in layers)
            x = layer.call(x);
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Largest share of another picture's style that a picture takes while training; 0: none.</summary>
    public double MixStyle { get; set; }

    public sealed override Tensor forward(Tensor x)
    {
        using var early = Early(x);
        if (!training || MixStyle == 0)
            return Late(early);
        using var mixed = Style.Mix(early, MixStyle);
        return Late(mixed);
    }
}
