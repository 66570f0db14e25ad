using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>An activation and its derivative, sixteen values at a time.</summary>
internal interface IActivation
{
    /// <summary>libtorch's own; may overwrite what it is given.</summary>
    static abstract Tensor Activate(Tensor y);

    static abstract Vector512<float> Activate(Vector512<float> y);
    static abstract Vector512<float> Slope(Vector512<float> y, out Vector512<float> value);
}

internal readonly struct Identity : IActivation
{
    public static Tensor Activate(Tensor y) => y;

    public static Vector512<float> Activate(Vector512<float> y) => y;

    public static Vector512<float> Slope(Vector512<float> y, out Vector512<float> value)
    {
        value = y;
        return Vector512<float>.One;
    }
}

internal readonly struct ReLU : IActivation
{
    public static Tensor Activate(Tensor y) => y.relu_();

    public static Vector512<float> Activate(Vector512<float> y) => Vector512.MaxNative(y, Vector512<float>.Zero);

    public static Vector512<float> Slope(Vector512<float> y, out Vector512<float> value)
    {
        value = Activate(y);
        return Vector512.ConditionalSelect(
            Vector512.GreaterThan(y, Vector512<float>.Zero),
            Vector512<float>.One,
            Vector512<float>.Zero
        );
    }
}

/// <summary>y times its sigmoid.</summary>
internal readonly struct SiLU : IActivation
{
    public static Tensor Activate(Tensor y) => nn.functional.silu(y);

    public static Vector512<float> Activate(Vector512<float> y) => y / (Vector512<float>.One + Exp(-y));

    public static Vector512<float> Slope(Vector512<float> y, out Vector512<float> value)
    {
        var sigmoid = Vector512<float>.One / (Vector512<float>.One + Exp(-y));
        value = y * sigmoid;
        return Vector512.FusedMultiplyAdd(value, Vector512<float>.One - sigmoid, sigmoid);
    }

    /// <summary>
    /// e to the x within 2 units in the last place, x clamped to [-87, 88]: 2^n times a polynomial of the rest (Cephes'
    /// expf). .NET's own goes through doubles and takes several times as long.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Exp(Vector512<float> x)
    {
        static Vector512<float> All(float value) => Vector512.Create(value);

        x = Vector512.MinNative(Vector512.MaxNative(x, All(-87f)), All(88f));
        var n = Vector512.Round(x * All(1.44269504f));
        var rest = Vector512.FusedMultiplyAdd(n, All(-0.693359375f), x);
        rest = Vector512.FusedMultiplyAdd(n, All(2.12194440e-4f), rest);
        var p = Vector512.FusedMultiplyAdd(All(1.9875691500e-4f), rest, All(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, rest, All(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, rest, All(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, rest, All(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, rest, All(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, rest * rest, rest + Vector512<float>.One);
        // 2^n: n + 127 in the exponent's place.
        return p * (Vector512.ConvertToInt32(n) + Vector512.Create(127) << 23).AsSingle();
    }
}
