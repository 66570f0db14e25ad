namespace Argus.Client;

/// <summary>How many analyses of a batch are in each state.</summary>
/// <param name="Queued">Those that wait.</param>
/// <param name="Running">Those that are looked at.</param>
/// <param name="Done">Those that ended with a result.</param>
/// <param name="Failed">Those that ended without one.</param>
public sealed record StateCounts(int Queued, int Running, int Done, int Failed);
