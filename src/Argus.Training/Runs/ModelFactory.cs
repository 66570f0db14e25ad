using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Models;
using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>Builds the model that a recipe describes; initial weights follow from its seed.</summary>
public static class ModelFactory
{
    public static SpecialistModel Create(Recipe recipe)
    {
        LibTorch.Load();
        random.manual_seed(recipe.Seed);
        return new SpecialistModel(
            Specialist.Named(recipe.Specialist),
            new ModelOptions
            {
                Backbone = recipe.Backbone.Name,
                StochasticDepth = recipe.Backbone.StochasticDepth,
                OwnViews = recipe.Model.Views == "own",
                Dropout = recipe.Model.Dropout,
                AttentionDropout = recipe.Model.AttentionDropout,
                Format = recipe.Train.ChannelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous,
            }
        );
    }
}

/// <summary>The device that a recipe asks for.</summary>
public static class TorchDevice
{
    /// <exception cref="RequestException">CUDA is asked for and not there.</exception>
    public static Device For(string name)
    {
        LibTorch.Load();
        var cuda = name != "cpu" && cuda_is_available();
        if (name == "cuda" && !cuda)
            throw new RequestException(
                $"train.device=cuda, but this libtorch sees no CUDA device. Build with -p:TorchBackend=cuda-linux or set {LibTorch.FolderVariable}; 'argus doctor' shows more."
            );
        if (!cuda)
            return CPU;
        // Matrix products of fp32 in TF32, as PyTorch users turn it on for training.
        backends.cuda.matmul.allow_tf32 = true;
        return CUDA;
    }

    /// <summary>The tensor on the device; on a GPU from pinned memory, without waiting for the copy.</summary>
    public static Tensor On(this Tensor tensor, Device device) =>
        device.type == DeviceType.CUDA ? tensor.pin_memory().to(device, non_blocking: true) : tensor.to(device);
}
