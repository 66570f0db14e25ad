using System.Data.Common;
using System.Diagnostics;
using System.Net.Sockets;
using Argus.Detection;
using Argus.Video;
using Npgsql;

namespace Argus.Web.Queue;

/// <summary>
/// Takes one video after another from the queue. Any number may, in any number of processes. A database that is away is
/// waited for; a process that ends gives its video back.
/// </summary>
internal sealed class Worker(
    AnalysisStore store,
    Uploads uploads,
    Detector detector,
    ServeOptions options,
    ServiceMetrics metrics,
    ILogger<Worker> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(2);

    private readonly TimeSpan lease = TimeSpan.FromSeconds(options.LeaseSeconds);
    private readonly TimeSpan limit = TimeSpan.FromMinutes(options.AnalysisMinutes);

    /// <summary>Whether the database is away; it comes back.</summary>
    public static bool IsAway(Exception error) =>
        (error is DbException and not PostgresException)
        || error is PostgresException { IsTransient: true } or SocketException or TimeoutException
        || (error is IOException && error.InnerException is SocketException);

    protected override Task ExecuteAsync(CancellationToken stopping) =>
        Task.WhenAll(
            Enumerable
                .Range(0, options.Workers)
                .Select(_ => Task.Run(() => LoopAsync(stopping), CancellationToken.None))
        );

    private async Task LoopAsync(CancellationToken stopping)
    {
        var name = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():n}";
        while (!stopping.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                if (await store.ClaimAsync(name, lease) is { } row)
                {
                    await AnalyzeAsync(row, name, stopping);
                    continue;
                }
            }
            catch (Exception error) when (IsAway(error))
            {
                log.LogWarning("The database does not answer ({Message}); trying again.", error.Message);
                pause = AfterFault;
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Nobody else would look at the queue if this one gave up; the video's lease lapses.
                log.LogError(error, "A worker stumbled and goes on.");
                pause = AfterFault;
            }
            await Task.Delay(pause, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task AnalyzeAsync(AnalysisRow row, string worker, CancellationToken stopping)
    {
        var started = Stopwatch.GetTimestamp();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        cancel.CancelAfter(limit);
        var progress = new LatestProgress();
        var heart = BeatAsync(row.Id, worker, progress, cancel);
        Func<Task<bool>>? end = null;
        var outcome = "failed";
        try
        {
            if (!File.Exists(uploads.PathOf(row.Id)))
                throw new ArgusException("Its file is not in this worker's data folder; do all processes share one?");
            var analysis = await detector.AnalyzeAsync(uploads.PathOf(row.Id), progress, cancel.Token) with
            {
                Video = row.Name,
            };
            outcome = $"{analysis.Verdict}".ToLowerInvariant();
            end = () => store.FinishAsync(row.Id, worker, analysis);
        }
        catch (UnreadableVideoException error)
        {
            end = () => store.FailAsync(row.Id, worker, $"This cannot be judged: {error.Message}.");
        }
        catch (OperationCanceledException)
        {
            if (progress.Lost)
                log.LogInformation("{Id} was deleted, or another worker has it.", row.Id);
            else if (stopping.IsCancellationRequested)
                await store.ReleaseAsync(row.Id, worker);
            else
                end = () =>
                    store.FailAsync(row.Id, worker, $"It was not done after {options.AnalysisMinutes:0.##} minutes.");
        }
        catch (Exception error) when (error is not OutOfMemoryException && !IsAway(error))
        {
            // Perhaps the disk is full, or the fault is ours. Its lease lapses, so that it is tried again a little
            // later, also by others.
            log.LogError(
                error,
                "{Id} could not be looked at (attempt {Attempt} of {Most}).",
                row.Id,
                row.Attempts,
                AnalysisStore.MostAttempts
            );
            if (row.Attempts >= AnalysisStore.MostAttempts)
                end = () =>
                    store.FailAsync(
                        row.Id,
                        worker,
                        error is ArgusException
                            ? error.Message
                            : "The service could not look at it, three times; its log says why."
                    );
        }
        await cancel.CancelAsync();
        await heart;
        if (end is null || !await EndAsync(row.Id, end))
            return;
        uploads.Delete(row.Id);
        metrics.Ended(outcome, Stopwatch.GetElapsedTime(started), row.DurationSeconds);
        log.LogInformation(
            "{Id}: {Outcome} after {Seconds:0.0} s.",
            row.Id,
            outcome,
            Stopwatch.GetElapsedTime(started).TotalSeconds
        );
    }

    // Renews the lease and says how far it is, until cancelled.
    private async Task BeatAsync(string id, string worker, LatestProgress progress, CancellationTokenSource cancel)
    {
        var interval = TimeSpan.FromSeconds(Math.Min(0.5, options.LeaseSeconds / 4));
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(interval, cancel.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            if (cancel.IsCancellationRequested)
                return;
            try
            {
                if (await store.RenewAsync(id, worker, progress.Value, lease))
                    continue;
                progress.Lost = true;
                await cancel.CancelAsync();
            }
            catch (Exception error) when (IsAway(error))
            {
                // The work goes on: nobody else can take it either while the database is away.
            }
        }
    }

    // An answer waits for the database as long as its lease lasts; after that it is worked out anew.
    private async Task<bool> EndAsync(string id, Func<Task<bool>> end)
    {
        for (var waited = Stopwatch.StartNew(); ; )
        {
            try
            {
                return await end();
            }
            catch (Exception error) when (IsAway(error) && waited.Elapsed < lease)
            {
                log.LogWarning("The answer to {Id} waits for the database ({Message}).", id, error.Message);
                await Task.Delay(AfterFault);
            }
        }
    }

    private sealed class LatestProgress : IProgress<double>
    {
        private double value;

        public double Value => Volatile.Read(ref value);

        /// <summary>The analysis is this worker's no longer.</summary>
        public bool Lost { get; set; }

        public void Report(double value) => Volatile.Write(ref this.value, value);
    }
}
