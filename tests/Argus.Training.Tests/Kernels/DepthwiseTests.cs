using System.Runtime.Intrinsics;
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
    public void Gradients_equal_libtorchs(int images, int channels, int height, int width, int kernel)
    {
        Assert.SkipUnless(
            Vector512.IsHardwareAccelerated,
            "This processor has no AVX-512, so libtorch's own operators run."
        );
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var x = randn(images, channels, height, width).AsChannelsLast().requires_grad_();
        var weight = randn(channels, 1, kernel, kernel).requires_grad_();
        var gradient = randn(images, channels, height, width);
        Assert.True(Depthwise.Fits(x, weight, 1, channels));
        var result = Depthwise.Run(x, weight);
        result.backward([gradient]);

        var exact = x.detach().to(ScalarType.Float64).requires_grad_();
        var exactWeight = weight.detach().to(ScalarType.Float64).requires_grad_();
        var expected = nn.functional.conv2d(exact, exactWeight, padding: [kernel / 2, kernel / 2], groups: channels);
        expected.backward([gradient.to(ScalarType.Float64)]);
        FusedNormTests.Near("result", expected, result);
        FusedNormTests.Near("x", exact.grad!, x.grad!);
        FusedNormTests.Near("weight", exactWeight.grad!, weight.grad!);
    }
}
