using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>How pictures lie in memory.</summary>
internal static class Layout
{
    /// <summary>The same <c>(N, C, H, W)</c> values, with C fastest in memory.</summary>
    public static Tensor AsChannelsLast(this Tensor x)
    {
        using var nhwc = x.permute(0, 2, 3, 1);
        using var dense = nhwc.contiguous();
        // A tensor that is dense already is its own contiguous form, and the caller gets one of their own.
        return dense.Handle == nhwc.Handle ? dense.clone().permute(0, 3, 1, 2) : dense.permute(0, 3, 1, 2);
    }

    /// <summary>The values of <c>(N, C, H, W)</c> as <c>(N, H, W, C)</c>, dense.</summary>
    public static Tensor Nhwc(this Tensor x) => x.permute(0, 2, 3, 1).contiguous();
}
