using System.CommandLine;
using Argus.Benchmarks;
using Argus.Cli;

ProcessSettings.ForTraining();
return await CommandLine.RunAsync(
    new Command("argus", "Measures what the parts of Argus take on this machine.") { BenchCommand.Create() },
    args
);
