namespace Argus.Web.Queue;

/// <summary>Deletes what was kept long enough, and files that nobody waits for.</summary>
internal sealed class Sweeper(AnalysisStore store, Uploads uploads, ServeOptions options, ILogger<Sweeper> log)
    : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Between);
        do
        {
            try
            {
                foreach (var id in await store.GiveUpAsync())
                {
                    log.LogError("{Id} ended every worker that looked at it and is given up.", id);
                    uploads.Delete(id);
                }
                await store.ExpireAsync(TimeSpan.FromHours(options.KeepHours));
                foreach (var id in uploads.OlderThan(Forgotten).ToList())
                {
                    if (!await store.WaitsAsync(id))
                        uploads.Delete(id);
                }
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                log.LogWarning("Nothing could be tidied up: {Message}", error.Message);
            }
        } while (await Next(timer, stopping));
    }

    private static async Task<bool> Next(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
