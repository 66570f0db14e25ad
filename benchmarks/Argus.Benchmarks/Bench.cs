using System.Diagnostics;
using System.Globalization;
using Argus.Cli.Output;
using CliWrap;
using CliWrap.Buffered;

namespace Argus.Benchmarks;

/// <summary>Repeated timings of one thing, in seconds.</summary>
internal sealed record Timing(double Median, double Min, double Max, int Repeats)
{
    public static Timing Compute(IReadOnlyCollection<double> seconds) =>
        new(Metrics.Median.Compute(seconds), seconds.Min(), seconds.Max(), seconds.Count);

    public string Text => $"{Median:0.000} s ({Min:0.000}-{Max:0.000}, {Repeats} times)";
}

/// <summary>
/// A program run to its end: how long it took from its start, and the most memory that it and the programs it started
/// held at a time.
/// </summary>
internal sealed record MeasuredProcess(double Seconds, double PeakMegabytes, int ExitCode, string Error)
{
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(50);

    /// <summary>Argus itself, as a user starts it.</summary>
    public static Task<MeasuredProcess> ArgusAsync(IEnumerable<string> arguments, CancellationToken cancel) =>
        RunAsync(Environment.ProcessPath!, Arguments(arguments), cancel);

    /// <summary>What this program is started with so that it does that.</summary>
    public static IEnumerable<string> Arguments(IEnumerable<string> arguments) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.GetCommandLineArgs()[0], .. arguments]
            : arguments;

    /// <exception cref="ArgusException">It did not.</exception>
    public MeasuredProcess MustSucceed() =>
        ExitCode == 0
            ? this
            : throw new ArgusException($"A program that the bench runs failed: {Error.Trim().Split('\n')[^1]}");

    public static async Task<MeasuredProcess> RunAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancel
    )
    {
        var started = Stopwatch.GetTimestamp();
        var running = CliWrap
            .Cli.Wrap(program)
            .WithArguments(arguments)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancel);
        var peak = 0.0;
        while (await Task.WhenAny(running.Task, Task.Delay(Sampling, CancellationToken.None)) != running.Task)
            peak = Math.Max(peak, TreeMegabytes(running.ProcessId));
        var result = await running;
        return new MeasuredProcess(
            Stopwatch.GetElapsedTime(started).TotalSeconds,
            peak,
            result.ExitCode,
            result.StandardError
        );
    }

    /// <summary>Resident memory of a process and everything below it, from /proc; 0 where there is none.</summary>
    public static double TreeMegabytes(int root)
    {
        if (!Directory.Exists("/proc/self"))
            return 0;
        var processes = Directory
            .EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(Read)
            .OfType<(int Id, int Parent, double Megabytes)>()
            .ToLookup(process => process.Parent);
        double Below(int id) => processes[id].Sum(child => child.Megabytes + Below(child.Id));
        return (Read(root)?.Megabytes ?? 0) + Below(root);
    }

    private static (int Id, int Parent, double Megabytes)? Read(int id)
    {
        try
        {
            // The name may hold spaces and ends with the last parenthesis; the parent is the second field after it, the
            // resident pages the 22nd.
            var fields = File.ReadAllText($"/proc/{id}/stat")
                .Split(')')[^1]
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (
                id,
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                long.Parse(fields[21], CultureInfo.InvariantCulture) * Environment.SystemPageSize / 1e6
            );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // it ended while we looked
        }
    }
}
