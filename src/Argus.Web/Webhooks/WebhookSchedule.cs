namespace Argus.Web.Webhooks;

/// <summary>When a failed message is tried again: eight attempts within two hours.</summary>
internal static class WebhookSchedule
{
    // A fifth more or less, so that the messages that a receiver missed do not all come back in one moment.
    private const double Jitter = 0.2;

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(10),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1),
    ];

    /// <summary>How long to wait after a failed attempt; null: there will be no other.</summary>
    /// <param name="attempts">The number of attempts so far, from 1.</param>
    /// <param name="chance">From 0 to 1, drawn anew each time.</param>
    public static TimeSpan? FindPause(long attempts, double chance) =>
        attempts <= Pauses.Length ? Pauses[attempts - 1] * (1 - Jitter + 2 * Jitter * chance) : null;
}
