using Argus.Training.Kernels;
using Argus.Training.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Kernels;

/// <summary>Convolutions by Fourier transforms against libtorch's own in double precision.</summary>
public sealed class FourierConvolutionTests
{
    // One image and odd numbers of them; pictures that tiles fill and that they do not; channels of half a slot, of one
    // and of one and a half.
    [Theory]
    [InlineData(3, 8, 16, 33, 40, 5)]
    [InlineData(2, 16, 24, 30, 30, 7)]
    [InlineData(1, 16, 32, 45, 28, 9)]
    [InlineData(5, 24, 8, 28, 29, 3)]
    public void Results_and_gradients_equal_libtorchs(
        int images,
        int inputs,
        int outputs,
        int height,
        int width,
        int kernel
    )
    {
        Registers.SkipUnlessWide(bits: 256);
        using var scope = NewDisposeScope();
        random.manual_seed(11);
        var x = randn(images, inputs, height, width).AsChannelsLast().requires_grad_();
        var weight = randn(outputs, inputs, kernel, kernel).requires_grad_();
        var bias = randn(outputs);
        Agree((a, b) => FourierConvolution.Run(a, b, bias), x, weight, bias);
        Agree((a, b) => new FourierConvolution<Vector8, Vector8>(bias).Apply(a, b), x, weight, bias);
    }

    private static void Agree(Func<Tensor, Tensor, Tensor> run, Tensor x, Tensor weight, Tensor bias)
    {
        x.grad = null;
        weight.grad = null;
        var result = run(x, weight);
        var gradient = randn(result.shape);
        result.backward([gradient]);

        var exact = x.detach().to(ScalarType.Float64).requires_grad_();
        var exactWeight = weight.detach().to(ScalarType.Float64).requires_grad_();
        var half = weight.size(2) / 2;
        var expected = nn.functional.conv2d(exact, exactWeight, bias.to(ScalarType.Float64), padding: [half, half]);
        expected.backward([gradient.to(ScalarType.Float64)]);
        Near("result", expected, result);
        Near("x", exact.grad!, x.grad!);
        Near("weight", exactWeight.grad!, weight.grad!);
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes_whatever_the_threads()
    {
        Registers.SkipUnlessWide(bits: 256);
        using var scope = NewDisposeScope();
        random.manual_seed(12);
        var x = randn(3, 8, 40, 40).AsChannelsLast().requires_grad_();
        var weight = randn(16, 8, 5, 5).requires_grad_();
        var gradient = randn(3, 16, 40, 40);
        var threads = get_num_threads();
        var bytes = new List<byte[]>();
        try
        {
            foreach (var count in new[] { 1, 2, 3 })
            {
                set_num_threads(count);
                x.grad = null;
                weight.grad = null;
                var y = FourierConvolution.Run(x, weight, null);
                y.backward([gradient]);
                bytes.Add([.. y.contiguous().bytes, .. x.grad!.contiguous().bytes, .. weight.grad!.contiguous().bytes]);
            }
        }
        finally
        {
            set_num_threads(threads);
        }
        Assert.Equal(bytes[0], bytes[1]);
        Assert.Equal(bytes[0], bytes[2]);
    }

    // Ten times closer than other kernels come: transforms round less than sums of 1296 products.
    private static void Near(string name, Tensor expected, Tensor actual)
    {
        var error = ((actual.to(ScalarType.Float64) - expected).norm() / expected.norm()).ToDouble();
        Assert.True(error < 1e-6, $"{name}: relative L2 {error:0.0e0}");
    }
}
