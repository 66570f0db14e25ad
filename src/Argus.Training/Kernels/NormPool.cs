using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>act(norm(x)), averaged over the cells of a grid: <c>(N, C, H, W)</c> to <c>(N, C, G, G)</c>.</summary>
internal sealed unsafe class NormPool<TActivation, TVector>(NormParameters parameters, int grid) : Operator
    where TActivation : struct, IActivation
    where TVector : struct, IVector<TVector>
{
    private readonly Normalisation<TVector> norm = new(parameters, grid);

    protected override Tensor Forward(Tensor[] inputs)
    {
        norm.Take(this, inputs[0], inputs[1], inputs[2]);
        using var sums = NormPasses<TVector>.Pool<TActivation>(norm.Pixels, norm.At);
        return sums.Averages(0);
    }

    protected override Tensor?[] Backward(Tensor gradient)
    {
        var pixels = norm.Pixels;
        // Every value of the cell gets an even share of its gradient.
        var even = gradient.Nhwc().Over(pixels.PerGroup);
        var q = Pixels.Start(even);
        using var sums = NormPasses<TVector>.Slopes<TActivation>(pixels, norm.At);
        var (weight, bias) = norm.Solve(c =>
        {
            double slope = 0;
            double product = 0;
            for (var image = 0; image < pixels.Images; image++)
            {
                for (var group = 0; group < pixels.Groups; group++)
                {
                    var factor = q[(image * pixels.Groups + group) * pixels.Channels + c];
                    slope += factor * sums[image, group, c, 0];
                    product += factor * sums[image, group, c, 1];
                }
            }
            return (slope, product);
        });
        return [norm.Spread<TActivation>(null, null, q), weight, bias];
    }
}
