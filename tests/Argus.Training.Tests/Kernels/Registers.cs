using System.Runtime.Intrinsics;
using Xunit;

namespace Argus.Training.Tests.Kernels;

internal static class Registers
{
    /// <summary>Skips a test of kernels that this processor has no registers for.</summary>
    public static void SkipUnlessWide(int bits) =>
        Assert.SkipUnless(
            bits == 512 ? Vector512.IsHardwareAccelerated : Vector256.IsHardwareAccelerated,
            $"This processor has no registers of {bits} bits, so libtorch's own operators run."
        );
}
