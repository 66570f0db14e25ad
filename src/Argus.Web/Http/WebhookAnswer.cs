using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>What became of the message to a webhook, as the API gives it.</summary>
/// <param name="Address">Where it goes.</param>
/// <param name="State">Whether it waits, arrived or was given up.</param>
/// <param name="Attempts">The number of attempts that began.</param>
/// <param name="LastStatus">The HTTP status of the latest attempt; null where it got no answer.</param>
/// <param name="LastError">Why the latest attempt failed; null unless it did.</param>
/// <param name="NextAttemptAt">When the next attempt may begin; null before the first and after the last.</param>
internal sealed record WebhookAnswer(
    string Address,
    DeliveryState State,
    int Attempts,
    int? LastStatus,
    string? LastError,
    DateTimeOffset? NextAttemptAt
)
{
    /// <summary>Makes the answer from a row; null from none.</summary>
    /// <param name="row">The message.</param>
    public static WebhookAnswer? Create(DeliveryRow? row)
    {
        if (row is null)
            return null;
        var state = DeliveryRow.FromWord(row.State);
        return new WebhookAnswer(
            row.Url,
            state,
            (int)row.Attempts,
            (int?)row.LastStatus,
            row.LastError,
            state == DeliveryState.Waiting && row.LastError is not null
                ? DateTimeOffset.FromUnixTimeMilliseconds(row.NextAttemptAt)
                : null
        );
    }
}
