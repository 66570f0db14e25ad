namespace Argus.Detection;

/// <summary>The answer to one of many files: an analysis, or why there is none.</summary>
/// <param name="Video">The file, as it was given.</param>
/// <param name="Analysis">Null for a file that cannot be judged.</param>
/// <param name="Unreadable">Why it cannot be judged, for people; null for one that was.</param>
public sealed record FileAnalysis(string Video, Analysis? Analysis, string? Unreadable);
