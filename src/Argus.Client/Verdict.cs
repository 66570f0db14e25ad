namespace Argus.Client;

/// <summary>What is said of a video or a face.</summary>
public enum Verdict
{
    /// <summary>A verdict that this version of the client does not know.</summary>
    Unknown,

    /// <summary>Below the threshold of real.</summary>
    Real,

    /// <summary>At or above the threshold of forged.</summary>
    Forged,

    /// <summary>Between the two thresholds, or nobody could judge.</summary>
    Undecided,

    /// <summary>The models were not tested on such a video: nobody knows how often they would be wrong.</summary>
    OutsideScope,
}
