using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Argus.Recipes;

/// <summary>
/// Everything that a run's result depends on. Keys in YAML are the property names in snake case; ranges and choices
/// stand at the properties and are checked, documented and offered to editors from there. A property with a default
/// came later than others: recipes of earlier versions lack it, and the default is what those versions did.
/// </summary>
public sealed record Recipe
{
    /// <summary>Which trace the model looks for.</summary>
    [Description("Which trace the model looks for.")]
    public required string Specialist { get; init; }

    /// <summary>Leg of progressive training.</summary>
    [Range(1, 9), Description("Leg of progressive training.")]
    public required int Stage { get; init; }

    /// <summary>Every random choice follows from it.</summary>
    [Range(0, int.MaxValue), Description("Every random choice follows from it.")]
    public required int Seed { get; init; }

    /// <summary>The network that all specialists have.</summary>
    public required BackboneRecipe Backbone { get; init; }

    /// <summary>Inputs and heads.</summary>
    public required ModelRecipe Model { get; init; }

    /// <summary>Stage whose best checkpoint this run continues; 0: the backbone's weights.</summary>
    [Range(0, 9), Description("Stage whose best checkpoint this run continues; 0: the backbone's weights.")]
    public required int StartFrom { get; init; }

    /// <summary>What is read of a dataset.</summary>
    public required DataRecipe Data { get; init; }

    /// <summary>How pictures are enhanced.</summary>
    public required EnhanceRecipe Enhance { get; init; }

    /// <summary>How training pictures are varied.</summary>
    public required AugmentRecipe Augment { get; init; }

    /// <summary>Forging on the way.</summary>
    public required ForgeRecipe Forge { get; init; }

    /// <summary>What training minimises.</summary>
    public required LossRecipe Loss { get; init; }

    /// <summary>AdamW.</summary>
    public required OptimizerRecipe Optimizer { get; init; }

    /// <summary>Cosine warm restarts of the learning rate, per epoch (Loshchilov and Hutter, 2017).</summary>
    public required ScheduleRecipe Schedule { get; init; }

    /// <summary>The loop.</summary>
    public required TrainRecipe Train { get; init; }
}

/// <summary>The network that all specialists have.</summary>
public sealed record BackboneRecipe
{
    /// <summary>Weights of training on ImageNet, as they were published.</summary>
    public const string ImageNetWeights = "imagenet";

    /// <summary>From scratch, on purpose.</summary>
    public const string NoWeights = "none";

    /// <summary>Row of the table of backbones.</summary>
    public required string Name { get; init; }

    /// <summary>Imagenet, none, or a weights file.</summary>
    [Description("imagenet, none, or a weights file.")]
    public required string Weights { get; init; }

    /// <summary>Probability of dropping the last residual block; earlier ones proportionally less.</summary>
    [
        Range(0.0, 0.9),
        Description("Probability of dropping the last residual block; earlier ones proportionally less.")
    ]
    public required double StochasticDepth { get; init; }

    /// <summary>Specialists of one models folder share one file of it, which looks at a clip once.</summary>
    [
        Description("Specialists of one models folder share one file of it, which looks at a clip once."),
        DefaultValue(false)
    ]
    public required bool Shared { get; init; }

    /// <summary>It stays as it was given; the specialist's module and head alone are trained.</summary>
    [Description("It stays as it was given; the specialist's module and head alone are trained."), DefaultValue(false)]
    public required bool Frozen { get; init; }
}

/// <summary>Inputs and heads.</summary>
public sealed record ModelRecipe
{
    /// <summary>Side of the square input in pixels.</summary>
    [Range(32, 1024), Description("Side of the square input in pixels.")]
    public required int ImageSize { get; init; }

    /// <summary>
    /// Own: each branch looks at its own view (needs data.crop=face); rgb: at the colour picture, as published.
    /// </summary>
    [Description(
        "own: each branch looks at its own view (needs data.crop=face); rgb: at the colour picture, as published."
    )]
    [DefaultValue(ViewSource.Rgb)]
    public required ViewSource Views { get; init; }

    /// <summary>Before the classifier's three hidden layers.</summary>
    [Length(3, 3), Range(0.0, 0.95), Description("Before the classifier's three hidden layers.")]
    public required double[] Dropout { get; init; }

    /// <summary>Dropout within the attention over frames, 0 to 0.95.</summary>
    [Range(0.0, 0.95)]
    public required double AttentionDropout { get; init; }

    /// <summary>Width of a token in the head, a multiple of 8; 0: as wide as its features, as published.</summary>
    [
        Range(0, 8192),
        Description("Width of a token in the head, a multiple of 8; 0: as wide as its features, as published."),
        DefaultValue(0)
    ]
    public required int Projection { get; init; }

    /// <summary>
    /// Largest share of another picture's style (mean and deviation of the early layers' channels) that a picture takes
    /// while training, 0 to 1; 0: none.
    /// </summary>
    [
        Range(0.0, 1.0),
        Description("Largest share of another picture's style that a picture takes while training; 0: none."),
        DefaultValue(0.0)
    ]
    public required double MixStyle { get; init; }
}
