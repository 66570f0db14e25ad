using System.Runtime.InteropServices;
using System.Text.Json;
using Argus.Training.Native;
using TorchSharp;

namespace Argus.Training.Runs;

/// <summary>What a run ran on: <c>environment.json</c>.</summary>
public static class EnvironmentRecord
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static void Write(string folder)
    {
        LibTorch.Load();
        File.WriteAllText(Path.Combine(folder, "environment.json"), JsonSerializer.Serialize(Describe(), Json) + "\n");
    }

    /// <summary>What the run ran on, in lines, for people.</summary>
    public static string Text()
    {
        LibTorch.Load();
        return JsonSerializer.Serialize(Describe(), Json);
    }

    private static object Describe() =>
        new
        {
            Argus = ProgramVersion.Text,
            DotNet = RuntimeInformation.FrameworkDescription,
            System = RuntimeInformation.OSDescription,
            Architecture = $"{RuntimeInformation.ProcessArchitecture}",
            Cores = Environment.ProcessorCount,
            MemoryGigabytes = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
            TorchSharp = $"{typeof(torch).Assembly.GetName().Version}",
            LibTorch = LibTorch.Route,
            TorchThreads = torch.get_num_threads(),
            Cuda = torch.cuda_is_available(),
        };
}
