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
    public static Tensor Plus(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.add(number, One);
    }

    /// <summary>a * b.</summary>
    public static Tensor Times(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.mul(number);
    }

    /// <summary>a / b.</summary>
    public static Tensor Over(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.div(number);
    }

    /// <summary>a to the power of b.</summary>
    public static Tensor Power(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.pow(number);
    }

    /// <summary>No value below b.</summary>
    public static Tensor AtLeast(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.clamp_min(number);
    }

    /// <summary>One more, in place.</summary>
    public static void Count(this Tensor a) => a.add_(One, One);

    /// <summary>Times b, in place.</summary>
    public static Tensor Scale(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.mul_(number);
    }

    /// <summary>All values are b.</summary>
    public static Tensor Filled(double b, params long[] shape)
    {
        using Scalar number = b;
        return full(shape, number);
    }
}
