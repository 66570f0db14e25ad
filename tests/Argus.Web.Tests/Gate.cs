using System.Diagnostics;
using Argus.Tests;

namespace Argus.Web.Tests;

/// <summary>
/// Holds the service's ffmpeg back while a test wants an analysis to be under way: otherwise it would depend on the
/// machine whether one is still running when it is looked at.
/// </summary>
internal sealed class Gate
{
    private readonly string folder;

    public Gate(TemporaryFolder of)
    {
        folder = of["gate"];
        var program = of.Write(
            "gate/ffmpeg",
            $$"""
            #!/bin/sh
            echo "$*" >> '{{folder}}/begun'
            while held=$(cat '{{folder}}/held' 2> /dev/null); do
              case "$*" in *"$held"*) sleep 0.05 ;; *) break ;; esac
            done
            exec '{{Video.Ffmpeg.Program}}' "$@"
            """
        );
        Process.Start("chmod", ["+x", program])!.WaitForExit();
    }

    /// <summary>The command before a service that goes through this gate.</summary>
    public string Shell => $"export PATH='{folder}':\"$PATH\"";

    /// <summary>From now on decoding of that analysis waits; of all without an id.</summary>
    public void Hold(string id = "") => File.WriteAllText(Path.Combine(folder, "held"), id);

    public void Open() => File.Delete(Path.Combine(folder, "held"));

    /// <summary>How often a worker began to decode that analysis.</summary>
    public int Begun(string id) =>
        File.Exists(Path.Combine(folder, "begun"))
            ? File.ReadLines(Path.Combine(folder, "begun")).Count(line => line.Contains(id, StringComparison.Ordinal))
            : 0;
}
