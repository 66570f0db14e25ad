using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// z = act(norm(x)), times a factor per image and channel that squeeze and excitation makes of the means of z; a part
/// of an operator.
/// </summary>
/// <param name="norm">The normalisation.</param>
internal sealed unsafe class Squeeze<TActivation, TVector>(Normalisation<TVector> norm)
    where TActivation : struct, IActivation
    where TVector : struct, IVector<TVector>
{
    private Excitation<TVector> excitation = null!;
    private Tensor even = null!;

    /// <summary>The factors: Images * Channels floats.</summary>
    public float* S => excitation.Factors;

    /// <summary>After <see cref="Backward"/>: what squeeze and excitation adds to the gradient of z.</summary>
    public float* Q => Pixels.Start(even);

    /// <param name="owner">The operator; its normalisation has taken x.</param>
    /// <param name="learned">As in <see cref="Excitation{TVector}"/>.</param>
    public Tensor Forward(Operator owner, Tensor[] learned)
    {
        var pixels = norm.Pixels;
        excitation = new(Array.ConvertAll(learned, owner.Keep));
        using (var sums = NormPasses<TVector>.Pool<TActivation>(pixels, norm.At))
            excitation.Forward(owner, sums.Averages(0));
        var z = empty(pixels.Images, pixels.Height, pixels.Width, pixels.Channels);
        NormPasses<TVector>.Apply<TActivation>(pixels, norm.At with { S = S, Result = Pixels.Start(z) });
        return z.permute(0, 3, 1, 2);
    }

    /// <summary>Gradients of the normalisation's weight and bias and of what squeeze and excitation learns.</summary>
    /// <param name="owner">The operator.</param>
    /// <param name="g">The gradient of z.</param>
    public Tensor[] Backward(Operator owner, float* g)
    {
        var pixels = norm.Pixels;
        using var sums = NormPasses<TVector>.SlopesAndProducts<TActivation>(pixels, norm.At with { G = g });
        using var given = sums.Averages(4).Times(pixels.PerGroup);
        var (means, learned) = excitation.Backward(Pixels.Start(given));
        even = owner.Own(means.Over(pixels.PerGroup));
        var (s, q) = ((nint)S, (nint)Q);
        var (weight, bias) = norm.Solve(c =>
        {
            double slope = 0;
            double product = 0;
            for (var image = 0; image < pixels.Images; image++)
            {
                float factor = ((float*)s)[image * pixels.Channels + c];
                float more = ((float*)q)[image * pixels.Channels + c];
                slope += factor * sums[image, 0, c, 0] + more * sums[image, 0, c, 2];
                product += factor * sums[image, 0, c, 1] + more * sums[image, 0, c, 3];
            }
            return (slope, product);
        });
        return [weight, bias, .. learned];
    }
}
