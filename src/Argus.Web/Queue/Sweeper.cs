namespace Argus.Web.Queue;

/// <summary>
/// Measures the queue and tidies up every ten seconds: gives up analyses that ended too many workers, deletes results
/// that were kept long enough, and deletes uploads that nobody waits for.
/// </summary>
internal sealed class Sweeper(
    AnalysisStore store,
    DeliveryStore deliveries,
    BatchStore batches,
    Uploads uploads,
    ServeOptions options,
    ILogger<Sweeper> log
) : BackgroundService
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
        ServiceTelemetry.RecordQueue(await store.CountAsync());
        foreach (var row in await store.GiveUpAsync())
        {
            log.LogError("{Id} ended every worker that looked at it and is given up.", row.Id);
            uploads.Finish(row);
        }
        foreach (var id in await store.ExpireAsync(TimeSpan.FromHours(options.KeepHours)))
            uploads.Delete(id);
        await deliveries.ForgetAsync();
        await batches.ForgetAsync();
        foreach (var id in uploads.ListOlderThan(AbandonedAge))
        {
            if (await store.IsUnfinishedAsync(id))
                continue;
            // A worker that was killed after it wrote its answer did not come to keep the original.
            if (await store.FindAsync(id, owner: null) is { } row)
                uploads.Finish(row);
            else
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
