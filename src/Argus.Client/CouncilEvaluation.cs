namespace Argus.Client;

/// <summary>How often a council was right and wrong at its thresholds, where the truth is known.</summary>
/// <param name="Data">What the videos are, in words.</param>
/// <param name="IsHeldOut">
/// They are others than those that thresholds and likelihood ratios were fitted to; where they are the same, the rates
/// are a little too good.
/// </param>
/// <param name="People">In the videos; null where nobody knows.</param>
/// <param name="Real">Real videos, of one face each.</param>
/// <param name="FalseAlarms">Real videos that are called forged.</param>
/// <param name="Fake">Fake videos, of one face each.</param>
/// <param name="Found">Fake videos that are called forged.</param>
/// <param name="CalledReal">Fake videos that are called real.</param>
public sealed record CouncilEvaluation(
    string Data,
    bool IsHeldOut,
    int? People,
    int Real,
    int FalseAlarms,
    int Fake,
    int Found,
    int CalledReal
)
{
    /// <summary>What the likelihood ratios of these videos cost, in bits; null where there are none.</summary>
    public double? Cllr { get; init; }

    /// <summary>What their order would cost with the best calibration, in bits.</summary>
    public double? CllrMinimum { get; init; }
}
