using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Argus.Cli.Tests;

public class BuildTests
{
    /// <summary>
    /// The CUDA packages themselves are several gigabytes; what the build would take is read off the evaluated project.
    /// </summary>
    [Theory]
    [InlineData("cpu", "TorchSharp-cpu")]
    [InlineData("cuda-linux", "TorchSharp-cuda-linux")]
    [InlineData("cuda-windows", "TorchSharp-cuda-windows")]
    public async Task The_torch_backend_is_chosen_at_build_time(string backend, string package)
    {
        var project = Path.Combine(Repository(), "src", "Argus.Training", "Argus.Training.csproj");
        using var process = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                ["msbuild", project, $"-p:TorchBackend={backend}", "-getItem:PackageReference"]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;
        var json = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        var references = json
            .RootElement.GetProperty("Items")
            .GetProperty("PackageReference")
            .EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString());
        Assert.Equal([package], references.Where(name => name!.StartsWith("TorchSharp", StringComparison.Ordinal)));
    }

    internal static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Argus.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
