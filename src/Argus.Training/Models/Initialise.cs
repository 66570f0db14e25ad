using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>How a convolution's weights and biases start.</summary>
internal enum ConvStart
{
    /// <summary>
    /// torchvision's EfficientNet: normal with variance 2 / (O * K * K) (He et al., 2015, fan-out), biases 0.
    /// </summary>
    Torchvision,

    /// <summary>PyTorch's default: weights and biases uniform within 1 / sqrt(I * K * K).</summary>
    PyTorch,

    /// <summary>Kernels whose mean is taken off: a flat picture gives no response.</summary>
    HighPass,
}

internal static class Initialise
{
    /// <param name="shape">(O, I, K, K), I being the inputs of one group.</param>
    public static Tensor Weight(ConvStart start, params long[] shape)
    {
        using var scope = NewDisposeScope();
        var weight = empty(shape);
        if (start == ConvStart.Torchvision)
            weight.normal_(0, Math.Sqrt(2.0 / (shape[0] * shape[2] * shape[3])));
        else
            weight.uniform_(-Bound(shape), Bound(shape));
        if (start == ConvStart.HighPass)
            weight.sub_(weight.mean([2, 3], keepdim: true));
        return weight.MoveToOuterDisposeScope();
    }

    public static Tensor Bias(ConvStart start, params long[] shape) =>
        start == ConvStart.Torchvision ? zeros(shape[0]) : empty(shape[0]).uniform_(-Bound(shape), Bound(shape));

    private static double Bound(long[] shape) => 1 / Math.Sqrt(shape[1] * shape[2] * shape[3]);
}
