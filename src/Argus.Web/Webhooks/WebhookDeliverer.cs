using System.Diagnostics;
using Argus.Web.Queue;

namespace Argus.Web.Webhooks;

/// <summary>What a message says.</summary>
/// <param name="row">The message.</param>
/// <returns>JSON in UTF-8; null if what it tells of is no longer there.</returns>
internal delegate Task<byte[]?> WebhookBody(DeliveryRow row);

/// <summary>
/// Takes messages that are due from the database and sends them. Any number of processes may do so. A few are on their
/// way at a time, and of those only some to one host: a receiver that never answers does not hold up the others. A
/// process that is asked to stop takes no more and finishes those.
/// </summary>
internal sealed class WebhookDeliverer(
    DeliveryStore store,
    WebhookSender sender,
    WebhookBody createBody,
    ServiceMetrics metrics,
    Drain drain,
    ILogger<WebhookDeliverer> log
) : BackgroundService
{
    private const int MostAtOnce = 16;
    private const int MostOfOneHost = 4;
    private static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(2);

    // An attempt and the row that says what came of it.
    private static readonly TimeSpan Lease = WebhookSender.Limit + TimeSpan.FromSeconds(10);

    private readonly string name = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():n}";

    private sealed record Attempt(string Peer, Task Work);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        // A service that could not start has let go of all it had by the time that this begins.
        if (sender.Guard.IsOff || stopping.IsCancellationRequested)
            return;
        var begun = drain.Begun;
        var attempts = new List<Attempt>();
        while (!begun.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            attempts.RemoveAll(attempt => attempt.Work.IsCompleted);
            var pause = IdlePause;
            try
            {
                if (attempts.Count < MostAtOnce && await ClaimAsync(attempts) is { } row)
                {
                    attempts.Add(
                        new Attempt(row.Peer, Task.Run(() => DeliverAsync(row, stopping), CancellationToken.None))
                    );
                    continue;
                }
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Nobody else in this process would send if this loop ended.
                log.LogWarning("No webhook can be told for now: {Message}", error.Message);
                pause = FaultPause;
            }
            await Task.WhenAny([.. attempts.Select(attempt => attempt.Work), DelayAsync(pause, begun, stopping)]);
        }
        await Task.WhenAll(attempts.Select(attempt => attempt.Work));
    }

    private Task<DeliveryRow?> ClaimAsync(List<Attempt> attempts) =>
        store.ClaimAsync(
            name,
            Lease,
            [
                .. attempts
                    .GroupBy(attempt => attempt.Peer)
                    .Where(group => group.Count() >= MostOfOneHost)
                    .Select(group => group.Key),
            ]
        );

    private async Task DeliverAsync(DeliveryRow row, CancellationToken stopping)
    {
        try
        {
            // What was deleted meanwhile is told to nobody; the sweeper deletes the row.
            if (await createBody(row) is not { } body)
                return;
            var outcome = await sender.SendAsync(row, body, stopping);
            await WriteAsync(row, outcome);
        }
        catch (OperationCanceledException)
        {
            await TryLongAsync(row.Id, () => store.ReleaseAsync(row.Id, name));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Its lease lapses, and it is tried again.
            log.LogError(error, "{Id} could not be sent to {Peer}.", row.Id, row.Peer);
        }
    }

    private async Task WriteAsync(DeliveryRow row, WebhookOutcome outcome)
    {
        var pause = outcome.IsRefused ? null : WebhookSchedule.FindPause(row.Attempts, Random.Shared.NextDouble());
        var (word, writeAsync) = outcome.Error switch
        {
            null => ("delivered", () => store.EndAsync(row, name, DeliveryState.Delivered, outcome.Status, null)),
            { } error when pause is { } wait => (
                "retried",
                () => store.RetryAsync(row, name, wait, outcome.Status, error)
            ),
            { } error => (
                "given_up",
                (Func<Task<bool>>)(() => store.EndAsync(row, name, DeliveryState.GivenUp, outcome.Status, error))
            ),
        };
        if (!await TryLongAsync(row.Id, writeAsync))
            return;
        metrics.CountWebhook(word);
        log.LogInformation(
            "{Id} to {Peer}: {Outcome}, attempt {Attempt}. {Error}",
            row.Id,
            row.Peer,
            word,
            row.Attempts,
            outcome.Error ?? ""
        );
    }

    // What came of an attempt waits for the database as long as the lease lasts. After that it is made again.
    private async Task<bool> TryLongAsync(string id, Func<Task<bool>> writeAsync)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(FaultPause))
        {
            try
            {
                return await writeAsync();
            }
            catch (Exception error) when (Database.IsUnreachable(error) && waited.Elapsed < Lease)
            {
                log.LogWarning("What came of {Id} waits for the database ({Message}).", id, error.Message);
            }
        }
    }

    // Waits without throwing when it is cancelled.
    private static async Task DelayAsync(TimeSpan pause, CancellationToken first, CancellationToken second)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(first, second);
        await Task.Delay(pause, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
