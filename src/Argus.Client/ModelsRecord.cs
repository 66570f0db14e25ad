namespace Argus.Client;

/// <summary>The council of models that gave an answer.</summary>
/// <param name="ManifestSha256">Of the models folder's list of hashes, which fixes all of its files.</param>
/// <param name="FittedOn">What weights and thresholds were fitted on, in words; empty where they were not.</param>
/// <param name="ForgedFrom">P(fake) from which a face is called forged.</param>
/// <param name="RealBelow">P(fake) below which a face is called real.</param>
/// <param name="ThresholdsFrom">Where the two thresholds come from, in words.</param>
/// <param name="Evaluation">How often it is wrong; null where nobody measured it.</param>
/// <param name="TestedOn">What its scope was measured on, in words; null for a council without.</param>
/// <param name="Specialists">Its members.</param>
public sealed record ModelsRecord(
    string ManifestSha256,
    string FittedOn,
    double ForgedFrom,
    double RealBelow,
    string ThresholdsFrom,
    CouncilEvaluation? Evaluation,
    string? TestedOn,
    IReadOnlyList<SpecialistRecord> Specialists
);
