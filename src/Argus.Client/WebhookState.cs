namespace Argus.Client;

/// <summary>The state of the message to a webhook.</summary>
public enum WebhookState
{
    /// <summary>A state that this version of the client does not know.</summary>
    Unknown,

    /// <summary>What it tells of has not ended, or another attempt will follow.</summary>
    Waiting,

    /// <summary>The receiver answered with a status from 200 to 299.</summary>
    Delivered,

    /// <summary>The receiver wants nothing more, or all attempts failed.</summary>
    GivenUp,
}
