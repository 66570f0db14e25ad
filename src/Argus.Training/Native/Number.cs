using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Native;

/// <summary>
/// Arithmetic of tensors with numbers. TorchSharp makes of a number an object with a finalizer and lets go of it at
/// once: a garbage collection may free it while libtorch reads it, which then fails ("Unknown scalar type") or reads
/// another number. Here each lives until the call is over.
/// </summary>
internal static class Number
{
    // libtorch multiplies what is added by it.
    private static readonly Scalar One = 1;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, double b) => Hold(b, a, (x, number) => x.add(number, One));

    /// <summary>a * b.</summary>
    public static Tensor Times(this Tensor a, double b) => Hold(b, a, (x, number) => x.mul(number));

    /// <summary>a / b.</summary>
    public static Tensor Over(this Tensor a, double b) => Hold(b, a, (x, number) => x.div(number));

    /// <summary>a to the power of b.</summary>
    public static Tensor Power(this Tensor a, double b) => Hold(b, a, (x, number) => x.pow(number));

    /// <summary>No value below b.</summary>
    public static Tensor AtLeast(this Tensor a, double b) => Hold(b, a, (x, number) => x.clamp_min(number));

    /// <summary>One more, in place.</summary>
    public static void Count(this Tensor a) => a.add_(One, One);

    /// <summary>Times b, in place.</summary>
    public static Tensor Scale(this Tensor a, double b) => Hold(b, a, (x, number) => x.mul_(number));

    /// <summary>All values are b.</summary>
    public static Tensor Filled(double b, params long[] shape) => Hold(b, shape, (size, number) => full(size, number));

    private static Tensor Hold<T>(double value, T other, Func<T, Scalar, Tensor> call)
    {
        using Scalar number = value;
        return call(other, number);
    }
}
