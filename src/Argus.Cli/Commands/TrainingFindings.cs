using System.ComponentModel;
using Argus.Pretrained;
using Argus.Training.Native;
using Argus.Video;
using TorchSharp;

namespace Argus.Cli.Commands;

/// <summary>Examines what training and datasets need beside what a verdict needs.</summary>
internal static class TrainingFindings
{
    public static IEnumerable<Finding> Examine()
    {
        yield return Torch();
        if (LibTorch.Route != "not loaded")
            yield return torch.cuda_is_available()
                ? new("CUDA", Health.Works, $"{torch.cuda.device_count()} device(s)")
                : new(
                    "CUDA",
                    Health.Optional,
                    "none seen by this libtorch",
                    $"for a GPU: {LibTorch.FolderVariable}=FOLDER of an installed PyTorch "
                        + $"{LibTorch.PackagedVersion}, or build with -p:TorchBackend=cuda-linux"
                );
        yield return Finding.OfLibrary(
            "plots (Skia)",
            () => $"ScottPlot {ScottPlot.Version.VersionString}",
            Finding.SystemLibraries
        );
        if (Ffmpeg.Locate("ffmpeg") is not null)
            yield return Encoder();
        yield return DetectionFindings.Model(ModelCatalog.Find("efficientnet_b4"));
        yield return AllocatorSettings();
    }

    private static Finding AllocatorSettings()
    {
        var settings = new[] { "MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_" };
        return Allocator.IsJemalloc ? new("allocator", Health.Works, "jemalloc (found by the launcher)")
            : settings.All(name => Environment.GetEnvironmentVariable(name) is not null)
                ? new(
                    "allocator",
                    Health.Works,
                    "glibc keeps freed memory (set by the launcher); with jemalloc training needs a fifth less of "
                        + "it (Debian, Ubuntu: apt-get install libjemalloc2)"
                )
            : new(
                "allocator",
                Health.Optional,
                "glibc's defaults",
                "start through ./argus: training is nearly twice as fast with its allocator settings"
            );
    }

    private static Finding Torch()
    {
        try
        {
            LibTorch.Load();
            using var sum = torch.ones(2, 2).matmul(torch.ones(2, 2)).sum();
            return sum.item<float>() == 8
                ? new(
                    "libtorch",
                    Health.Works,
                    $"TorchSharp {typeof(torch).Assembly.GetName().Version}, {torch.get_num_threads()} "
                        + $"threads; loaded: {LibTorch.Route}"
                )
                : new(
                    "libtorch",
                    Health.Broken,
                    "it loads but computes wrongly",
                    "report this with the output of argus doctor --json"
                );
        }
        catch (ArgusException error)
        {
            return new(
                "libtorch",
                Health.Broken,
                error.Message,
                $"unset {LibTorch.FolderVariable} if it is set, or set ARGUS_CACHE to a folder that can be written; "
                    + "else delete src/*/bin and run ./argus doctor again"
            );
        }
    }

    private static Finding Encoder()
    {
        const string Part = "H.264";
        string? fault;
        try
        {
            fault = VideoWriter.FindEncoderFaultAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is Win32Exception or ArgusException)
        {
            fault = error.Message;
        }
        return fault is null
            ? new(Part, Health.Works, "ffmpeg encodes it (libx264)")
            : new(
                Part,
                Health.Broken,
                $"ffmpeg cannot encode it: {fault}",
                "videos are read but none is written; install an ffmpeg with libx264 (Debian, Ubuntu: apt-get install "
                    + "ffmpeg) and put it first on PATH"
            );
    }
}
