using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Argus.Detection;

/// <summary>
/// The detector of an application: loaded when its host starts, so that damaged models end the start and not a request;
/// without a host when it is asked first.
/// </summary>
internal sealed class HostedDetector(IOptions<DetectionOptions> options, ILogger<Detector> log)
    : IDetector,
        IHostedService,
        IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private Detector? detector;

    public Task StartAsync(CancellationToken cancel) => LoadAsync(cancel);

    public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;

    public async Task<Analysis> AnalyzeAsync(string video, IProgress<double>? progress, CancellationToken cancel) =>
        await (await LoadAsync(cancel)).AnalyzeAsync(video, progress, cancel);

    public async Task<Analysis> AnalyzeEveryFrameAsync(
        string video,
        IProgress<double>? progress,
        CancellationToken cancel
    ) => await (await LoadAsync(cancel)).AnalyzeEveryFrameAsync(video, progress, cancel);

    public async Task<Analysis> AnalyzeAsync(
        Stream content,
        string name,
        IProgress<double>? progress,
        CancellationToken cancel
    ) => await (await LoadAsync(cancel)).AnalyzeAsync(content, name, progress, cancel);

    public void Dispose()
    {
        detector?.Dispose();
        gate.Dispose();
    }

    private async Task<Detector> LoadAsync(CancellationToken cancel)
    {
        if (Volatile.Read(ref detector) is { } loaded)
            return loaded;
        await gate.WaitAsync(cancel);
        try
        {
            return detector ??= await Detector.LoadAsync(options.Value, log, cancel);
        }
        finally
        {
            gate.Release();
        }
    }
}
