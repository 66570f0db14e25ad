using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// Batch normalisation of one picture in training, for an operator that does it together with what follows: no picture
/// between them is written, read again or kept for the backward pass. What comes in is given up: the backward pass
/// writes its gradient over it, so nobody else may need it (a convolution does not need what it gave).
/// </summary>
internal sealed unsafe class Normalisation<TVector>(NormParameters norm, int grid = 1)
    where TVector : struct, IVector<TVector>
{
    private Operator owner = null!;
    private Tensor x = null!;
    private float* inverseDeviation;

    public Pixels Pixels { get; private set; }

    /// <summary>The picture and its normalisation; each pass adds what else it needs.</summary>
    public NormPointers At { get; private set; }

    /// <summary>
    /// Takes the batch's statistics into the running ones; from here on y = x A + B. Channels beyond the norm's own
    /// give 0.
    /// </summary>
    /// <param name="owner">The operator that it belongs to.</param>
    /// <param name="input">x.</param>
    /// <param name="weight">Learned factors.</param>
    /// <param name="bias">Learned shifts.</param>
    /// <param name="moments">As of <see cref="NormPasses{TVector}.Moments"/>, where whoever wrote x has them.</param>
    public void Take(Operator owner, Tensor input, Tensor weight, Tensor bias, Sums? moments = null)
    {
        this.owner = owner;
        Pixels = Pixels.Create(input, TVector.Lanes, grid);
        var channels = Pixels.Channels;
        var values = (double)Pixels.Images * Pixels.PerImage;
        float* start = Pixels.Start(x = owner.Keep(input));
        float* mean = Pixels.Start(owner.Own(zeros(4, channels)));
        inverseDeviation = mean + channels;
        float* factor = inverseDeviation + channels;
        float* shift = factor + channels;
        At = new()
        {
            X = start,
            Mean = mean,
            A = factor,
            B = shift,
        };
        float* w = Pixels.Start(weight);
        float* b = Pixels.Start(bias);
        float* runningMean = Pixels.Start(norm.RunningMean);
        float* runningVariance = Pixels.Start(norm.RunningVariance);
        using var own = moments is null ? NormPasses<TVector>.Moments(Pixels, At) : null;
        for (var c = 0; c < norm.Channels; c++)
        {
            var (average, variance) = (moments ?? own!).Moments(c);
            var inverse = 1 / Math.Sqrt(variance + norm.Eps);
            mean[c] = (float)average;
            inverseDeviation[c] = (float)inverse;
            factor[c] = (float)(w[c] * inverse);
            shift[c] = (float)(b[c] - average * w[c] * inverse);
            runningMean[c] += (float)(norm.Momentum * (average - runningMean[c]));
            runningVariance[c] += (float)(norm.Momentum * (variance * values / (values - 1) - runningVariance[c]));
        }
    }

    /// <summary>
    /// The gradients of weight and bias, and what the gradient of x needs of them: E and F of <see cref="At"/>.
    /// </summary>
    /// <param name="sums">A channel's sums of slopes and of slopes times x - mean.</param>
    public (Tensor Weight, Tensor Bias) Solve(Func<int, (double Slope, double Product)> sums)
    {
        var channels = Pixels.Channels;
        var own = norm.Channels;
        var values = (double)Pixels.Images * Pixels.PerImage;
        Tensor weight = empty(own);
        Tensor bias = empty(own);
        float* w = Pixels.Start(weight);
        float* b = Pixels.Start(bias);
        float* e = Pixels.Start(owner.Own(zeros(2, channels)));
        float* f = e + channels;
        for (var c = 0; c < own; c++)
        {
            var (slope, product) = sums(c);
            w[c] = (float)(product * inverseDeviation[c]);
            b[c] = (float)slope;
            double linear = At.A[c] * product * inverseDeviation[c] * inverseDeviation[c] / values;
            e[c] = (float)(At.A[c] * slope / values - linear * At.Mean[c]);
            f[c] = (float)linear;
        }
        At = At with { E = e, F = f };
        return (weight, bias);
    }

    /// <summary>
    /// The gradient of x, after <see cref="Solve"/>. It goes over x, unless slots overlap and would read what they
    /// wrote.
    /// </summary>
    /// <param name="g">As in <see cref="NormPasses{TVector}.Spread"/>, with s and q.</param>
    /// <param name="s">Factors after the activation.</param>
    /// <param name="q">What is added to g.</param>
    public Tensor Spread<TActivation>(float* g, float* s, float* q)
        where TActivation : struct, IActivation
    {
        var dx = Pixels.Channels % TVector.Lanes == 0 ? x.alias() : empty_like(x);
        NormPasses<TVector>.Spread<TActivation>(Pixels, At with { G = g, S = s, Q = q, Result = Pixels.Start(dx) });
        return dx;
    }
}
