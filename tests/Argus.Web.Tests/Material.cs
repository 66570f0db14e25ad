using Argus.Benchmarks;
using Argus.Detection;
using Argus.Tests;
using Argus.Training.Native;
using Argus.Web.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(Material))]

namespace Argus.Web.Tests;

/// <summary>What every test of the service needs, made once: models of random weights, and videos.</summary>
public sealed class Material : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    /// <summary>rr looks at single pictures, tm at three, av at nothing smaller than 192 pixels.</summary>
    public string Models => folder["models"];

    /// <summary>2 s, judged in a moment.</summary>
    public string Video => folder["videos", "short.mp4"];

    public string Broken => folder["videos", "broken.mp4"];

    public async ValueTask InitializeAsync()
    {
        LibTorch.Load();
        foreach (
            var (specialist, settings) in new[]
            {
                ("rr", "model.image_size=64"),
                ("tm", "model.image_size=64 data.clip_frames=3 data.clip_rate=5"),
                ("av", "model.image_size=384"),
            }
        )
        {
            await Untrained.ExportAsync(
                specialist,
                "smoke",
                ["data.frame_range=[0,1]", "model.projection=64", .. settings.Split(' ')],
                folder["checkpoint-" + specialist],
                Models,
                CancellationToken.None
            );
            Directory.Delete(folder["checkpoint-" + specialist], recursive: true);
        }
        await ModelsFolder.SealAsync(
            Models,
            Council.CreateEqual([.. new[] { "rr", "tm", "av" }.Select(name => new CouncilCandidate(name, null))]),
            CancellationToken.None
        );
        await Videos.MakeAsync(Video, size: "320x180");
        await File.WriteAllTextAsync(Broken, "This is no video.");
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
