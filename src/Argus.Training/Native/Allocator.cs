using System.Runtime.InteropServices;

namespace Argus.Training.Native;

/// <summary>
/// glibc's allocator, set from inside (mallopt; its numbers are in malloc.h). A training step's activations are large
/// and short-lived: given back to the system after each use they cost more time in page faults than in arithmetic
/// (docs/decisions.md). Elsewhere than on Linux nothing happens.
/// </summary>
public static partial class Allocator
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapMax = -4;

    /// <summary>
    /// Freed memory stays with the process. The launcher asks for it by environment; <see cref="Runs.Trainer"/> asks
    /// for it here, for programs that use the library, unless the environment says otherwise
    /// (<c>MALLOC_TRIM_THRESHOLD_</c>).
    /// </summary>
    public static void KeepFreedMemory() => Set((TrimThreshold, -1), (TopPad, 256 << 20), (MmapMax, 0));

    /// <summary>Whether jemalloc was put in glibc's place when this process started.</summary>
    public static bool IsJemalloc =>
        (Environment.GetEnvironmentVariable("LD_PRELOAD") ?? "").Contains("jemalloc", StringComparison.Ordinal);

    private static void Set(params ReadOnlySpan<(int Parameter, int Value)> settings)
    {
        if (!OperatingSystem.IsLinux())
            return;
        foreach (var (parameter, value) in settings)
            _ = mallopt(parameter, value);
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
