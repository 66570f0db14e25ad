using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// act(norm(x)) s + r: a factor per image and a picture to add, or neither. libtorch's own operators pass over a
/// picture 13 times for normalisation and SiLU, this 8 times.
/// </summary>
internal sealed unsafe class NormAct<TActivation, TVector>(NormParameters parameters, Tensor? factors) : Operator
    where TActivation : struct, IActivation
    where TVector : struct, IVector<TVector>
{
    private readonly Normalisation<TVector> norm = new(parameters);
    private float* s;
    private bool hasResidual;

    protected override Tensor Forward(Tensor[] inputs)
    {
        norm.Take(this, inputs[0], inputs[1], inputs[2]);
        hasResidual = inputs.Length > 3;
        var pixels = norm.Pixels;
        s = factors is null
            ? null
            : Pixels.Start(Keep(factors.reshape(-1, 1).expand(pixels.Images, pixels.Channels).contiguous()));
        var z = empty_like(inputs[0]);
        var residual = hasResidual ? Pixels.Start(inputs[3]) : null;
        NormPasses<TVector>.Apply<TActivation>(pixels, norm.At with { S = s, R = residual, Result = Pixels.Start(z) });
        return z;
    }

    protected override Tensor?[] Backward(Tensor gradient)
    {
        var given = gradient.Nhwc();
        var g = Pixels.Start(given);
        var pixels = norm.Pixels;
        using var sums = NormPasses<TVector>.Slopes<TActivation>(pixels, norm.At with { G = g });
        var (weight, bias) = norm.Solve(c =>
        {
            double slope = 0;
            double product = 0;
            for (var image = 0; image < pixels.Images; image++)
            {
                var factor = s == null ? 1 : s[image * pixels.Channels + c];
                slope += factor * sums[image, 0, c, 0];
                product += factor * sums[image, 0, c, 1];
            }
            return (slope, product);
        });
        Tensor?[] gradients = [norm.Spread<TActivation>(g, s, null), weight, bias];
        return hasResidual ? [.. gradients, given.permute(0, 3, 1, 2)] : gradients;
    }
}
