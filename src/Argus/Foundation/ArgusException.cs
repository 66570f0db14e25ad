namespace Argus;

/// <summary>
/// Work that failed for a reason a user can act on: the message says what, where and what to do. Exit code 1.
/// </summary>
public class ArgusException : Exception
{
    /// <summary>A failure with a sentence for the user.</summary>
    public ArgusException(string message)
        : base(message) { }

    /// <summary>A failure with a sentence for the user.</summary>
    public ArgusException(string message, Exception inner)
        : base(message, inner) { }
}

/// <summary>A request that was wrong (bad argument, missing file, unknown key). Exit code 2.</summary>
public sealed class RequestException : ArgusException
{
    /// <summary>A wrong request with a sentence for the user.</summary>
    public RequestException(string message)
        : base(message) { }

    /// <summary>A wrong request with a sentence for the user.</summary>
    public RequestException(string message, Exception inner)
        : base(message, inner) { }
}
