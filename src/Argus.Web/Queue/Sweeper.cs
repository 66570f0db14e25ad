namespace Argus.Web.Queue;

/// <summary>
/// Tidies up every ten seconds: gives up analyses that ended too many workers, deletes results that were kept long
/// enough, and deletes uploads that nobody waits for.
/// </summary>
internal sealed class Sweeper(AnalysisStore store, Uploads uploads, ServeOptions options, ILogger<Sweeper> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // An upload that is still being written has no row yet; it must not look abandoned.
    private static readonly TimeSpan AbandonedAge = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            try
            {
                await SweepAsync();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                log.LogWarning("Nothing could be tidied up: {Message}", error.Message);
            }
        } while (await WaitAsync(timer, stopping));
    }

    private async Task SweepAsync()
    {
        foreach (var id in await store.GiveUpAsync())
        {
            log.LogError("{Id} ended every worker that looked at it and is given up.", id);
            uploads.Delete(id);
        }
        await store.ExpireAsync(TimeSpan.FromHours(options.KeepHours));
        foreach (var id in uploads.ListOlderThan(AbandonedAge))
        {
            if (!await store.IsUnfinishedAsync(id))
                uploads.Delete(id);
        }
    }

    // Returns false when the service stops.
    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stopping)
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
