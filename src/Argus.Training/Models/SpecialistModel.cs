using Argus.Specialists;
using Argus.Training.Native;
using Argus.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>What shapes a model beyond its specialist.</summary>
public sealed record ModelOptions
{
    public string Backbone { get; init; } = "efficientnet_b4";
    public double StochasticDepth { get; init; } = 0.2;

    /// <summary>The backbone is not trained: its weights and its statistics stay.</summary>
    public bool FrozenBackbone { get; init; }
    public IReadOnlyList<double> Dropout { get; init; } = [0.3, 0.2, 0.1];
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Width of a token in the head, a multiple of 8; 0: as wide as its features, as published.</summary>
    public int Projection { get; init; }

    /// <summary>Largest share of another picture's style that a picture takes while training; 0: none.</summary>
    public double MixStyle { get; init; }
    public MemoryFormat Format { get; init; } = MemoryFormat.ChannelsLast;

    /// <summary>Each branch looks at its own view, not at the colour picture.</summary>
    public bool OwnViews { get; init; }

    /// <summary>
    /// Equal results for less work (no queries and keys for one token, pooling before 1x1 convolutions).
    /// </summary>
    public bool Shortcuts { get; init; } = true;
}

/// <summary>
/// A specialist: backbone, specialist module, fusion head. State-dict names are those of the published checkpoints.
/// </summary>
public sealed class SpecialistModel : nn.Module
{
    /// <summary>How the names of the backbone's weights begin.</summary>
    internal const string BackbonePrefix = "backbone.";

    private readonly Backbone backbone;
    private readonly SpecialistModule module;
    private readonly FusionHead head;
    private readonly bool frozen;
    private readonly bool shortcuts;

    /// <summary>Weights are drawn from torch's global generator: seed it first.</summary>
    public SpecialistModel(Specialist specialist, ModelOptions options)
        : base(specialist.Name)
    {
        LibTorch.Load();
        var variant = BackboneVariant.Find(options.Backbone);
        using var scope = NewDisposeScope();
        register_module("backbone", backbone = variant.Create(options.StochasticDepth, options.Format));
        backbone.MixStyle = options.MixStyle;
        register_module("specialist_module", module = new SpecialistModule(specialist, options));
        Features = variant.Features + specialist.Features;
        head = new FusionHead(
            Features,
            options.Projection,
            options.Dropout,
            options.AttentionDropout,
            options.Shortcuts,
            (name, part) => register_module(name, part)
        );
        foreach (var (_, tensor) in state_dict())
            tensor.MoveToOuterDisposeScope();
        shortcuts = options.Shortcuts;
        frozen = options.FrozenBackbone;
        if (frozen)
            foreach (var weight in backbone.parameters())
                weight.requires_grad = false;
    }

    // As in Layer: names are given above, not taken from the fields.
    protected override void RegisterComponents() { }

    public override void train(bool train = true)
    {
        base.train(train);
        if (frozen)
            backbone.eval();
    }

    /// <summary>
    /// What training learns. Ask once, when the model is on its device: of clips of one frame the attention's queries
    /// and keys get no gradient, and from then on have no room for one.
    /// </summary>
    /// <param name="framesPerClip">T of all clips that it will be trained on.</param>
    internal LearnedParameters Learn(int framesPerClip)
    {
        var inPlace = framesPerClip == 1 && shortcuts ? head.LearnValuesAlone() : new Dictionary<string, Tensor>();
        return new(
            [
                .. named_parameters()
                    .Where(entry => entry.parameter.requires_grad || inPlace.ContainsKey(entry.name))
                    .Select(entry => (entry.name, inPlace.GetValueOrDefault(entry.name) ?? entry.parameter)),
            ],
            inPlace.Count > 0 ? head.QueriesAndKeys : []
        );
    }

    /// <summary>Length of a frame's token: backbone channels and flattened module output.</summary>
    public int Features { get; }

    /// <param name="frames">Normalised frames <c>(N*T, 3, H, W)</c>, the T frames of a clip one after another.</param>
    /// <param name="framesPerClip">T.</param>
    /// <returns>Logits <c>(N, 2)</c>, fp32: real, fake.</returns>
    public Tensor Logits(Tensor frames, int framesPerClip = 1) =>
        Logits(new Dictionary<string, Tensor> { [View.Rgb] = frames }, framesPerClip);

    /// <param name="inputs">
    /// The colour pictures under <see cref="View.Rgb"/>, and the views that were computed; a branch whose view is not
    /// among them looks at the colour picture.
    /// </param>
    public Tensor Logits(IReadOnlyDictionary<string, Tensor> inputs, int framesPerClip)
    {
        SignalStack.Widen();
        using var scope = NewDisposeScope();
        var frames = inputs[View.Rgb];
        var pooled = nn.functional.adaptive_avg_pool2d(BackboneFeatures(frames), 1).flatten(1);
        // (N*T, F).
        var tokens = cat([pooled, module.Features(view => inputs.GetValueOrDefault(view) ?? frames).flatten(1)], 1);
        tokens = tokens.view(tokens.shape[0] / framesPerClip, framesPerClip, Features);
        return HeadLogits(tokens).MoveToOuterDisposeScope();
    }

    /// <summary><c>(N, 3, H, W)</c> to <c>(N, C, H/32, W/32)</c>.</summary>
    public Tensor BackboneFeatures(Tensor frames)
    {
        using var none = frozen ? no_grad() : null;
        return backbone.call(frames);
    }

    /// <summary>
    /// What scopes are made of: mean and standard deviation of the early layers' channels over the picture, which tell
    /// its texture and colour apart. <c>(N, 3, H, W)</c> to <c>(N, 2C)</c>.
    /// </summary>
    public Tensor Style(Tensor frames)
    {
        using var scope = NewDisposeScope();
        var style = Models.Style.Measure(backbone.Early(frames));
        return cat([style.Mean, style.Deviation], 1).flatten(1).MoveToOuterDisposeScope();
    }

    /// <summary><c>(N, 3, H, W)</c> to <c>(N, C, 7, 7)</c>.</summary>
    public Tensor ModuleFeatures(Tensor frames) => module.call(frames);

    /// <summary>Tokens <c>(N, T, F)</c> to logits <c>(N, 2)</c>.</summary>
    public Tensor HeadLogits(Tensor tokens) => head.Logits(tokens, training);
}
