namespace Argus.Client;

/// <summary>Something that happened to an analysis that is followed.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Analysis">
/// The analysis after that, without its result; of one that was deleted, as it was last seen.
/// </param>
public sealed record AnalysisEvent(AnalysisEventKind Kind, Analysis Analysis);
