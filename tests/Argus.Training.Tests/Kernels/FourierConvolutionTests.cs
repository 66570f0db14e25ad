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
        var x = randn(images, inputs, height, width).AsChannelsLast();
        var weight = randn(outputs, inputs, kernel, kernel);
        var bias = randn(outputs);
        var gradient = randn(images, outputs, height, width).AsChannelsLast();
        var exact = x.to(ScalarType.Float64).requires_grad_();
        var exactWeight = weight.to(ScalarType.Float64).requires_grad_();
        var half = kernel / 2;
        var expected = nn.functional.conv2d(exact, exactWeight, bias.to(ScalarType.Float64), padding: [half, half]);
        expected.backward([gradient.to(ScalarType.Float64)]);

        Agree<Vector8, Vector8>();
        if (Pixels.AreWide(inputs) && Pixels.AreWide(outputs))
            Agree<Vector16, Vector16>();
        else if (Pixels.AreWide(outputs))
            Agree<Vector8, Vector16>();
        else if (Pixels.AreWide(inputs))
            Agree<Vector16, Vector8>();

        void Agree<TInput, TOutput>()
            where TInput : struct, IVector<TInput>
            where TOutput : struct, IVector<TOutput>
        {
            var convolution = new FourierConvolution<TInput, TOutput>(x, weight);
            Near("result", expected, convolution.Convolve(bias));
            var (dx, dw) = Gradients(convolution, gradient);
            Near("x", exact.grad!, dx);
            Near("weight", exactWeight.grad!, dw);
        }
    }

    private static unsafe (Tensor Input, Tensor Weight) Gradients<TInput, TOutput>(
        FourierConvolution<TInput, TOutput> convolution,
        Tensor gradient
    )
        where TInput : struct, IVector<TInput>
        where TOutput : struct, IVector<TOutput>
    {
        var (channels, height, width) = ((int)gradient.size(1), (int)gradient.size(2), (int)gradient.size(3));
        return convolution.Gradients(new Pictures<TOutput>(Pixels.Start(gradient), height, width, channels));
    }

    // Transforms round less than sums of 1296 products.
    private static void Near(string name, Tensor expected, Tensor actual)
    {
        var error = ((actual.to(ScalarType.Float64) - expected).norm() / expected.norm()).ToDouble();
        Assert.True(error < 1e-6, $"{name}: relative L2 {error:0.0e0}");
    }

    // Outputs beyond the normalisation's own are zeros, as the padding of a branch makes them.
    [Theory]
    [InlineData(3, 8, 16, 16, 35, 42, 5)]
    [InlineData(2, 16, 24, 20, 28, 28, 7)]
    public void With_normalisation_and_pooling_it_equals_libtorchs(
        int images,
        int inputs,
        int outputs,
        int own,
        int height,
        int width,
        int kernel
    )
    {
        Registers.SkipUnlessWide(bits: 256);
        const int grid = 7;
        using var scope = NewDisposeScope();
        random.manual_seed(13);
        using var norm = new BatchNorm(own);
        using (no_grad())
            norm.Bias.copy_(randn(own));
        var x = randn(images, inputs, height, width).AsChannelsLast().requires_grad_();
        var weight = nn.functional.pad(randn(own, inputs, kernel, kernel), [0, 0, 0, 0, 0, 0, 0, outputs - own]);
        weight.requires_grad_();
        var bias = nn.functional.pad(randn(own), [0, outputs - own]);
        var gradient = randn(images, own, grid, grid);
        Assert.True(NormOperators.Convolves(x, weight, 1, kernel / 2, 1, grid));
        var result = NormOperators.ConvolveAndPool<ReLU>(x, weight, bias, norm.Parameters, grid);
        result.narrow(1, 0, own).backward([gradient]);

        Tensor Double(Tensor tensor) => tensor.detach().to(ScalarType.Float64).requires_grad_();
        var exact = Double(x);
        var exactWeight = Double(weight);
        var (exactFactor, exactShift) = (Double(norm.Weight), Double(norm.Bias));
        var (mean, variance) = (zeros(own, float64), ones(own, float64));
        var half = kernel / 2;
        var y = nn.functional.conv2d(exact, exactWeight, bias.to(ScalarType.Float64), padding: [half, half]);
        y = nn.functional.batch_norm(
            y.narrow(1, 0, own),
            mean,
            variance,
            exactFactor,
            exactShift,
            training: true,
            momentum: 0.1,
            eps: norm.Eps
        );
        var expected = nn.functional.adaptive_avg_pool2d(nn.functional.relu(y), grid);
        expected.backward([gradient.to(ScalarType.Float64)]);
        FusedNormTests.Near("result", expected, result.narrow(1, 0, own));
        FusedNormTests.Near("x", exact.grad!, x.grad!);
        FusedNormTests.Near("weight", exactWeight.grad!, weight.grad!);
        FusedNormTests.Near("factor", exactFactor.grad!, norm.Weight.grad!);
        FusedNormTests.Near("shift", exactShift.grad!, norm.Bias.grad!);
        FusedNormTests.Near("mean", mean, norm.RunningMean);
        FusedNormTests.Near("variance", variance, norm.RunningVariance);
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes_whatever_the_threads()
    {
        Registers.SkipUnlessWide(bits: 256);
        using var scope = NewDisposeScope();
        random.manual_seed(12);
        var x = randn(3, 8, 40, 40).AsChannelsLast();
        var weight = randn(16, 8, 5, 5);
        var gradient = randn(3, 16, 40, 40).AsChannelsLast();
        var threads = get_num_threads();
        var bytes = new List<byte[]>();
        try
        {
            foreach (var count in new[] { 1, 2, 3 })
            {
                set_num_threads(count);
                var convolution = new FourierConvolution<Vector8, Vector8>(x, weight);
                var (dx, dw) = Gradients(convolution, gradient);
                var all = new[] { convolution.Convolve(zeros(16)), dx, dw };
                bytes.Add([.. all.SelectMany(tensor => tensor.contiguous().bytes.ToArray())]);
            }
        }
        finally
        {
            set_num_threads(threads);
        }
        Assert.Equal(bytes[0], bytes[1]);
        Assert.Equal(bytes[0], bytes[2]);
    }
}
