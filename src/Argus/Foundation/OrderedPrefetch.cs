using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Argus;

/// <summary>
/// Work that is begun ahead of whoever needs its results, several pieces at a time, and comes out in order.
/// </summary>
public static class OrderedPrefetch
{
    /// <summary>Results in the order of the pieces.</summary>
    /// <param name="pieces">In the order in which results come out.</param>
    /// <param name="work">
    /// One piece's; it should end when its token asks, which it does as soon as nobody takes results any more.
    /// </param>
    /// <param name="capacity">Pieces that are begun and not yet taken: what bounds threads and memory.</param>
    /// <param name="drop">What becomes of a result that nobody takes any more.</param>
    /// <param name="cancel">Stops it.</param>
    public static async IAsyncEnumerable<TResult> RunAsync<T, TResult>(
        IEnumerable<T> pieces,
        Func<T, CancellationToken, Task<TResult>> work,
        int capacity,
        Action<TResult> drop,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var ahead = Channel.CreateBounded<Task<TResult>>(capacity);
        var filling = FillAsync();
        try
        {
            while (await ahead.Reader.WaitToReadAsync(cancel))
                yield return await await ahead.Reader.ReadAsync(cancel);
        }
        finally
        {
            await stop.CancelAsync();
            await filling;
            while (ahead.Reader.TryRead(out var left))
            {
                // Whether it failed concerns nobody any more.
                await Task.WhenAny(left);
                if (left.IsCompletedSuccessfully)
                    drop(await left);
            }
        }

        async Task FillAsync()
        {
            try
            {
                foreach (var piece in pieces)
                {
                    // Room first: work that has begun is always in the channel, where the end finds it.
                    await ahead.Writer.WaitToWriteAsync(stop.Token);
                    ahead.Writer.TryWrite(Task.Run(() => work(piece, stop.Token), CancellationToken.None));
                }
                ahead.Writer.Complete();
            }
            catch (Exception error)
            {
                ahead.Writer.Complete(error);
            }
        }
    }
}
