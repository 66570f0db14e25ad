namespace Argus.Client;

/// <summary>What one specialist says of a face.</summary>
/// <param name="Name">The name of its model.</param>
/// <param name="LooksFor">The trace that it looks for, in words.</param>
/// <param name="Probability">P(fake), calibrated where its model is; null if it abstains.</param>
/// <param name="Interval">95% over its clips; null for a single one.</param>
/// <param name="Clips">The number of clips that it judged.</param>
/// <param name="Abstains">Why it abstains; null if it does not.</param>
/// <param name="Weight">Its say in the council.</param>
public sealed record SpecialistAnalysis(
    string Name,
    string LooksFor,
    double? Probability,
    Interval? Interval,
    int Clips,
    string? Abstains,
    double Weight
);
