using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Argus.Recipes;

/// <summary>
/// Everything that a run's result depends on. Keys in YAML are the property names in snake case; ranges and choices stand
/// at the properties and are checked, documented and offered to editors from there.
/// </summary>
public sealed record Recipe
{
    [AllowedValues("bg", "av", "cm", "rr", "tm"), Description("Which trace the model looks for.")]
    public required string Specialist { get; init; }

    [Range(1, 9), Description("Leg of progressive training.")]
    public required int Stage { get; init; }

    [Range(0, int.MaxValue), Description("Every random choice follows from it.")]
    public required int Seed { get; init; }
    public required BackboneRecipe Backbone { get; init; }
    public required ModelRecipe Model { get; init; }

    [Range(0, 9), Description("Stage whose best checkpoint this run continues; 0: the backbone's weights.")]
    public required int StartFrom { get; init; }
    public required DataRecipe Data { get; init; }
    public required EnhanceRecipe Enhance { get; init; }
    public required AugmentRecipe Augment { get; init; }
    public required ForgeRecipe Forge { get; init; }
    public required LossRecipe Loss { get; init; }
    public required OptimizerRecipe Optimizer { get; init; }
    public required ScheduleRecipe Schedule { get; init; }
    public required TrainRecipe Train { get; init; }
}

public sealed record BackboneRecipe
{
    [AllowedValues(
        "efficientnet_b0",
        "efficientnet_b1",
        "efficientnet_b2",
        "efficientnet_b3",
        "efficientnet_b4",
        "efficientnet_b5",
        "efficientnet_b6",
        "efficientnet_b7"
    )]
    public required string Name { get; init; }

    [Description("imagenet, none, or a weights file.")]
    public required string Weights { get; init; }

    [Range(0.0, 0.9), Description("Probability of dropping the last residual block; earlier ones proportionally less.")]
    public required double StochasticDepth { get; init; }
}

public sealed record ModelRecipe
{
    [Range(32, 1024), Description("Side of the square input in pixels.")]
    public required int ImageSize { get; init; }

    [
        AllowedValues("rgb", "own"),
        Description(
            "own: each branch looks at its own view (needs data.crop=face); rgb: at the colour picture, as published."
        )
    ]
    public required string Views { get; init; }

    [Length(3, 3), Range(0.0, 0.95), Description("Before the classifier's three hidden layers.")]
    public required double[] Dropout { get; init; }

    [Range(0.0, 0.95)]
    public required double AttentionDropout { get; init; }
}

public sealed record DataRecipe
{
    [AllowedValues("ffpp", "celebdf", "dfdc")]
    public required string Layout { get; init; }

    [AllowedValues("raw", "c23", "c40")]
    public required string Compression { get; init; }

    [Description("Only these method folders' fakes; empty: all.")]
    public required string[] Methods { get; init; }

    [AllowedValues("official", "identity"), Description("identity: no person on two sides of the split (Celeb-DF).")]
    public required string Split { get; init; }

    [Range(0.01, 0.5)]
    public required double ValidationShare { get; init; }

    [Range(0, 99), Description("DFDC parts in training order; absent parts are skipped.")]
    public required int[] Chunks { get; init; }

    [Range(1, 1000), Description("Clips a training video.")]
    public required int TrainFrames { get; init; }

    [Range(1, 1000), Description("Clips a validation or test video.")]
    public required int EvalFrames { get; init; }

    [Range(1, 64), Description("Frames a clip (T): what the model sees at once.")]
    public required int ClipFrames { get; init; }

    [Range(0.1, 240.0), Description("Frames a second within a clip.")]
    public required double ClipRate { get; init; }

    [
        Length(2, 2),
        Range(0.0, 1.0),
        Description("Part of the video that frames are taken from: first and last, as shares of its length.")
    ]
    public required double[] FrameRange { get; init; }

    [
        AllowedValues("frame", "face"),
        Description("frame: the whole picture, resized before it is stored; face: the largest face at native size.")
    ]
    public required string Crop { get; init; }

    [Range(1.0, 3.0), Description("Side of the square crop as a multiple of the face box's longer side.")]
    public required double FaceMargin { get; init; }

    [Range(0, 8192), Description("Longest side of a stored face in pixels, larger ones are shrunk; 0: native size.")]
    public required int LargestCrop { get; init; }

    [
        AllowedValues("png", "jpeg"),
        Description(
            "png: lossless; jpeg: quality 100, three quarters of the space, not for what looks at the pixel grid."
        )
    ]
    public required string Format { get; init; }

    [Description("Store the sound, 16 kHz mono.")]
    public required bool Sound { get; init; }
}

public sealed record EnhanceRecipe
{
    [Range(0.0, 40.0), Description("CLAHE clip limit on L of LAB; 0: none.")]
    public required double ClaheClip { get; init; }

    [Range(1, 64)]
    public required int ClaheTiles { get; init; }

    [Range(0, 25), Description("Bilateral filter's neighbourhood in pixels; 0: none.")]
    public required int BilateralDiameter { get; init; }

    [Range(0.0, 500.0)]
    public required double BilateralSigmaColor { get; init; }

    [Range(0.0, 500.0)]
    public required double BilateralSigmaSpace { get; init; }
}

public sealed record AugmentRecipe
{
    [Range(0.0, 1.0), Description("Probability of a horizontal flip.")]
    public required double Flip { get; init; }

    [Range(0.0, 180.0)]
    public required double RotateDegrees { get; init; }

    [Range(0.0, 1.0), Description("Factor within 1 +- this.")]
    public required double Brightness { get; init; }

    [Range(0.0, 1.0)]
    public required double Contrast { get; init; }

    [Range(0.0, 1.0)]
    public required double Saturation { get; init; }

    [Range(0.0, 0.5), Description("Shift within +- this, in turns of the colour circle.")]
    public required double Hue { get; init; }

    [Range(0.0, 1.0), Description("Shift within +- this share of the side.")]
    public required double Translate { get; init; }

    [Range(0.0, 1.0), Description("Distortion scale of torchvision's RandomPerspective; 0: none.")]
    public required double Perspective { get; init; }

    [Range(0.0, 1.0)]
    public required double PerspectiveProbability { get; init; }

    [Range(0, 31), Description("Gaussian kernel in pixels, odd; 0: none.")]
    public required int BlurKernel { get; init; }

    [Length(2, 2), Range(0.01, 10.0), Description("Smallest and largest sigma in pixels.")]
    public required double[] BlurSigma { get; init; }
}

public sealed record ForgeRecipe
{
    [
        Range(0.0, 1.0),
        Description(
            "Share of real clips that become a pair of forgery and real twin while training; 1: no fake video is needed. Faces only."
        )
    ]
    public required double Probability { get; init; }

    [
        AllowedValues("lighting", "resolution", "compression", "temporal", "audio", "blend"),
        Description("Kinds drawn from; empty: the specialist's own.")
    ]
    public required string[] Kinds { get; init; }

    [
        Range(0.0, 1.0),
        Description(
            "Share of the epochs over which twins that are altered everywhere come in, from none to their half: the trace is learned first, then that the same trace everywhere is real."
        )
    ]
    public required double Curriculum { get; init; }
}

public sealed record LossRecipe
{
    [AllowedValues("cross_entropy", "focal", "batch_weighted")]
    public required string Name { get; init; }

    [Range(0.0, 1.0), Description("The same scalar for both classes.")]
    public required double FocalAlpha { get; init; }

    [Range(0.0, 10.0)]
    public required double FocalGamma { get; init; }
}

public sealed record OptimizerRecipe
{
    [Range(1e-9, 1.0)]
    public required double LearningRate { get; init; }

    [Range(0.0, 1.0)]
    public required double WeightDecay { get; init; }

    [Range(0.0, 1000.0), Description("Largest L2 norm of all gradients together; 0: no clipping.")]
    public required double ClipNorm { get; init; }
}

public sealed record ScheduleRecipe
{
    [Range(1, 1000), Description("Epochs before the first warm restart.")]
    public required int FirstPeriod { get; init; }

    [Range(1, 10)]
    public required int Multiplier { get; init; }
}

public sealed record TrainRecipe
{
    [Range(1, 10000), Description("Epochs; per chunk where there are chunks.")]
    public required int Epochs { get; init; }

    [Range(2, 4096), Description("Clips a step.")]
    public required int BatchSize { get; init; }

    [AllowedValues("fp32", "bf16"), Description("bf16: fp32 master weights, cast where they are used.")]
    public required string Precision { get; init; }

    [AllowedValues("auto", "cpu", "cuda")]
    public required string Device { get; init; }
    public required bool ChannelsLast { get; init; }

    [Range(1, 256), Description("Threads that decode and augment; the result does not depend on it.")]
    public required int Workers { get; init; }

    [Range(2, 1000), Description("Checkpoints kept; the best and the last are always among them.")]
    public required int Keep { get; init; }

    [Range(0.01, 1e6)]
    public required double CheckpointMinutes { get; init; }

    [Range(0, int.MaxValue), Description("Stop after so many steps; 0: no limit.")]
    public required int MaxSteps { get; init; }
}
