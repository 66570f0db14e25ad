using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// A run: neighbouring pixels of one image that a kernel visits together. A run lies within one group, so sums over a
/// group are made of its runs.
/// </summary>
/// <param name="First">Number of its first pixel within the image.</param>
/// <param name="Length">Pixels.</param>
/// <param name="Group">The group (cell of the grid) that its pixels belong to.</param>
internal readonly record struct Run(int First, int Length, int Group);

/// <summary>
/// Channels-last pictures <c>(N, C, H, W)</c>, fp32, as the kernels walk them: image by image, run by run, slot by
/// slot. A lane is one float of a vector register of eight or, where the processor has them, sixteen. A slot is as
/// many neighbouring channels as fill the register's lanes; the last slot ends with the last channel and so may
/// overlap the one before it, where both write the same. A run is short enough that its pixels stay in the first
/// cache while slot after slot passes over them.
/// </summary>
/// <param name="Images">N.</param>
/// <param name="Channels">C.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Lanes">Floats of a register, at most C.</param>
/// <param name="Grid">Groups a side of an image: sums are made for each cell of Grid x Grid.</param>
internal readonly unsafe record struct Pixels(int Images, int Channels, int Height, int Width, int Lanes, int Grid)
{
    private const int LineFloats = 16; // of the cache

    /// <summary>
    /// Whether the kernels can read this tensor on this machine, in cells of such a grid. A single value has no
    /// variance: libtorch says so.
    /// </summary>
    public static bool Fit(Tensor x, int grid = 1)
    {
        if (
            !Vector256.IsHardwareAccelerated
            || !Fma.IsSupported
            || x.device_type != DeviceType.CPU
            || x.dtype != ScalarType.Float32
            || x.dim() != 4
        )
            return false;
        if (
            x.size(1) < Vector8.Lanes
            || x.size(0) * x.size(2) * x.size(3) < 2
            || x.size(2) % grid != 0
            || x.size(3) % grid != 0
        )
            return false;
        using var nhwc = x.permute(0, 2, 3, 1);
        return nhwc.is_contiguous();
    }

    public static Pixels Create(Tensor x, int lanes, int grid = 1)
    {
        var shape = x.shape;
        return new((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3], lanes, grid);
    }

    public static float* Start(Tensor tensor) => (float*)Dispatcher.Data(tensor);

    /// <summary>Asks for data before it is needed.</summary>
    public static void Fetch(float* data, nint from, int length)
    {
        if (data == null)
            return;
        for (nint i = 0; i < length; i += LineFloats)
            Sse.Prefetch0(data + from + i);
    }

    /// <summary>Whether registers of 512 bits are there, and the channels fill one.</summary>
    public static bool AreWide(long channels) => Vector512.IsHardwareAccelerated && channels >= Vector16.Lanes;

    public int Slots => (Channels + Lanes - 1) / Lanes;
    public int Groups => Grid * Grid;
    public int PerGroup => PerImage / Groups;
    public int PerImage => Height * Width;

    /// <summary>First channel of a slot.</summary>
    public int Channel(int slot) => Math.Min(slot * Lanes, Channels - Lanes);

    // Short enough that the pixels stay in the first cache while slot after slot passes over them.
    private const int RunFloats = 512;
    private const int ShortestRun = 4;

    private int RunLength => Grid > 1 ? Width / Grid : Math.Min(Math.Max(RunFloats / Channels, ShortestRun), PerImage);

    public int Runs => (PerImage + RunLength - 1) / RunLength;

    /// <summary>
    /// A run of an image: a cell's part of a row, or with one group pixels in a row whatever line they are on.
    /// </summary>
    public Run RunAt(int index)
    {
        var first = index * RunLength;
        return new Run(
            first,
            Math.Min(RunLength, PerImage - first),
            Grid == 1 ? 0 : first / Width / (Height / Grid) * Grid + index % Grid
        );
    }
}
