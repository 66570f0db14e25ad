using System.Diagnostics;
using System.Globalization;
using CliWrap;
using CliWrap.Buffered;

namespace Argus.Benchmarks;

/// <summary>What a program took that was run to its end.</summary>
/// <param name="Seconds">The time from its start to its end.</param>
/// <param name="PeakMegabytes">
/// The most resident memory that the program and the programs it started held at a time, sampled every 50 ms.
/// </param>
internal sealed record MeasuredProcess(double Seconds, double PeakMegabytes)
{
    private static readonly TimeSpan SamplingInterval = TimeSpan.FromMilliseconds(50);

    private sealed record ProcessMemory(int Id, int Parent, double Megabytes);

    /// <summary>Runs Argus itself as a user starts it.</summary>
    /// <param name="arguments">The arguments as a user gives them after <c>argus</c>.</param>
    /// <param name="cancel">Stops the program.</param>
    /// <exception cref="ArgusException">The program failed.</exception>
    public static Task<MeasuredProcess> RunArgusAsync(IReadOnlyList<string> arguments, CancellationToken cancel) =>
        RunAsync(ProgramCall.CreateArgus(arguments), cancel);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="call">The program and its arguments.</param>
    /// <param name="cancel">Stops the program.</param>
    /// <exception cref="ArgusException">The program failed.</exception>
    public static async Task<MeasuredProcess> RunAsync(ProgramCall call, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var running = CliWrap
            .Cli.Wrap(call.FileName)
            .WithArguments(call.Arguments)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancel);
        var peak = 0.0;
        while (await Task.WhenAny(running.Task, Task.Delay(SamplingInterval, CancellationToken.None)) != running.Task)
            peak = Math.Max(peak, MeasureTreeMegabytes(running.ProcessId));
        var result = await running;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (result.ExitCode != 0)
        {
            var reason = result.StandardError.Trim().Split('\n')[^1];
            throw new ArgusException($"A program that the bench runs failed: {reason}");
        }
        return new MeasuredProcess(seconds, peak);
    }

    /// <summary>
    /// Measures the resident memory of a process and of all processes below it, in megabytes. It is read from /proc and
    /// is 0 where there is none.
    /// </summary>
    /// <param name="root">The id of the process.</param>
    public static double MeasureTreeMegabytes(int root)
    {
        if (!Directory.Exists("/proc/self"))
            return 0;
        var children = Directory
            .EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(ReadMemory)
            .OfType<ProcessMemory>()
            .ToLookup(process => process.Parent);
        double SumBelow(int id) => children[id].Sum(child => child.Megabytes + SumBelow(child.Id));
        return (ReadMemory(root)?.Megabytes ?? 0) + SumBelow(root);
    }

    // Null if the process has ended meanwhile.
    private static ProcessMemory? ReadMemory(int id)
    {
        try
        {
            // The name may hold spaces and ends with the last parenthesis; the parent is the second field after it, the
            // resident pages the 22nd (proc_pid_stat(5)).
            var fields = File.ReadAllText($"/proc/{id}/stat")
                .Split(')')[^1]
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var parent = int.Parse(fields[1], CultureInfo.InvariantCulture);
            var pages = long.Parse(fields[21], CultureInfo.InvariantCulture);
            return new ProcessMemory(id, parent, pages * Environment.SystemPageSize / 1e6);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
