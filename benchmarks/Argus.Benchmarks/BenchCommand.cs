using System.CommandLine;
using Argus.Cli.Commands;
using Argus.Cli.Output;
using Argus.Specialists;

namespace Argus.Benchmarks;

/// <summary>All benches.</summary>
internal static class BenchCommand
{
    public static readonly Option<bool> Json = new("--json") { Description = "As JSON." };

    public static Command Create() =>
        new("bench", "Measure this machine: how long the parts of the work take.")
        {
            TrainingBenches.Step(),
            TrainingBenches.Prepare(),
            TrainingBenches.Feed(),
            TrainingBenches.Evaluate(),
            ProofBenches.Control(),
            ProofBenches.Specialists(),
            JudgingBenches.Infer(),
            JudgingBenches.Detect(),
            JudgingBenches.Serve(),
        };
}
