using System.CommandLine;
namespace Argus.Cli.Commands;
internal static class QuickstartCommand { public static Command Create() => new("quickstart", "todo"); }
