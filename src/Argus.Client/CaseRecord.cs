namespace Argus.Client;

/// <summary>What an examination belongs to, as the examiner gives it; null where nothing was given.</summary>
/// <param name="Number">Of the case.</param>
/// <param name="Examiner">Who asked for the answer.</param>
/// <param name="Organization">For whom.</param>
/// <param name="Remarks">Anything else that belongs into the report.</param>
public sealed record CaseRecord(string? Number, string? Examiner, string? Organization, string? Remarks);
