using Argus.Scores;

namespace Argus.Detection;

/// <summary>The council that gave an answer.</summary>
/// <param name="ManifestSha256">Of the folder's list of hashes, which fixes all of its files.</param>
/// <param name="FittedOn">What weights and thresholds were fitted on, in words; empty where they were not.</param>
/// <param name="ForgedFrom">P(fake) from which a face is called forged.</param>
/// <param name="RealBelow">P(fake) below which a face is called real.</param>
/// <param name="ThresholdsFrom">Where the two thresholds come from, in words.</param>
/// <param name="Evaluation">How often it is wrong; null where nobody measured it.</param>
/// <param name="TestedOn">What the scope was measured on, in words; null for a council without.</param>
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
)
{
    internal static ModelsRecord Create(ModelsFolder models, string manifestSha256)
    {
        var council = models.Council;
        return new ModelsRecord(
            manifestSha256,
            council.Data,
            Odds.ToProbability(council.ForgedFrom),
            Odds.ToProbability(council.RealBelow),
            council.Forged is null
                ? "nobody measured them: without calibration it takes 90% either way"
                : "forged: what one real validation video in a hundred reaches (one in twenty where there are too few "
                    + "for that); real: below the equal error rate, or lower where the council was made more careful",
            council.Evaluation,
            models.Scope?.Data,
            [
                .. models.Specialists.Select(entry =>
                    entry.Value.Describe(entry.Key, models.Hashes[ModelsFolder.FileOf(entry.Key)])
                ),
            ]
        );
    }
}

/// <summary>A model of the council.</summary>
/// <param name="Name">Name of its file.</param>
/// <param name="Sha256">Of the file.</param>
/// <param name="RecipeSha256">Of the recipe that it was trained with; of another's detector of its card.</param>
/// <param name="WeightsSha256">Of the checkpoint's weights that it was made from.</param>
/// <param name="Precision"><c>fp32</c>, <c>fp16</c>, <c>int8</c>, or <c>as published</c> of another's.</param>
/// <param name="ExportedBy">Version of the program that made it; of another's what its card says of it.</param>
/// <param name="CalibratedOn">What its own calibration was fitted on; null without one.</param>
public sealed record SpecialistRecord(
    string Name,
    string Sha256,
    string RecipeSha256,
    string WeightsSha256,
    string Precision,
    string ExportedBy,
    string? CalibratedOn
);
