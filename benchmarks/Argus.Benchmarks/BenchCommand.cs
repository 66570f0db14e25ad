using System.CommandLine;

namespace Argus.Benchmarks;

/// <summary>The list of all benches. The command line of each stands in the bench's own file.</summary>
internal static class BenchCommand
{
    /// <summary>Creates the command <c>argus bench</c>.</summary>
    public static Command Create() =>
        new("bench", "Measure this machine: how long the parts of the work take.")
        {
            AllBench.CreateCommand(),
            StepBench.CreateCommand(),
            DeviceBench.CreateCommand(),
            PrepareBench.CreateCommand(),
            FeedBench.CreateCommand(),
            EvaluateBench.CreateCommand(),
            ControlBench.CreateCommand(),
            SpecialistsBench.CreateCommand(),
            InferBench.CreateCommand(),
            DetectBench.CreateCommand(),
            ServeBench.CreateCommand(),
            FuzzBench.CreateCommand(),
            MutationBench.CreateCommand(),
            FaultsBench.CreateCommand(),
            LoadBench.CreateCommand(),
            StarterBench.CreateCommand(),
        };
}
