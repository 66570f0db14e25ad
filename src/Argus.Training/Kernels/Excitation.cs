using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// Squeeze and excitation (Hu et al., 2018) of a batch's means: sigmoid(W2 silu(W1 m + b1) + b2), forward and backward.
/// The matrices are small; as operators of libtorch they take fifteen times as long, for what each one costs to start.
/// </summary>
/// <param name="learned">
/// W1 <c>(S, C, 1, 1)</c>, b1 <c>(S)</c>, W2 <c>(C, S, 1, 1)</c>, b2 <c>(C)</c>.
/// </param>
internal sealed unsafe class Excitation<TVector>(Tensor[] learned)
    where TVector : struct, IVector<TVector>
{
    private readonly int squeezed = (int)learned[0].size(0);
    private readonly int channels = (int)learned[0].size(1);
    private Tensor means = null!;
    private Tensor hidden = null!;
    private Tensor factors = null!;
    private Tensor second = null!;

    private int Images => (int)means.size(0);

    /// <summary>The factors: Images * C floats.</summary>
    public float* Factors => Pixels.Start(factors);

    /// <param name="owner">The operator that it is a part of.</param>
    /// <param name="given">Means <c>(N, C, 1, 1)</c>.</param>
    public void Forward(Operator owner, Tensor given)
    {
        means = owner.Own(given);
        hidden = owner.Own(empty(Images, squeezed)); // before its activation
        factors = owner.Own(empty(Images, channels));
        second = owner.Own(Transposed(learned[2], channels, squeezed)); // (S, C), so that lanes are channels everywhere
        float* m = Pixels.Start(means);
        float* first = Pixels.Start(learned[0]);
        float* firstShift = Pixels.Start(learned[1]);
        float* turned = Pixels.Start(second);
        float* secondShift = Pixels.Start(learned[3]);
        float* h = Pixels.Start(hidden);
        float* f = Factors;
        for (var image = 0; image < Images; image++, m += channels, f += channels)
        {
            new Span<float>(secondShift, channels).CopyTo(new Span<float>(f, channels));
            for (var s = 0; s < squeezed; s++)
            {
                var value = firstShift[s] + Dot(first + s * channels, m);
                *h++ = value;
                Add(f, turned + s * channels, value * Sigmoid(value));
            }
            for (var c = 0; c < channels; c++)
                f[c] = Sigmoid(f[c]);
        }
    }

    /// <summary>The gradient of the means, and those of what is learned.</summary>
    /// <param name="given">The gradient of the factors: Images * C floats.</param>
    public (Tensor Means, Tensor[] Learned) Backward(float* given)
    {
        var gradient = zeros(Images, channels);
        Tensor[] gradients = [zeros(learned[0].shape), zeros(squeezed), empty(learned[2].shape), zeros(channels)];
        using var secondTurned = zeros(squeezed, channels);
        using var inner = empty(channels);
        float* m = Pixels.Start(means);
        float* h = Pixels.Start(hidden);
        float* f = Factors;
        float* d = Pixels.Start(inner);
        float* first = Pixels.Start(learned[0]);
        float* turned = Pixels.Start(second);
        float* toMeans = Pixels.Start(gradient);
        float* toFirst = Pixels.Start(gradients[0]);
        float* toFirstShift = Pixels.Start(gradients[1]);
        float* toTurned = Pixels.Start(secondTurned);
        float* toSecondShift = Pixels.Start(gradients[3]);
        for (var image = 0; image < Images; image++)
        {
            for (var c = 0; c < channels; c++)
                d[c] = given[c] * f[c] * (1 - f[c]);
            Add(toSecondShift, d, 1);
            for (var s = 0; s < squeezed; s++, h++)
            {
                var sigmoid = Sigmoid(*h);
                Add(toTurned + s * channels, d, *h * sigmoid);
                var slope = Dot(turned + s * channels, d) * sigmoid * (1 + *h * (1 - sigmoid));
                toFirstShift[s] += slope;
                Add(toFirst + s * channels, m, slope);
                Add(toMeans, first + s * channels, slope);
            }
            m += channels;
            f += channels;
            given += channels;
            toMeans += channels;
        }
        Transpose(toTurned, squeezed, channels, Pixels.Start(gradients[2]));
        return (gradient, gradients);
    }

    private static float Sigmoid(float value) => 1 / (1 + MathF.Exp(-value));

    private float Dot(float* a, float* b)
    {
        TVector sum = default;
        var i = 0;
        for (; i <= channels - TVector.Lanes; i += TVector.Lanes)
            sum = TVector.MultiplyAdd(TVector.Load(a + i), TVector.Load(b + i), sum);
        float* lanes = stackalloc float[TVector.Lanes];
        sum.Store(lanes);
        var total = 0f;
        for (var lane = 0; lane < TVector.Lanes; lane++)
            total += lanes[lane];
        for (; i < channels; i++)
            total += a[i] * b[i];
        return total;
    }

    // to += from * factor.
    private void Add(float* to, float* from, float factor)
    {
        var all = TVector.Create(factor);
        var i = 0;
        for (; i <= channels - TVector.Lanes; i += TVector.Lanes)
            TVector.MultiplyAdd(TVector.Load(from + i), all, TVector.Load(to + i)).Store(to + i);
        for (; i < channels; i++)
            to[i] += from[i] * factor;
    }

    private static Tensor Transposed(Tensor matrix, int rows, int columns)
    {
        var turned = empty(columns, rows);
        Transpose(Pixels.Start(matrix), rows, columns, Pixels.Start(turned));
        return turned;
    }

    private static void Transpose(float* from, int rows, int columns, float* to)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                to[(nint)column * rows + row] = *from++;
        }
    }
}
