using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Argus.Client;

/// <summary>
/// Reads what happens to an analysis: from the service's stream of events, and after that broke off by asking once,
/// which also helps behind a proxy that holds events back.
/// </summary>
/// <param name="connection">The service.</param>
/// <param name="id">The id of the analysis.</param>
internal sealed class EventReader(ServiceConnection connection, string id) : IAsyncDisposable
{
    private readonly ServiceRequest request = new(HttpMethod.Get, AnalysisPath.Of(id, "/events"))
    {
        Accept = "text/event-stream",
    };

    private Stream? body;
    private IAsyncEnumerator<SseItem<AnalysisEvent?>>? events;
    private CancellationTokenSource? silence;
    private bool isBroken;

    /// <summary>Reads up to the next event.</summary>
    /// <param name="cancel">Stops reading; the reader is of no use afterwards.</param>
    /// <returns>The event; null if the stream broke off, or brought nothing for too long.</returns>
    /// <exception cref="ArgusClientException">The service does not answer, or knows no such analysis.</exception>
    public async Task<AnalysisEvent?> ReadAsync(CancellationToken cancel)
    {
        if (isBroken)
        {
            var analysis = await connection.ReadAsync(
                new ServiceRequest(HttpMethod.Get, AnalysisPath.Of(id)),
                AnswerJson.Default.Analysis,
                cancel
            );
            isBroken = false;
            return new AnalysisEvent(FindKind(analysis.State), analysis with { Result = null });
        }
        events ??= await OpenAsync(cancel);
        while (await MoveAsync(cancel))
        {
            if (events.Current.Data is { } found)
                return found;
        }
        await CloseAsync();
        isBroken = true;
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<IAsyncEnumerator<SseItem<AnalysisEvent?>>> OpenAsync(CancellationToken cancel)
    {
        var response = await connection.OpenAsync(request, cancel);
        // The stream's end is the answer's, too.
        body = await response.Content.ReadAsStreamAsync(cancel);
        silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        return SseParser.Create(body, ParseEvent).EnumerateAsync(silence.Token).GetAsyncEnumerator(silence.Token);
    }

    // Whatever ends the stream without a last event is looked into by asking.
    private async Task<bool> MoveAsync(CancellationToken cancel)
    {
        silence!.CancelAfter(connection.Options.SilenceLimit);
        try
        {
            var isThere = await events!.MoveNextAsync();
            // Only the service can be too silent, not whoever reads its events.
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            return isThere;
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return false;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return false;
        }
        catch (JsonException error)
        {
            throw connection.Explain(request, error);
        }
    }

    private async Task CloseAsync()
    {
        if (events is not null)
            await events.DisposeAsync();
        if (body is not null)
            await body.DisposeAsync();
        silence?.Dispose();
        (events, body, silence) = (null, null, null);
    }

    // Events that a newer service may send beside these are passed over.
    private static AnalysisEvent? ParseEvent(string type, ReadOnlySpan<byte> data)
    {
        AnalysisEventKind? kind = type switch
        {
            "progress" => AnalysisEventKind.Progress,
            "done" => AnalysisEventKind.Done,
            "failed" => AnalysisEventKind.Failed,
            "deleted" => AnalysisEventKind.Deleted,
            _ => null,
        };
        return kind is { } known && JsonSerializer.Deserialize(data, AnswerJson.Default.Analysis) is { } analysis
            ? new AnalysisEvent(known, analysis)
            : null;
    }

    private static AnalysisEventKind FindKind(AnalysisState state) =>
        state switch
        {
            AnalysisState.Done => AnalysisEventKind.Done,
            AnalysisState.Failed => AnalysisEventKind.Failed,
            _ => AnalysisEventKind.Progress,
        };
}
