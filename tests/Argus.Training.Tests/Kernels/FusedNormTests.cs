using Argus.Training.Kernels;
using Argus.Training.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Kernels;

/// <summary>
/// The fused operators against libtorch's own in double precision: outputs, every gradient, running statistics.
/// </summary>
public sealed class FusedNormTests
{
    // Channels below, at, between and above whole slots; pictures with an odd number of pixels too.
    [Theory]
    [InlineData(3, 16, 8, 8)]
    [InlineData(2, 24, 7, 7)]
    [InlineData(5, 56, 6, 10)]
    [InlineData(1, 160, 3, 5)]
    [InlineData(4, 1632, 7, 7)]
    [InlineData(2, 8, 6, 5)]
    public void Normalisation_and_activation_equal_libtorchs(int images, int channels, int height, int width)
    {
        Agree<SiLU>(
            (norm, x, _, _) => norm.Activated<SiLU>(x),
            (y, _, _) => nn.functional.silu(y),
            images,
            channels,
            height,
            width
        );
        Agree<ReLU>(
            (norm, x, _, _) => norm.Activated<ReLU>(x),
            (y, _, _) => nn.functional.relu(y),
            images,
            channels,
            height,
            width
        );
        Agree<Identity>(
            (norm, x, factors, residual) => norm.Activated<Identity>(x, factors, residual),
            (y, factors, residual) => y * factors + residual,
            images,
            channels,
            height,
            width
        );
    }

    [Theory]
    [InlineData(2, 16, 14, 14, 7)]
    [InlineData(3, 28, 21, 7, 7)]
    [InlineData(2, 8, 14, 14, 7)]
    public void Pooling_equals_libtorchs(int images, int channels, int height, int width, int grid) =>
        Agree<ReLU>(
            (norm, x, _, _) => norm.Pooled<ReLU>(x, grid),
            (y, _, _) => nn.functional.adaptive_avg_pool2d(nn.functional.relu(y), grid),
            images,
            channels,
            height,
            width
        );

    private static void Agree<TActivation>(
        Func<BatchNorm, Tensor, Tensor, Tensor, Tensor> fused,
        Func<Tensor, Tensor, Tensor, Tensor> plain,
        int images,
        int channels,
        int height,
        int width
    )
    {
        Registers.SkipUnlessWide(bits: 256);
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        var picture = (randn(images, channels, height, width) * 3 + 40).AsChannelsLast().requires_grad_();
        var residual = randn(images, channels, height, width).AsChannelsLast().requires_grad_();
        var factors = rand(images, 1, 1, 1).bernoulli_(0.5).mul_(2);
        using var norm = new BatchNorm(channels);
        using (no_grad())
        {
            norm.Weight.copy_(rand(channels) + 0.5);
            norm.Bias.copy_(randn(channels));
        }
        norm.train();

        var result = fused(norm, picture.clone(), factors, residual); // a copy: the operator gives its input up
        var gradient = randn(result.shape);
        result.backward([gradient]);

        Tensor Double(Tensor tensor) => tensor.detach().to(ScalarType.Float64).requires_grad_();
        Tensor x = Double(picture);
        Tensor w = Double(norm.Weight);
        Tensor b = Double(norm.Bias);
        Tensor r = Double(residual);
        Tensor mean = zeros(channels, float64);
        Tensor variance = ones(channels, float64);
        var expected = plain(
            nn.functional.batch_norm(x, mean, variance, w, b, training: true, momentum: 0.1, eps: norm.Eps),
            factors.to(ScalarType.Float64),
            r
        );
        expected.backward([gradient.to(ScalarType.Float64)]);

        Near("result", expected, result);
        Near("x", x.grad!, picture.grad!);
        Near("weight", w.grad!, norm.Weight.grad!);
        Near("bias", b.grad!, norm.Bias.grad!);
        if (r.grad is { } grad)
            Near("residual", grad, residual.grad!);
        Near("mean", mean, norm.RunningMean);
        Near("variance", variance, norm.RunningVariance);
    }

    internal static void Near(string name, Tensor expected, Tensor actual)
    {
        var error = ((actual.to(ScalarType.Float64) - expected).norm() / expected.norm().clamp_min(1e-3)).ToDouble();
        Assert.True(error < 2e-5, $"{name}: relative L2 {error:0.0e0}");
    }
}
