using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using AdamW = Argus.Training.Optimization.AdamW;
using Parameter = TorchSharp.Modules.Parameter;

namespace Argus.Training.Tests.Optimization;

public class AdamWTests
{
    [Fact]
    public void Five_steps_equal_TorchSharps_AdamW()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var ours = new Parameter(randn(40, 30));
        var theirs = new Parameter(ours.detach().clone());
        using var optimizer = new AdamW([("w", ours)]) { LearningRate = 1e-2, WeightDecay = 0.1 };
        using var reference = optim.AdamW([theirs], lr: 1e-2, weight_decay: 0.1);
        for (var step = 0; step < 5; step++)
        {
            var x = randn(30, 8);
            foreach (var weight in new[] { ours, theirs })
                weight.matmul(x).pow(2).sum().backward();
            optimizer.Step();
            reference.step();
            optimizer.ZeroGradients();
            reference.zero_grad();
        }
        Assert.InRange((ours - theirs).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Clipping_scales_to_the_asked_norm_and_returns_the_norm_before()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(4));
        using var optimizer = new AdamW([("w", weight)]);
        (weight * tensor(new float[] { 3, 4, 0, 0 })).sum().backward();
        Assert.Equal(5, optimizer.ClipGradients(1), 1e-5);
        Assert.Equal(1, optimizer.GradientNorm(), 1e-5);
    }

    [Fact]
    public void State_is_named_by_parameter()
    {
        using var scope = NewDisposeScope();
        using var optimizer = new AdamW([("head.weight", new Parameter(ones(2)))]);
        Assert.Equal(
            ["head.weight.exp_avg", "head.weight.exp_avg_sq", "head.weight.step"],
            optimizer.State().Select(entry => entry.Name)
        );
    }

    [Fact]
    public void Idle_tensors_decay_as_those_with_a_gradient_of_zeros()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var learned = new Parameter(randn(6, 3));
        var idle = learned.detach().clone();
        using var optimizer = new AdamW([("w", learned)], [idle]) { LearningRate = 1e-2, WeightDecay = 0.1 };
        for (var step = 0; step < 3; step++)
        {
            learned.grad = zeros(6, 3);
            optimizer.Step();
        }
        Assert.Equal(learned.detach().bytes.ToArray(), idle.bytes.ToArray());
    }
}
