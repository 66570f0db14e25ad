namespace Argus.Client;

/// <summary>How many analyses of a batch have each verdict.</summary>
/// <param name="Real">Below the threshold of real.</param>
/// <param name="Forged">At or above the threshold of forged.</param>
/// <param name="Undecided">Between the two, or nobody could judge.</param>
/// <param name="OutsideScope">Unlike what the models were tested on.</param>
public sealed record VerdictCounts(int Real, int Forged, int Undecided, int OutsideScope);
