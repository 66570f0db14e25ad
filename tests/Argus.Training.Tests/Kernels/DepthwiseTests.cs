using Argus.Training.Kernels;
using Argus.Training.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Kernels;

public sealed class DepthwiseTests
{
    [Theory]
    [InlineData(2, 16, 9, 6, 3)]
    [InlineData(3, 24, 7, 7, 5)]
    [InlineData(1, 56, 4, 12, 5)]
    [InlineData(2, 32, 2, 3, 5)]
    [InlineData(2, 8, 5, 7, 3)]
    public void Gradients_equal_libtorchs(int images, int channels, int height, int width, int kernel)
    {
        Registers.SkipUnlessWide(bits: 256);
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var x = randn(images, channels, height, width).AsChannelsLast().requires_grad_();
        var weight = randn(channels, 1, kernel, kernel).requires_grad_();
        Assert.True(Depthwise.Fits(x, weight, 1, channels));
        Agree(Depthwise.Run, x, weight);
        Agree((a, b) => new Depthwise<Vector8>().Apply(a, b), x, weight);
    }

    private static void Agree(Func<Tensor, Tensor, Tensor> run, Tensor x, Tensor weight)
    {
        x.grad = null;
        weight.grad = null;
        var gradient = randn(x.shape);
        var result = run(x, weight);
        result.backward([gradient]);

        var exact = x.detach().to(ScalarType.Float64).requires_grad_();
        var exactWeight = weight.detach().to(ScalarType.Float64).requires_grad_();
        var half = weight.size(2) / 2;
        var expected = nn.functional.conv2d(exact, exactWeight, padding: [half, half], groups: weight.size(0));
        expected.backward([gradient.to(ScalarType.Float64)]);
        FusedNormTests.Near("result", expected, result);
        FusedNormTests.Near("x", exact.grad!, x.grad!);
        FusedNormTests.Near("weight", exactWeight.grad!, weight.grad!);
    }
}
