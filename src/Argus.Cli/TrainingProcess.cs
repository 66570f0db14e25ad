using Argus.Training.Native;
using static TorchSharp.torch;

namespace Argus.Cli;

/// <summary>What training wants of the process beside <see cref="ProcessSettings"/>, of memory and of a GPU.</summary>
internal static class TrainingProcess
{
    private const string AllocatorSetting = "MALLOC_TRIM_THRESHOLD_";

    /// <summary>What pictures want too is done with it.</summary>
    public static void Prepare()
    {
        ProcessSettings.ForPictures();
        LibTorch.Load();
        // The launcher asks for this by environment.
        if (Environment.GetEnvironmentVariable(AllocatorSetting) is null)
            Allocator.KeepFreedMemory();
        // Matrix products of fp32 in TF32, as PyTorch users turn it on for training.
        backends.cuda.matmul.allow_tf32 = true;
    }
}
