using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>What an optimizer updates.</summary>
/// <param name="Parameters">Tensors that get gradients, by their names in the state dict.</param>
/// <param name="Idle">Tensors whose gradient is always 0, which only decay.</param>
internal sealed record LearnedParameters(
    IReadOnlyList<(string Name, Tensor Tensor)> Parameters,
    IReadOnlyList<Tensor> Idle
);
