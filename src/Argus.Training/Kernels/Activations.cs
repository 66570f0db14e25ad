using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>An activation and its derivative, a register of values at a time.</summary>
internal interface IActivation
{
    /// <summary>libtorch's own; may overwrite what it is given.</summary>
    static abstract Tensor Activate(Tensor y);

    static abstract TVector Activate<TVector>(TVector y)
        where TVector : struct, IVector<TVector>;
    static abstract TVector Slope<TVector>(TVector y, out TVector value)
        where TVector : struct, IVector<TVector>;
}

internal readonly struct Identity : IActivation
{
    public static Tensor Activate(Tensor y) => y;

    public static TVector Activate<TVector>(TVector y)
        where TVector : struct, IVector<TVector> => y;

    public static TVector Slope<TVector>(TVector y, out TVector value)
        where TVector : struct, IVector<TVector>
    {
        value = y;
        return TVector.Create(1);
    }
}

internal readonly struct ReLU : IActivation
{
    public static Tensor Activate(Tensor y) => y.relu_();

    public static TVector Activate<TVector>(TVector y)
        where TVector : struct, IVector<TVector> => TVector.Max(y, default);

    public static TVector Slope<TVector>(TVector y, out TVector value)
        where TVector : struct, IVector<TVector>
    {
        value = Activate(y);
        return TVector.IsPositive(y);
    }
}

/// <summary>y times its sigmoid.</summary>
internal readonly struct SiLU : IActivation
{
    public static Tensor Activate(Tensor y) => nn.functional.silu(y);

    public static TVector Activate<TVector>(TVector y)
        where TVector : struct, IVector<TVector> => y / (TVector.Create(1) + Exp(-y));

    public static TVector Slope<TVector>(TVector y, out TVector value)
        where TVector : struct, IVector<TVector>
    {
        var one = TVector.Create(1);
        var sigmoid = one / (one + Exp(-y));
        value = y * sigmoid;
        return TVector.MultiplyAdd(value, one - sigmoid, sigmoid);
    }

    /// <summary>
    /// e to the x within 2 units in the last place, x clamped to [-87, 88]: 2^n times a polynomial of the rest (Cephes'
    /// expf). .NET's own goes through doubles and takes several times as long.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Exp<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        static TVector All(float value) => TVector.Create(value);

        x = TVector.Min(TVector.Max(x, All(-87f)), All(88f));
        var n = TVector.Round(x * All(1.44269504f));
        var rest = TVector.MultiplyAdd(n, All(-0.693359375f), x);
        rest = TVector.MultiplyAdd(n, All(2.12194440e-4f), rest);
        var p = TVector.MultiplyAdd(All(1.9875691500e-4f), rest, All(1.3981999507e-3f));
        p = TVector.MultiplyAdd(p, rest, All(8.3334519073e-3f));
        p = TVector.MultiplyAdd(p, rest, All(4.1665795894e-2f));
        p = TVector.MultiplyAdd(p, rest, All(1.6666665459e-1f));
        p = TVector.MultiplyAdd(p, rest, All(5.0000001201e-1f));
        p = TVector.MultiplyAdd(p, rest * rest, rest + All(1));
        return p * TVector.PowerOfTwo(n);
    }
}
