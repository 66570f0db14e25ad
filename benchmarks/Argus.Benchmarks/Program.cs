using System.CommandLine;
using Argus.Benchmarks;
using Argus.Cli;

var root = new Command("argus", "Measures what the parts of Argus take on this machine.") { BenchCommand.Create() };
return await CommandLine.RunAsync(root, args);
