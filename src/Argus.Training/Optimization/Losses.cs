using Argus.Recipes;
using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Optimization;

/// <summary>
/// Losses over logits <c>(N, 2)</c> and class indices <c>(N)</c>; each is a mean over the batch, a scalar.
/// </summary>
public static class Losses
{
    /// <summary>The loss that the recipe names.</summary>
    public static Tensor Compute(LossRecipe recipe, Tensor logits, Tensor targets) =>
        recipe.Name switch
        {
            LossKind.CrossEntropy => CrossEntropy(logits, targets),
            LossKind.Focal => Focal(logits, targets, recipe.FocalAlpha, recipe.FocalGamma),
            LossKind.BatchWeighted => BatchWeighted(logits, targets),
            _ => throw new ArgumentOutOfRangeException(nameof(recipe), recipe.Name, "There is no such loss."),
        };

    /// <summary>Mean cross-entropy.</summary>
    public static Tensor CrossEntropy(Tensor logits, Tensor targets) => nn.functional.cross_entropy(logits, targets);

    /// <summary>
    /// Focal loss (Lin et al., 2017), <paramref name="alpha"/> being the same scalar for both classes.
    /// </summary>
    public static Tensor Focal(Tensor logits, Tensor targets, double alpha, double gamma)
    {
        using var scope = NewDisposeScope();
        var crossEntropy = nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.None);
        var missed = (-crossEntropy).exp().neg().Plus(1);
        return (missed.Power(gamma) * crossEntropy).Times(alpha).mean().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Cross-entropy weighted by the batch's own class counts, <c>n / (2 * count)</c>, divided by the sum of weights. A
    /// class that the batch lacks has weight 0.
    /// </summary>
    public static Tensor BatchWeighted(Tensor logits, Tensor targets)
    {
        using var scope = NewDisposeScope();
        var counts = targets.bincount(null, 2).to(ScalarType.Float32);
        var weights = where(
            counts.to(ScalarType.Bool),
            zeros_like(counts).Plus(targets.shape[0]) / counts.AtLeast(1).Times(2),
            zeros_like(counts)
        );
        return nn.functional.cross_entropy(logits, targets, weight: weights).MoveToOuterDisposeScope();
    }
}
