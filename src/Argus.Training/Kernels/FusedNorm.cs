using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// Batch normalisation in training together with what follows it: no picture between them is written, read again or
/// kept for the backward pass. libtorch's own operators pass over a picture 13 times for normalisation and SiLU, these
/// 8 times. What comes in is given up: the backward pass writes its gradient over it, so nobody else may need it (a
/// convolution does not need what it gave).
/// </summary>
internal abstract unsafe class FusedNorm<TVector>(NormParameters norm, int grid) : Operator
    where TVector : struct, IVector<TVector>
{
    protected Pixels Pixels { get; private set; }
    protected float* X { get; private set; }
    protected float* Mean { get; private set; }
    protected float* A { get; private set; }
    protected float* B { get; private set; }
    private float* inverseDeviation;

    /// <summary>The picture and its normalisation; each pass adds what else it needs.</summary>
    protected NormPointers At =>
        new()
        {
            X = X,
            A = A,
            B = B,
            Mean = Mean,
        };
    private Tensor x = null!;

    /// <summary>
    /// Takes the batch's statistics into the running ones; from here on y = x A + B. Channels beyond the norm's own
    /// give 0.
    /// </summary>
    protected void Normalise(Tensor input, Tensor weight, Tensor bias)
    {
        Pixels = Pixels.Create(input, TVector.Lanes, grid);
        var channels = Pixels.Channels;
        var own = norm.Channels;
        var values = (double)Pixels.Images * Pixels.PerImage;
        X = Pixels.Start(x = Keep(input));
        Mean = Pixels.Start(Own(zeros(4, channels)));
        inverseDeviation = Mean + channels;
        A = inverseDeviation + channels;
        B = A + channels;
        float* w = Pixels.Start(weight);
        float* b = Pixels.Start(bias);
        float* runningMean = Pixels.Start(norm.RunningMean);
        float* runningVariance = Pixels.Start(norm.RunningVariance);
        using var moments = NormPasses<TVector>.Moments(Pixels, At);
        for (var c = 0; c < own; c++)
        {
            double sum = moments.Total(c, 0) / values;
            double square = moments.Total(c, 1) / values;
            double mean = X[c] + sum;
            double variance = Math.Max(0, square - sum * sum);
            double inverse = 1 / Math.Sqrt(variance + norm.Eps);
            Mean[c] = (float)mean;
            inverseDeviation[c] = (float)inverse;
            A[c] = (float)(w[c] * inverse);
            B[c] = (float)(b[c] - mean * w[c] * inverse);
            runningMean[c] += (float)(norm.Momentum * (mean - runningMean[c]));
            runningVariance[c] += (float)(norm.Momentum * (variance * values / (values - 1) - runningVariance[c]));
        }
    }

    /// <summary>
    /// The gradients of x, weight and bias. That of x goes over x, unless slots overlap and would read what they wrote.
    /// </summary>
    /// <param name="sums">A channel's sums of slopes and of slopes times x - mean.</param>
    /// <param name="g">As in <see cref="NormPasses{TVector}.Spread"/>, with s and q.</param>
    protected Tensor?[] Gradients<TActivation>(
        Func<int, (double Slope, double Product)> sums,
        float* g,
        float* s,
        float* q
    )
        where TActivation : struct, IActivation
    {
        var channels = Pixels.Channels;
        var own = norm.Channels;
        var values = (double)Pixels.Images * Pixels.PerImage;
        Tensor weight = empty(own);
        Tensor bias = empty(own);
        Tensor constants = zeros(2, channels);
        float* w = Pixels.Start(weight);
        float* b = Pixels.Start(bias);
        float* e = Pixels.Start(constants);
        float* f = e + channels;
        for (var c = 0; c < own; c++)
        {
            var (slope, product) = sums(c);
            w[c] = (float)(product * inverseDeviation[c]);
            b[c] = (float)slope;
            double linear = A[c] * product * inverseDeviation[c] * inverseDeviation[c] / values;
            e[c] = (float)(A[c] * slope / values - linear * Mean[c]);
            f[c] = (float)linear;
        }
        var dx = channels % TVector.Lanes == 0 ? x.alias() : empty_like(x);
        var at = At with { G = g, S = s, Q = q, E = e, F = f, Result = Pixels.Start(dx) };
        NormPasses<TVector>.Spread<TActivation>(Pixels, at);
        return [dx, weight, bias];
    }
}

/// <summary>act(norm(x)) s + r: a factor per image and a picture to add, or neither.</summary>
internal sealed unsafe class NormAct<TActivation, TVector>(NormParameters norm, Tensor? factors)
    : FusedNorm<TVector>(norm, 1)
    where TActivation : struct, IActivation
    where TVector : struct, IVector<TVector>
{
    private float* s;
    private bool hasResidual;

    protected override Tensor Forward(Tensor[] inputs)
    {
        Normalise(inputs[0], inputs[1], inputs[2]);
        hasResidual = inputs.Length > 3;
        s = factors is null
            ? null
            : Pixels.Start(Keep(factors.reshape(-1, 1).expand(Pixels.Images, Pixels.Channels).contiguous()));
        var z = empty_like(inputs[0]);
        var residual = hasResidual ? Pixels.Start(inputs[3]) : null;
        NormPasses<TVector>.Apply<TActivation>(Pixels, At with { S = s, R = residual, Result = Pixels.Start(z) });
        return z;
    }

    protected override Tensor?[] Backward(Tensor gradient)
    {
        var given = gradient.Nhwc();
        var g = Pixels.Start(given);
        using var sums = NormPasses<TVector>.Slopes<TActivation>(Pixels, At with { G = g });
        var gradients = Gradients<TActivation>(
            c =>
            {
                double slope = 0;
                double product = 0;
                for (var image = 0; image < Pixels.Images; image++)
                {
                    var factor = s == null ? 1 : s[image * Pixels.Channels + c];
                    slope += factor * sums[image, 0, c, 0];
                    product += factor * sums[image, 0, c, 1];
                }
                return (slope, product);
            },
            g,
            s,
            null
        );
        return hasResidual ? [.. gradients, given.permute(0, 3, 1, 2)] : gradients;
    }
}

/// <summary>act(norm(x)), averaged over the cells of a grid: <c>(N, C, H, W)</c> to <c>(N, C, G, G)</c>.</summary>
internal sealed unsafe class NormPool<TActivation, TVector>(NormParameters norm, int grid)
    : FusedNorm<TVector>(norm, grid)
    where TActivation : struct, IActivation
    where TVector : struct, IVector<TVector>
{
    protected override Tensor Forward(Tensor[] inputs)
    {
        Normalise(inputs[0], inputs[1], inputs[2]);
        using var sums = NormPasses<TVector>.Pool<TActivation>(Pixels, At);
        return sums.Averages(0);
    }

    protected override Tensor?[] Backward(Tensor gradient)
    {
        // Every value of the cell gets an even share of its gradient.
        var even = gradient.Nhwc().Over(Pixels.PerGroup);
        var q = Pixels.Start(even);
        using var sums = NormPasses<TVector>.Slopes<TActivation>(Pixels, At);
        return Gradients<TActivation>(
            c =>
            {
                double slope = 0;
                double product = 0;
                for (var image = 0; image < Pixels.Images; image++)
                {
                    for (var group = 0; group < Pixels.Groups; group++)
                    {
                        var factor = q[(image * Pixels.Groups + group) * Pixels.Channels + c];
                        slope += factor * sums[image, group, c, 0];
                        product += factor * sums[image, group, c, 1];
                    }
                }
                return (slope, product);
            },
            null,
            null,
            q
        );
    }
}

/// <summary>
/// z = act(norm(x)), times a factor per image and channel that squeeze and excitation makes of the means of z.
/// </summary>
/// <param name="norm">The normalisation.</param>
/// <param name="factorsOfMeans">
/// Squeeze and excitation: from means <c>(N, C, 1, 1)</c> to factors of the same shape.
/// </param>
internal sealed unsafe class NormSqueeze<TActivation, TVector>(NormParameters norm, Func<Tensor, Tensor> factorsOfMeans)
    : FusedNorm<TVector>(norm, 1)
    where TActivation : struct, IActivation
    where TVector : struct, IVector<TVector>
{
    private Tensor[] learned = [];
    private Tensor pooled = null!;
    private Tensor factors = null!;

    protected override Tensor Forward(Tensor[] inputs)
    {
        Normalise(inputs[0], inputs[1], inputs[2]);
        learned = inputs[3..];
        using (var sums = NormPasses<TVector>.Pool<TActivation>(Pixels, At))
            pooled = Own(sums.Averages(0)).requires_grad_();
        using (enable_grad())
            factors = Own(factorsOfMeans(pooled).contiguous());
        var z = empty_like(inputs[0]);
        var at = At with { S = Pixels.Start(factors), Result = Pixels.Start(z) };
        NormPasses<TVector>.Apply<TActivation>(Pixels, at);
        return z;
    }

    protected override Tensor?[] Backward(Tensor gradient)
    {
        float* s = Pixels.Start(factors);
        float* g = Pixels.Start(gradient.Nhwc());
        using var sums = NormPasses<TVector>.SlopesAndProducts<TActivation>(Pixels, At with { G = g });
        var inner = autograd.grad([factors], [pooled, .. learned], [sums.Averages(4).Times(Pixels.PerGroup)]);
        var even = inner[0].contiguous().Over(Pixels.PerGroup);
        var q = Pixels.Start(even);
        var gradients = Gradients<TActivation>(
            c =>
            {
                double slope = 0;
                double product = 0;
                for (var image = 0; image < Pixels.Images; image++)
                {
                    float factor = s[image * Pixels.Channels + c];
                    float more = q[image * Pixels.Channels + c];
                    slope += factor * sums[image, 0, c, 0] + more * sums[image, 0, c, 2];
                    product += factor * sums[image, 0, c, 1] + more * sums[image, 0, c, 3];
                }
                return (slope, product);
            },
            g,
            s,
            q
        );
        return [.. gradients, .. inner.Skip(1)];
    }
}
