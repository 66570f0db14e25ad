namespace Argus.Client;

/// <summary>The state of an analysis.</summary>
public enum AnalysisState
{
    /// <summary>A state that this version of the client does not know.</summary>
    Unknown,

    /// <summary>The upload was accepted and waits for its turn.</summary>
    Queued,

    /// <summary>The video is being analysed.</summary>
    Running,

    /// <summary>The analysis ended with a result.</summary>
    Done,

    /// <summary>The analysis ended without a result; <see cref="Analysis.Error"/> says why.</summary>
    Failed,
}
