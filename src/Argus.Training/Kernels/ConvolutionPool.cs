using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// The end of a branch's tower in training: convolution, act(norm(.)), averages over the cells of a grid. The
/// convolution's result is all that is kept: its gradient exists a tile at a time.
/// </summary>
/// <param name="bias">What the convolution adds; it gets no gradient, since the normalisation takes it away.</param>
/// <param name="parameters">The normalisation.</param>
/// <param name="grid">Cells a side.</param>
internal sealed unsafe class ConvolutionPool<TActivation, TInput, TOutput>(
    Tensor bias,
    NormParameters parameters,
    int grid
) : Operator
    where TActivation : struct, IActivation
    where TInput : struct, IVector<TInput>
    where TOutput : struct, IVector<TOutput>
{
    private readonly Normalisation<TOutput> norm = new(parameters, grid);
    private FourierConvolution<TInput, TOutput> convolution = null!;
    private Sums sums = null!;

    /// <param name="inputs">Pictures, the convolution's weight, weight and bias of the normalisation.</param>
    protected override Tensor Forward(Tensor[] inputs)
    {
        convolution = new(Keep(inputs[0]), Keep(inputs[1]));
        norm.Take(this, convolution.Convolve(bias), inputs[2], inputs[3]);
        sums = NormPasses<TOutput>.PoolAndSlopes<TActivation>(norm.Pixels, norm.At).KeepFor(this);
        return sums.Averages(0);
    }

    protected override Tensor?[] Backward(Tensor gradient)
    {
        var pixels = norm.Pixels;
        // Every value of the cell gets an even share of its gradient.
        var even = gradient.Nhwc().Over(pixels.PerGroup);
        var q = Pixels.Start(even);
        var (weight, bias) = norm.Solve(c =>
        {
            double slope = 0;
            double product = 0;
            for (var image = 0; image < pixels.Images; image++)
            {
                for (var group = 0; group < pixels.Groups; group++)
                {
                    var factor = q[(image * pixels.Groups + group) * pixels.Channels + c];
                    slope += factor * sums[image, group, c, 1];
                    product += factor * sums[image, group, c, 2];
                }
            }
            return (slope, product);
        });
        var given = new PooledGradients<TActivation, TOutput>(pixels, norm.At with { Q = q });
        var (dx, dw) = convolution.Gradients(given);
        return [dx, dw, weight, bias];
    }
}
