using System.Diagnostics;

namespace Argus.Client;

/// <summary>
/// Says how long a service that fell silent is asked again: up to the limit, from when it was last heard.
/// </summary>
/// <param name="options">The limit and the pause.</param>
/// <param name="isHeard">Whether it was heard just now. One that was never heard is not asked again.</param>
internal sealed class Patience(ArgusClientOptions options, bool isHeard)
{
    private long? heardAt = isHeard ? Stopwatch.GetTimestamp() : null;

    /// <summary>Notes that the service was heard.</summary>
    public void Renew() => heardAt = Stopwatch.GetTimestamp();

    /// <summary>Tells whether the service is to be asked again after an error.</summary>
    /// <param name="error">The error.</param>
    public bool Allows(ArgusClientException error) =>
        error.IsTransient && heardAt is { } time && Stopwatch.GetElapsedTime(time) < options.ResumeLimit;

    /// <summary>Waits before the service is asked again.</summary>
    /// <param name="error">The error, which may say how long.</param>
    /// <param name="cancel">Ends the pause.</param>
    public Task PauseAsync(ArgusClientException? error, CancellationToken cancel)
    {
        var asked = error?.RetryAfter is { } wait && wait <= options.LongestRetryAfter ? wait : TimeSpan.Zero;
        return Task.Delay(asked > options.ResumePause ? asked : options.ResumePause, cancel);
    }
}
