namespace Argus.Client;

/// <summary>The state of a batch.</summary>
public enum BatchState
{
    /// <summary>A state that this version of the client does not know.</summary>
    Unknown,

    /// <summary>None of its analyses has begun.</summary>
    Queued,

    /// <summary>Some have begun, and not all have ended.</summary>
    Running,

    /// <summary>All have ended, with or without a result.</summary>
    Done,
}
