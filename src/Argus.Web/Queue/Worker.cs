using System.Diagnostics;
using Argus.Detection;
using Argus.Video;

namespace Argus.Web.Queue;

/// <summary>
/// Takes one video after another from the queue and analyses it. Any number of workers may share a queue, in any number
/// of processes. They wait for a database that is unreachable. A process that is asked to stop claims no more; one that
/// stops gives its video back.
/// </summary>
internal sealed class Worker(
    AnalysisStore store,
    Uploads uploads,
    Detector detector,
    ServeOptions options,
    ServiceMetrics metrics,
    Drain drain,
    ILogger<Worker> log
) : BackgroundService
{
    private static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(2);
    private const double LongestHeartbeatSeconds = 0.5;

    private readonly TimeSpan lease = TimeSpan.FromSeconds(options.LeaseSeconds);
    private readonly TimeSpan limit = TimeSpan.FromMinutes(options.AnalysisMinutes);

    // The end of an attempt: what is counted, and how it is written. Nothing is written for an analysis that is left to
    // others or to a later attempt.
    private sealed record Ending(string Outcome, Func<Task<bool>>? WriteAsync);

    protected override Task ExecuteAsync(CancellationToken stopping)
    {
        var loops = Enumerable
            .Range(0, options.Workers)
            .Select(_ => Task.Run(() => LoopAsync(stopping), CancellationToken.None));
        return Task.WhenAll(loops);
    }

    private async Task LoopAsync(CancellationToken stopping)
    {
        var name = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():n}";
        while (!drain.Begun.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            var pause = IdlePause;
            try
            {
                if (await store.ClaimAsync(name, lease) is { } row)
                {
                    await RunAsync(row, name, stopping);
                    continue;
                }
            }
            catch (Exception error) when (Database.IsUnreachable(error))
            {
                log.LogWarning("The database does not answer ({Message}); trying again.", error.Message);
                pause = FaultPause;
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Nobody else would look at the queue if this loop ended. The lease of the video lapses.
                log.LogError(error, "A worker stumbled and goes on.");
                pause = FaultPause;
            }
            await DelayAsync(pause, drain.Begun);
        }
    }

    private async Task RunAsync(AnalysisRow row, string worker, CancellationToken stopping)
    {
        var started = Stopwatch.GetTimestamp();
        using var span = ServiceTelemetry.StartAnalysis(row);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        cancel.CancelAfter(limit);
        var progress = new LatestProgress();
        var heartbeat = RenewLeaseAsync(row.Id, worker, progress, cancel);
        var ending = await AnalyzeAsync(row, worker, progress, cancel.Token, stopping);
        await cancel.CancelAsync();
        await heartbeat;
        if (ending.WriteAsync is null || !await WriteEndingAsync(row.Id, ending.WriteAsync))
            return;
        uploads.Finish(row);
        var elapsed = Stopwatch.GetElapsedTime(started);
        metrics.CountAnalysis(ending.Outcome, elapsed, row.DurationSeconds);
        log.LogInformation("{Id}: {Outcome} after {Seconds:0.0} s.", row.Id, ending.Outcome, elapsed.TotalSeconds);
    }

    private async Task<Ending> AnalyzeAsync(
        AnalysisRow row,
        string worker,
        LatestProgress progress,
        CancellationToken cancel,
        CancellationToken stopping
    )
    {
        Ending Fail(string reason) => new("failed", () => store.FailAsync(row.Id, worker, reason));
        var leave = new Ending("failed", null);
        var path = uploads.FindPath(row.Id);
        try
        {
            if (!File.Exists(path))
                throw new ArgusException("Its file is not in this worker's data folder; do all processes share one?");
            var found = await detector.AnalyzeAsync(path, progress, cancel);
            var analysis = found with { Video = row.Name };
            return new Ending(AnalysisRow.ToWord(analysis.Verdict), () => store.FinishAsync(row.Id, worker, analysis));
        }
        catch (UnreadableVideoException error)
        {
            return Fail($"This cannot be judged: {error.Message}.");
        }
        catch (OperationCanceledException)
        {
            if (progress.IsLost)
            {
                log.LogInformation("{Id} was deleted, or another worker has it.", row.Id);
                return leave;
            }
            if (stopping.IsCancellationRequested)
            {
                await store.ReleaseAsync(row.Id, worker);
                return leave;
            }
            return Fail($"It was not done after {options.AnalysisMinutes:0.##} minutes.");
        }
        catch (Exception error) when (error is not OutOfMemoryException && !Database.IsUnreachable(error))
        {
            // Perhaps the disk is full, or the fault is in Argus. The lease lapses, so that the video is tried again a
            // little later, perhaps by another process.
            log.LogError(
                error,
                "{Id} could not be looked at (attempt {Attempt} of {Most}).",
                row.Id,
                row.Attempts,
                AnalysisStore.MostAttempts
            );
            if (row.Attempts < AnalysisStore.MostAttempts)
                return leave;
            return Fail(
                error is ArgusException
                    ? error.Message
                    : "The service could not look at it, three times; its log says why."
            );
        }
    }

    // Renews the lease and writes the progress down until it is cancelled. If the analysis is no longer this worker's,
    // it cancels the work itself.
    private async Task RenewLeaseAsync(
        string id,
        string worker,
        LatestProgress progress,
        CancellationTokenSource cancel
    )
    {
        var interval = TimeSpan.FromSeconds(Math.Min(LongestHeartbeatSeconds, options.LeaseSeconds / 4));
        while (!cancel.IsCancellationRequested)
        {
            await DelayAsync(interval, cancel.Token);
            if (cancel.IsCancellationRequested)
                return;
            try
            {
                if (await store.RenewAsync(id, worker, progress.Value, lease))
                    continue;
                progress.IsLost = true;
                await cancel.CancelAsync();
            }
            catch (Exception error) when (Database.IsUnreachable(error))
            {
                // The work goes on: nobody else can take the video either while the database is unreachable.
            }
        }
    }

    // An answer waits for the database as long as its lease lasts. After that the video is analysed anew.
    private async Task<bool> WriteEndingAsync(string id, Func<Task<bool>> writeAsync)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await writeAsync();
            }
            catch (Exception error) when (Database.IsUnreachable(error) && waited.Elapsed < lease)
            {
                log.LogWarning("The answer to {Id} waits for the database ({Message}).", id, error.Message);
                await Task.Delay(FaultPause);
            }
        }
    }

    // Waits without throwing when it is cancelled.
    private static Task DelayAsync(TimeSpan pause, CancellationToken cancel) =>
        Task.Delay(pause, cancel).ContinueWith(_ => { }, TaskScheduler.Default);

    private sealed class LatestProgress : IProgress<double>
    {
        private double value;

        /// <summary>The part of the work that is done, from 0 to 1.</summary>
        public double Value => Volatile.Read(ref value);

        /// <summary>Whether the analysis was deleted or taken over by another worker.</summary>
        public bool IsLost { get; set; }

        public void Report(double value) => Volatile.Write(ref this.value, value);
    }
}
