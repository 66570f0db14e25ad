namespace Argus.Video;

/// <summary>
/// A video that cannot be used, with the reason; it is reported and left out, never replaced by a black frame.
/// </summary>
public sealed class UnreadableVideoException(string reason) : ArgusException(reason)
{
    // What .NET reads in place of bytes of a file's name that are not UTF-8. The name no longer leads to the file.
    private const char Undecodable = '\uFFFD';

    /// <summary>Says why there is no file of a name.</summary>
    internal static string WhyMissing(string path) =>
        path.Contains(Undecodable)
            ? "its name is not valid UTF-8, so it cannot be opened; rename it and try again"
            : "the file does not exist";

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
