namespace Argus.Video;

/// <summary>
/// A video that cannot be used, with the reason; it is reported and left out, never replaced by a black frame.
/// </summary>
public sealed class UnreadableVideoException(string reason) : ArgusException(reason)
{
    /// <summary>Turns the end of a time limit into a reason; a cancelled request stays a cancellation.</summary>
    internal static async Task<T> Limited<T>(Task<T> work, string program, TimeSpan limit, CancellationToken cancel)
    {
        try
        {
            return await work;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new UnreadableVideoException($"{program} did not finish within {limit.TotalMinutes:0} minutes");
        }
    }
}
