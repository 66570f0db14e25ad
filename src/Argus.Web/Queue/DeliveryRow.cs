namespace Argus.Web.Queue;

/// <summary>The state of a delivery. The database holds its name in snake case.</summary>
internal enum DeliveryState
{
    /// <summary>What it tells of has not ended, or another attempt will follow.</summary>
    Waiting,

    /// <summary>The receiver answered with a status from 200 to 299.</summary>
    Delivered,

    /// <summary>The receiver wants nothing more, or all attempts failed.</summary>
    GivenUp,
}

/// <summary>
/// A message to a webhook that something ended: an analysis, or a batch. All times are milliseconds since 1970, UTC.
/// </summary>
internal sealed class DeliveryRow
{
    /// <summary>The message's identifier, the same in all attempts.</summary>
    public required string Id { get; init; }

    /// <summary>The id of the analysis; null for a batch's.</summary>
    public string? Analysis { get; init; }

    /// <summary>The id of the batch; null for an analysis's.</summary>
    public string? Batch { get; init; }

    /// <summary>
    /// The receiver's address. It may hold a secret of the receiver's and is shown to the owner alone.
    /// </summary>
    public required string Url { get; init; }

    /// <summary>Host and port of the receiver.</summary>
    public required string Peer { get; init; }

    /// <summary>The state as the database has it.</summary>
    public string State { get; init; } = ToWord(DeliveryState.Waiting);

    /// <summary>The number of attempts that began.</summary>
    public long Attempts { get; init; }

    /// <summary>When the next attempt may begin.</summary>
    public long NextAttemptAt { get; init; }

    /// <summary>The HTTP status of the latest attempt; null if it got no answer.</summary>
    public long? LastStatus { get; init; }

    /// <summary>Why the latest attempt failed, as a sentence; null if it did not.</summary>
    public string? LastError { get; init; }

    /// <summary>A state as the database has it.</summary>
    public static string ToWord(DeliveryState state) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}");

    /// <summary>The state that a word of the database stands for.</summary>
    public static DeliveryState FromWord(string word) =>
        Enum.GetValues<DeliveryState>().Single(state => ToWord(state) == word);

    /// <summary>A new message.</summary>
    /// <param name="url">The receiver's address.</param>
    /// <param name="analysis">The id of the analysis that it tells of, or null.</param>
    /// <param name="batch">The id of the batch that it tells of, or null.</param>
    public static DeliveryRow Create(Uri url, string? analysis, string? batch) =>
        new()
        {
            Id = $"msg_{Guid.NewGuid():n}",
            Analysis = analysis,
            Batch = batch,
            Url = url.AbsoluteUri,
            Peer = $"{url.IdnHost}:{url.Port}",
        };
}
