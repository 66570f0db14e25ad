namespace Argus.Client;

/// <summary>What happened to an analysis that is followed.</summary>
public enum AnalysisEventKind
{
    /// <summary>Its state, its progress or the number of videos before it changed.</summary>
    Progress,

    /// <summary>It ended with a result.</summary>
    Done,

    /// <summary>It ended without a result.</summary>
    Failed,

    /// <summary>It was deleted.</summary>
    Deleted,
}
