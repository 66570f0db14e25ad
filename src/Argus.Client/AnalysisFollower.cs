using System.Net;
using System.Runtime.CompilerServices;

namespace Argus.Client;

/// <summary>Follows an analysis to its end, across restarts of the service.</summary>
/// <param name="connection">The service.</param>
/// <param name="id">The id of the analysis.</param>
/// <param name="isHeard">Whether the service was heard just now. One that was never heard is not asked again.</param>
internal sealed class AnalysisFollower(ServiceConnection connection, string id, bool isHeard)
{
    private readonly Patience patience = new(connection.Options, isHeard);

    /// <summary>Reads events up to the last, each that differs from the one before.</summary>
    /// <param name="cancel">Stops it.</param>
    public async IAsyncEnumerable<AnalysisEvent> FollowAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await using var reader = new EventReader(connection, id);
        AnalysisEvent? last = null;
        while (last is null or { Kind: AnalysisEventKind.Progress })
        {
            var next = await ReadAsync(reader, last, cancel);
            if (next == last)
                continue;
            last = next;
            yield return next;
        }
    }

    /// <summary>Waits until the analysis is done.</summary>
    /// <param name="progress">Told how far it is, from 0 to 1, rising.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="ArgusClientException">The analysis failed or was deleted.</exception>
    public async Task WaitAsync(IProgress<double>? progress, CancellationToken cancel)
    {
        // A service that begins anew counts from 0 again.
        var reached = -1.0;
        await foreach (var (kind, analysis) in FollowAsync(cancel))
        {
            if (kind is AnalysisEventKind.Failed or AnalysisEventKind.Deleted)
                throw new ArgusClientException(
                    kind == AnalysisEventKind.Failed
                        ? $"The analysis of {analysis.Name} failed: {analysis.Error}"
                        : $"The analysis of {analysis.Name} was deleted while it was waited for."
                )
                {
                    Analysis = analysis,
                };
            if (analysis.Progress <= reached)
                continue;
            reached = analysis.Progress;
            progress?.Report(reached);
        }
    }

    /// <summary>Asks the service until it answers, as long as the patience with it lasts.</summary>
    /// <param name="askAsync">Sends the request.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<T> AskAsync<T>(Func<Task<T>> askAsync, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                var answer = await askAsync();
                patience.Renew();
                return answer;
            }
            catch (ArgusClientException error) when (patience.Allows(error))
            {
                await patience.PauseAsync(error, cancel);
            }
        }
    }

    private async Task<AnalysisEvent> ReadAsync(EventReader reader, AnalysisEvent? last, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                if (await AskAsync(() => reader.ReadAsync(cancel), cancel) is { } next)
                    return next;
            }
            catch (ArgusClientException error) when (error.Status == HttpStatusCode.NotFound && last is not null)
            {
                // It was deleted while the connection was lost.
                return last with { Kind = AnalysisEventKind.Deleted };
            }
            await patience.PauseAsync(null, cancel);
        }
    }
}
