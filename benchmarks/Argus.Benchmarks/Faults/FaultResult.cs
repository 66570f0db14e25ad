namespace Argus.Benchmarks.Faults;

/// <summary>What became of work that was disturbed.</summary>
/// <param name="What">The work and its disturbance.</param>
/// <param name="Faults">How often it was disturbed.</param>
/// <param name="Finished">How often it ended after that.</param>
/// <param name="Lost">What was lost or wrong; empty: nothing.</param>
internal sealed record FaultResult(string What, int Faults, int Finished, IReadOnlyList<string> Lost);
