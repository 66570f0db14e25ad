using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>What batch normalisation learns and remembers; each tensor has one value a channel.</summary>
/// <param name="Channels">Length of each tensor.</param>
/// <param name="Weight">Learned factor.</param>
/// <param name="Bias">Learned shift.</param>
/// <param name="RunningMean">Moved towards each batch's mean, in place.</param>
/// <param name="RunningVariance">Moved towards each batch's unbiased variance, in place.</param>
/// <param name="Eps">Added to the variance before its root is taken.</param>
/// <param name="Momentum">Share of the way that the running statistics go with each batch.</param>
internal readonly record struct NormParameters(
    int Channels,
    Tensor Weight,
    Tensor Bias,
    Tensor RunningMean,
    Tensor RunningVariance,
    double Eps,
    double Momentum
);
