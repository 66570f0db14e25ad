using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// z = act(norm(x)), times a factor per image and channel that squeeze and excitation makes of the means of z; a part
/// of an operator.
/// </summary>
/// <param name="norm">The normalisation.</param>
/// <param name="factorsOfMeans">
/// Squeeze and excitation: from means <c>(N, C, 1, 1)</c> to factors of the same shape.
/// </param>
internal sealed unsafe class Squeeze<TActivation, TVector>(
    Normalisation<TVector> norm,
    Func<Tensor, Tensor> factorsOfMeans
)
    where TActivation : struct, IActivation
    where TVector : struct, IVector<TVector>
{
    private Tensor[] learned = [];
    private Tensor pooled = null!;
    private Tensor factors = null!;
    private Tensor even = null!;

    /// <summary>The factors: Images * Channels floats.</summary>
    public float* S => Pixels.Start(factors);

    /// <summary>After <see cref="Backward"/>: what squeeze and excitation adds to the gradient of z.</summary>
    public float* Q => Pixels.Start(even);

    /// <param name="owner">The operator; its normalisation has taken x.</param>
    /// <param name="learned">What squeeze and excitation learns, and needs gradients of.</param>
    public Tensor Forward(Operator owner, Tensor[] learned)
    {
        this.learned = learned;
        var pixels = norm.Pixels;
        using (var sums = NormPasses<TVector>.Pool<TActivation>(pixels, norm.At))
            pooled = owner.Own(sums.Averages(0)).requires_grad_();
        using (enable_grad())
            factors = owner.Own(factorsOfMeans(pooled).contiguous());
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
        var inner = autograd.grad([factors], [pooled, .. learned], [sums.Averages(4).Times(pixels.PerGroup)]);
        even = owner.Own(inner[0].contiguous().Over(pixels.PerGroup));
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
        return [weight, bias, .. inner.Skip(1)];
    }
}
