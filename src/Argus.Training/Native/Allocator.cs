using System.Runtime.InteropServices;

namespace Argus.Training.Native;

/// <summary>
/// glibc's allocator, set from inside (mallopt; its numbers are in malloc.h). A training step's activations are large and short-lived:
/// given back to the system after each use they cost more time in page faults than in arithmetic (docs/decisions.md).
/// Elsewhere than on Linux nothing happens.
/// </summary>
public static partial class Allocator
{
    private const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3, MmapMax = -4;

    /// <summary>
    /// Freed memory stays with the process. The launcher asks for it by environment; <see cref="Runs.Trainer"/> asks for it here, for programs
    /// that use the library, unless the environment says otherwise (<c>MALLOC_TRIM_THRESHOLD_</c>).
    /// </summary>
    public static void KeepFreedMemory() => Set((TrimThreshold, -1), (TopPad, 256 << 20), (MmapMax, 0));

    /// <summary>As glibc is once it has adjusted itself to large blocks: those over 32 MB come from the system and go back, a free end of over 64 MB too.</summary>
    public static void AsItComes()
    {
        Set((TrimThreshold, 64 << 20), (TopPad, 128 << 10), (MmapThreshold, 32 << 20), (MmapMax, 65536));
        if (OperatingSystem.IsLinux()) _ = malloc_trim(0);
    }

    private static void Set(params ReadOnlySpan<(int Parameter, int Value)> settings)
    {
        if (!OperatingSystem.IsLinux()) return;
        foreach (var (parameter, value) in settings) _ = mallopt(parameter, value);
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
