using Argus.Recipes;
using Argus.Training.Feeding;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>A batch on its way into the model.</summary>
internal static class BatchInputs
{
    /// <summary>A batch's inputs on the device, in the type that activations have; weights stay fp32.</summary>
    public static Dictionary<string, Tensor> Create(Batch batch, Recipe recipe, Device device) =>
        batch.Inputs.ToDictionary(input => input.Key, input => Convert(input.Value.On(device), recipe.Train.Precision));

    private static Tensor Convert(Tensor input, Precision precision) =>
        precision == Precision.Bf16 ? input.to(ScalarType.BFloat16) : input;
}
