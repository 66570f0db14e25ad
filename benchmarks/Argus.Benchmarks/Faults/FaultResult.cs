namespace Argus.Benchmarks.Faults;

/// <summary>What became of work that was disturbed.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Fault">What was done to it.</param>
/// <param name="Faults">How often.</param>
/// <param name="Finished">How often the work ended after that.</param>
/// <param name="Lost">What was lost or wrong; empty: nothing.</param>
/// <param name="NotTried">Why this machine cannot have that fault; null: it was tried.</param>
internal sealed record FaultResult(
    string Work,
    string Fault,
    int Faults,
    int Finished,
    IReadOnlyList<string> Lost,
    string? NotTried = null
)
{
    /// <summary>A fault that this machine cannot have.</summary>
    public static FaultResult Skip(string work, string fault, string why) => new(work, fault, 0, 0, [], why);
}
