using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>How convolutions start; each fills the given (O, I, K, K) tensor and return it.</summary>
internal static class Initialise
{
    /// <summary>torchvision's EfficientNet: normal with variance 2 / (O * K * K) (He et al., 2015, fan-out).</summary>
    public static Tensor KaimingNormalFanOut(Tensor weight) =>
        weight.normal_(0, Math.Sqrt(2.0 / (weight.shape[0] * weight.shape[2] * weight.shape[3])));

    /// <summary>PyTorch's default for convolutions: uniform within 1 / sqrt(I * K * K).</summary>
    public static Tensor PyTorchDefault(Tensor weight)
    {
        var bound = 1 / Math.Sqrt(weight.shape[1] * weight.shape[2] * weight.shape[3]);
        return weight.uniform_(-bound, bound);
    }

    /// <summary>The same with each kernel's mean taken off: a flat picture gives no response.</summary>
    public static Tensor HighPass(Tensor weight)
    {
        using var mean = PyTorchDefault(weight).mean([2, 3], keepdim: true);
        return weight.sub_(mean);
    }
}
