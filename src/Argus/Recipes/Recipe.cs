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
}

/// <summary>What is read of a dataset.</summary>
public sealed record DataRecipe
{
    /// <summary>Row of the table of dataset layouts.</summary>
    public required string Layout { get; init; }

    /// <summary>FaceForensics++ only: <c>raw</c>, <c>c23</c> or <c>c40</c>.</summary>
    [AllowedValues("raw", "c23", "c40")]
    public required string Compression { get; init; }

    /// <summary>Only these method folders' fakes; empty: all.</summary>
    [Description("Only these method folders' fakes; empty: all.")]
    public required string[] Methods { get; init; }

    /// <summary>Which split of the dataset.</summary>
    [Description("identity: no person on two sides of the split (Celeb-DF).")]
    public required SplitMode Split { get; init; }

    /// <summary>Share carved from training where no validation set was published, 0.01 to 0.5.</summary>
    [Range(0.01, 0.5)]
    public required double ValidationShare { get; init; }

    /// <summary>
    /// Share kept for test where nothing states a split (folder, list, reals); 0: 0.15, of reals none.
    /// </summary>
    [
        Range(0.0, 0.5),
        Description("Share kept for test where nothing states a split (folder, list, reals); 0: 0.15, of reals none."),
        DefaultValue(0.0)
    ]
    public required double TestShare { get; init; }

    /// <summary>Reals only: people whose names begin so are on one side of the split, as one person would be.</summary>
    [
        Description("Reals only: people whose names begin so are on one side of the split, as one person would be."),
        DefaultValue(new string[0])
    ]
    public required string[] Together { get; init; }

    /// <summary>DFDC parts in training order; absent parts are skipped.</summary>
    [Range(0, 99), Description("DFDC parts in training order; absent parts are skipped.")]
    public required int[] Chunks { get; init; }

    /// <summary>Clips a training video.</summary>
    [Range(1, 1000), Description("Clips a training video.")]
    public required int TrainFrames { get; init; }

    /// <summary>Clips a validation or test video.</summary>
    [Range(1, 1000), Description("Clips a validation or test video.")]
    public required int EvalFrames { get; init; }

    /// <summary>Frames a clip (T): what the model sees at once.</summary>
    [Range(1, 64), Description("Frames a clip (T): what the model sees at once.")]
    [DefaultValue(1)]
    public required int ClipFrames { get; init; }

    /// <summary>Frames a second within a clip.</summary>
    [Range(0.1, 240.0), Description("Frames a second within a clip.")]
    [DefaultValue(1.0)]
    public required double ClipRate { get; init; }

    /// <summary>Part of the video that frames are taken from: first and last, as shares of its length.</summary>
    [
        Length(2, 2),
        Range(0.0, 1.0),
        Description("Part of the video that frames are taken from: first and last, as shares of its length.")
    ]
    public required double[] FrameRange { get; init; }

    /// <summary>Frame: the whole picture, resized before it is stored; face: the largest face at native size.</summary>
    [Description("frame: the whole picture, resized before it is stored; face: the largest face at native size.")]
    public required CropMode Crop { get; init; }

    /// <summary>Side of the square crop as a multiple of the face box's longer side.</summary>
    [Range(1.0, 3.0), Description("Side of the square crop as a multiple of the face box's longer side.")]
    public required double FaceMargin { get; init; }

    /// <summary>Longest side of a stored face in pixels, larger ones are shrunk; 0: native size.</summary>
    [Range(0, 8192), Description("Longest side of a stored face in pixels, larger ones are shrunk; 0: native size.")]
    [DefaultValue(0)]
    public required int LargestCrop { get; init; }

    /// <summary>
    /// Png: lossless; jpeg: quality 100, three quarters of the space, not for what looks at the pixel grid.
    /// </summary>
    [Description(
        "png: lossless; jpeg: quality 100, three quarters of the space, not for what looks at the pixel grid."
    )]
    [DefaultValue(PictureFormat.Png)]
    public required PictureFormat Format { get; init; }

    /// <summary>Store the sound, 16 kHz mono.</summary>
    [Description("Store the sound, 16 kHz mono.")]
    [DefaultValue(false)]
    public required bool Sound { get; init; }
}

/// <summary>How pictures are enhanced: CLAHE, then a bilateral filter.</summary>
public sealed record EnhanceRecipe
{
    /// <summary>CLAHE clip limit on L of LAB; 0: none.</summary>
    [Range(0.0, 40.0), Description("CLAHE clip limit on L of LAB; 0: none.")]
    public required double ClaheClip { get; init; }

    /// <summary>Tiles a side.</summary>
    [Range(1, 64)]
    public required int ClaheTiles { get; init; }

    /// <summary>Bilateral filter's neighbourhood in pixels; 0: none.</summary>
    [Range(0, 25), Description("Bilateral filter's neighbourhood in pixels; 0: none.")]
    public required int BilateralDiameter { get; init; }

    /// <summary>The bilateral filter's sigma among levels (0 to 255).</summary>
    [Range(0.0, 500.0)]
    public required double BilateralSigmaColor { get; init; }

    /// <summary>The bilateral filter's sigma in pixels.</summary>
    [Range(0.0, 500.0)]
    public required double BilateralSigmaSpace { get; init; }
}

/// <summary>How training pictures are varied, as torchvision's transforms do it.</summary>
public sealed record AugmentRecipe
{
    /// <summary>Probability of a horizontal flip.</summary>
    [Range(0.0, 1.0), Description("Probability of a horizontal flip.")]
    public required double Flip { get; init; }

    /// <summary>Rotation within plus or minus this, in degrees.</summary>
    [Range(0.0, 180.0)]
    public required double RotateDegrees { get; init; }

    /// <summary>Factor within 1 +- this.</summary>
    [Range(0.0, 1.0), Description("Factor within 1 +- this.")]
    public required double Brightness { get; init; }

    /// <summary>Factor within 1 +- this.</summary>
    [Range(0.0, 1.0)]
    public required double Contrast { get; init; }

    /// <summary>Factor within 1 +- this.</summary>
    [Range(0.0, 1.0)]
    public required double Saturation { get; init; }

    /// <summary>Shift within +- this, in turns of the colour circle.</summary>
    [Range(0.0, 0.5), Description("Shift within +- this, in turns of the colour circle.")]
    public required double Hue { get; init; }

    /// <summary>Shift within +- this share of the side.</summary>
    [Range(0.0, 1.0), Description("Shift within +- this share of the side.")]
    public required double Translate { get; init; }

    /// <summary>Distortion scale of torchvision's RandomPerspective; 0: none.</summary>
    [Range(0.0, 1.0), Description("Distortion scale of torchvision's RandomPerspective; 0: none.")]
    public required double Perspective { get; init; }

    /// <summary>Probability of a perspective change, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public required double PerspectiveProbability { get; init; }

    /// <summary>Gaussian kernel in pixels, odd; 0: none.</summary>
    [Range(0, 31), Description("Gaussian kernel in pixels, odd; 0: none.")]
    public required int BlurKernel { get; init; }

    /// <summary>Smallest and largest sigma in pixels.</summary>
    [Length(2, 2), Range(0.01, 10.0), Description("Smallest and largest sigma in pixels.")]
    public required double[] BlurSigma { get; init; }

    /// <summary>Largest share of a stored face's side that is cut off, at random places; 0: none.</summary>
    [
        Range(0.0, 0.5),
        Description("Largest share of a stored face's side that is cut off, at random places; 0: none."),
        DefaultValue(0.0)
    ]
    public required double Cut { get; init; }

    /// <summary>Probability of what recordings go through: blur, noise, a smaller size, a lossy codec.</summary>
    [
        Range(0.0, 1.0),
        Description("Probability of what recordings go through: blur, noise, a smaller size, a lossy codec."),
        DefaultValue(0.0)
    ]
    public required double Degrade { get; init; }
}

/// <summary>Forging on the way.</summary>
public sealed record ForgeRecipe
{
    /// <summary>
    /// Share of real clips that become a pair of forgery and real twin while training; 1: no fake video is needed.
    /// Faces only.
    /// </summary>
    [
        Range(0.0, 1.0),
        Description(
            "Share of real clips that become a pair of forgery and real twin while training; 1: no fake video "
                + "is needed. Faces only."
        )
    ]
    [DefaultValue(0.0)]
    public required double Probability { get; init; }

    /// <summary>Kinds drawn from; empty: the specialist's own.</summary>
    [Description("Kinds drawn from; empty: the specialist's own.")]
    [DefaultValue(new string[0])]
    public required string[] Kinds { get; init; }

    /// <summary>
    /// Share of the epochs over which twins that are altered everywhere come in, from none to their half: the trace is
    /// learned first, then that the same trace everywhere is real.
    /// </summary>
    [
        Range(0.0, 1.0),
        Description(
            "Share of the epochs over which twins that are altered everywhere come in, from none to their "
                + "half: the trace is learned first, then that the same trace everywhere is real."
        )
    ]
    [DefaultValue(0.0)]
    public required double Curriculum { get; init; }
}

/// <summary>What training minimises.</summary>
public sealed record LossRecipe
{
    /// <summary>Which loss.</summary>
    public required LossKind Name { get; init; }

    /// <summary>The focal loss's factor, 0 to 1: one scalar for both classes.</summary>
    [Range(0.0, 1.0), Description("The same scalar for both classes.")]
    public required double FocalAlpha { get; init; }

    /// <summary>The focal loss's exponent, 0 to 10.</summary>
    [Range(0.0, 10.0)]
    public required double FocalGamma { get; init; }
}

/// <summary>AdamW.</summary>
public sealed record OptimizerRecipe
{
    /// <summary>The schedule's highest learning rate.</summary>
    [Range(1e-9, 1.0)]
    public required double LearningRate { get; init; }

    /// <summary>Decoupled weight decay.</summary>
    [Range(0.0, 1.0)]
    public required double WeightDecay { get; init; }

    /// <summary>Largest L2 norm of all gradients together; 0: no clipping.</summary>
    [Range(0.0, 1000.0), Description("Largest L2 norm of all gradients together; 0: no clipping.")]
    public required double ClipNorm { get; init; }
}

/// <summary>Cosine warm restarts of the learning rate.</summary>
public sealed record ScheduleRecipe
{
    /// <summary>Epochs before the first warm restart.</summary>
    [Range(1, 1000), Description("Epochs before the first warm restart.")]
    public required int FirstPeriod { get; init; }

    /// <summary>By which each period is longer than the one before.</summary>
    [Range(1, 10)]
    public required int Multiplier { get; init; }
}

/// <summary>The loop.</summary>
public sealed record TrainRecipe
{
    /// <summary>Epochs; per chunk where there are chunks.</summary>
    [Range(1, 10000), Description("Epochs; per chunk where there are chunks.")]
    public required int Epochs { get; init; }

    /// <summary>Clips a step.</summary>
    [Range(2, 4096), Description("Clips a step.")]
    public required int BatchSize { get; init; }

    /// <summary>Bf16: fp32 master weights, cast where they are used.</summary>
    [Description("bf16: fp32 master weights, cast where they are used.")]
    public required Precision Precision { get; init; }

    /// <summary>Where tensors live.</summary>
    public required ComputeDevice Device { get; init; }

    /// <summary>Whether pictures and weights lie with channels fastest in memory.</summary>
    public required bool ChannelsLast { get; init; }

    /// <summary>Threads that decode and augment; the result does not depend on it.</summary>
    [Range(1, 256), Description("Threads that decode and augment; the result does not depend on it.")]
    public required int Workers { get; init; }

    /// <summary>Checkpoints kept; the best and the last are always among them.</summary>
    [Range(2, 1000), Description("Checkpoints kept; the best and the last are always among them.")]
    public required int Keep { get; init; }

    /// <summary>Minutes between checkpoints within an epoch.</summary>
    [Range(0.01, 1e6)]
    public required double CheckpointMinutes { get; init; }

    /// <summary>Stop after so many steps; 0: no limit.</summary>
    [Range(0, int.MaxValue), Description("Stop after so many steps; 0: no limit.")]
    public required int MaxSteps { get; init; }
}
