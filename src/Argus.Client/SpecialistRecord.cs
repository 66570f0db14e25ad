namespace Argus.Client;

/// <summary>A model of the council.</summary>
/// <param name="Name">The name of its file.</param>
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
