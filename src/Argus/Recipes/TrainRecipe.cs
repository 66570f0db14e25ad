using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Argus.Recipes;

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
