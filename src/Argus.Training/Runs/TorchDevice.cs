using Argus.Recipes;
using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>The device that a recipe asks for.</summary>
public static class TorchDevice
{
    /// <summary>The device of that choice.</summary>
    /// <exception cref="RequestException">CUDA is asked for and not there.</exception>
    public static Device Select(ComputeDevice choice)
    {
        LibTorch.Load();
        if (choice != ComputeDevice.Cpu && cuda_is_available())
            return CUDA;
        return choice == ComputeDevice.Cuda
            ? throw new RequestException(
                "train.device=cuda, but this libtorch sees no CUDA device. Build with -p:TorchBackend=cuda-linux "
                    + $"or set {LibTorch.FolderVariable}; 'argus doctor' shows more."
            )
            : CPU;
    }

    /// <summary>The tensor on the device; on a GPU from pinned memory, without waiting for the copy.</summary>
    public static Tensor On(this Tensor tensor, Device device) =>
        device.type == DeviceType.CUDA ? tensor.pin_memory().to(device, non_blocking: true) : tensor.to(device);
}
