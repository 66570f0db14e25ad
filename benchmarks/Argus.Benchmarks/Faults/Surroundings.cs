using System.Diagnostics;

namespace Argus.Benchmarks.Faults;

/// <summary>What a program is started in.</summary>
/// <param name="Before">A program and its arguments, which becomes the one that is wanted; empty: none.</param>
/// <param name="Environment">Added to the environment.</param>
internal sealed record Surroundings(IReadOnlyList<string> Before, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Those of the bench itself.</summary>
    public static readonly Surroundings Usual = new([], new Dictionary<string, string>());

    /// <summary>Creates what .NET starts a program with; its output is redirected.</summary>
    public ProcessStartInfo CreateStartInfo(ProgramCall call)
    {
        string[] words = [.. Before, call.FileName, .. call.Arguments];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }
}
