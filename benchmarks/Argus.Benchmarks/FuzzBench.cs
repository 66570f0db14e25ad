using System.CommandLine;
using System.Diagnostics;
using Argus.Benchmarks.Fuzzing;
using Argus.Cli;
using Argus.Cli.Output;

namespace Argus.Benchmarks;

/// <summary>
/// Feeds damaged and hostile inputs to every reader of foreign bytes. A reader may refuse, with the exception that it
/// promises; it must not throw another, take longer than a second, or more memory than 256 MB for a small file.
/// </summary>
internal static class FuzzBench
{
    private const double LongestSeconds = 1;
    private const double LargestMegabytes = 256;
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(2);

    /// <summary>What a reader did.</summary>
    /// <param name="Reader">Its name.</param>
    /// <param name="Inputs">How many it got.</param>
    /// <param name="Refused">Those that it refused in words.</param>
    /// <param name="SlowestMilliseconds">Its longest call.</param>
    /// <param name="LargestMegabytes">The most that a call allocated.</param>
    /// <param name="Findings">What it must not do, each kind once.</param>
    public sealed record Result(
        string Reader,
        long Inputs,
        long Refused,
        double SlowestMilliseconds,
        double LargestMegabytes,
        IReadOnlyList<string> Findings
    );

    /// <summary>Creates the command <c>argus bench fuzz</c>.</summary>
    public static Command CreateCommand()
    {
        var minutes = BenchOptions.CreateCount("--minutes", "In all.", value: 2, least: 1, most: 10_000);
        var seed = BenchOptions.CreateSeed();
        var only = new Option<string?>("--only") { Description = "This reader alone.", HelpName = "READER" };
        var keep = new Option<string?>("--keep")
        {
            Description = "Inputs that were found are kept in this folder.",
            HelpName = "DIR",
        };
        var command = new Command("fuzz", "Damaged and hostile files for every reader of what others made.")
        {
            minutes,
            seed,
            only,
            keep,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, _) =>
            {
                ProcessSettings.ForTraining();
                var folder = Directory.CreateTempSubdirectory("argus-fuzz-").FullName;
                try
                {
                    var targets = await FuzzTargets.CreateAsync(folder);
                    if (parse.GetValue(only) is { } name)
                        targets = targets.Any(target => target.Name == name)
                            ? [targets.Single(target => target.Name == name)]
                            : throw new RequestException(
                                $"There is no reader '{name}'. Choose "
                                    + $"{Suggestions.OneOf(name, [.. targets.Select(target => target.Name)])}."
                            );
                    var each = TimeSpan.FromMinutes((double)parse.GetValue(minutes) / targets.Count);
                    var results = targets
                        .Select(target => Run(target, each, parse.GetValue(seed), parse.GetValue(keep)))
                        .ToList();
                    BenchOptions.Write(parse, results, Print);
                    return results.Any(result => result.Findings.Count > 0) ? 1 : 0;
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        );
        return command;
    }

    private static Result Run(FuzzTarget target, TimeSpan limit, int seed, string? keep)
    {
        foreach (var good in target.Corpus)
            target.Read(good);
        var mutator = new Mutator(seed, target.Corpus);
        var findings = new Dictionary<string, (string Message, byte[] Input)>();
        long inputs = 0;
        long refused = 0;
        double slowest = 0;
        double largest = 0;
        byte[] input = [];
        long begun = Stopwatch.GetTimestamp();
        // What hangs cannot be stopped from inside; it is kept and the program ends.
        using var watch = new Timer(
            _ =>
            {
                if (Stopwatch.GetElapsedTime(Volatile.Read(ref begun)) < HangLimit)
                    return;
                Terminal.Error($"{target.Name} hangs; its input is kept as {Keep("hang", Volatile.Read(ref input))}.");
                Environment.Exit(1);
            },
            null,
            HangLimit,
            HangLimit
        );
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < limit; inputs++)
        {
            Volatile.Write(ref input, mutator.Next());
            Volatile.Write(ref begun, Stopwatch.GetTimestamp());
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                target.Read(input);
            }
            catch (Exception error) when (target.IsRefusal(error))
            {
                refused++;
            }
            catch (Exception error)
            {
                findings.TryAdd(FindPlace(error), (Shorten(error.Message), input));
            }
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            var megabytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 1e6;
            slowest = Math.Max(slowest, seconds * 1000);
            largest = Math.Max(largest, megabytes);
            if (seconds > LongestSeconds)
                findings.TryAdd($"longer than {LongestSeconds} s", ($"{seconds:0.0} s", input));
            if (megabytes > LargestMegabytes)
                findings.TryAdd($"more than {LargestMegabytes} MB", ($"{megabytes:0} MB", input));
        }
        return new Result(
            target.Name,
            inputs,
            refused,
            slowest,
            largest,
            [
                .. findings.Select(finding =>
                    $"{finding.Key}: {finding.Value.Message} ({Keep(finding.Key, finding.Value.Input)})"
                ),
            ]
        );

        string Keep(string what, byte[] bytes)
        {
            if (keep is null)
                return "--keep DIR keeps the input";
            Directory.CreateDirectory(keep);
            var file = Path.Combine(keep, $"{target.Name.Replace(' ', '-')}-{KeyedRandom.Key(what):x16}");
            File.WriteAllBytes(file, bytes);
            return file;
        }
    }

    // The kind of the fault: its exception and the first method of Argus that it passed.
    private static string FindPlace(Exception error)
    {
        var method = new StackTrace(error)
            .GetFrames()
            .Select(frame => frame.GetMethod())
            .FirstOrDefault(method =>
                method?.DeclaringType?.Namespace?.StartsWith("Argus", StringComparison.Ordinal) == true
            );
        return $"{error.GetType().Name} in {method?.DeclaringType?.Name}.{method?.Name}";
    }

    private static string Shorten(string message) =>
        message.Split('\n')[0][..Math.Min(100, message.Split('\n')[0].Length)];

    private static void Print(IReadOnlyList<Result> results)
    {
        Terminal.Table(
            ["reader", "inputs", "refused", "slowest ms", "largest MB", "findings"],
            results
                .Select(result =>
                    new[]
                    {
                        result.Reader,
                        $"{result.Inputs}",
                        $"{result.Refused}",
                        $"{result.SlowestMilliseconds:0}",
                        $"{result.LargestMegabytes:0.0}",
                        $"{result.Findings.Count}",
                    }
                )
                .ToList()
        );
        foreach (var result in results)
        {
            foreach (var finding in result.Findings)
                Terminal.Line($"{result.Reader}: {finding}");
        }
        Terminal.Line($"{results.Sum(result => result.Inputs)} inputs in all.");
    }
}
