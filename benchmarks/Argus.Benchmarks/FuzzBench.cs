using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Argus.Benchmarks.Fuzzing;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Training.Native;

namespace Argus.Benchmarks;

/// <summary>Feeds damaged and hostile files to every reader of bytes that others wrote.</summary>
internal static class FuzzBench
{
    /// <summary>What came of one reader.</summary>
    /// <param name="Name">What it reads.</param>
    /// <param name="Inputs">The number of files that it was given.</param>
    /// <param name="Refused">So many were refused with a sentence.</param>
    /// <param name="Accepted">So many were read.</param>
    /// <param name="SlowestMilliseconds">The longest call.</param>
    /// <param name="LargestMegabytes">The most that a call allocated.</param>
    /// <param name="Findings">Mistakes of the reader with the number of files that show them.</param>
    public sealed record Row(
        string Name,
        int Inputs,
        int Refused,
        int Accepted,
        double SlowestMilliseconds,
        double LargestMegabytes,
        IReadOnlyDictionary<string, int> Findings
    );

    /// <summary>What came of all.</summary>
    /// <param name="Seed">What the files were drawn with.</param>
    /// <param name="Inputs">The number of files.</param>
    /// <param name="Readers">A row a reader.</param>
    public sealed record Result(int Seed, int Inputs, IReadOnlyList<Row> Readers);

    private const int KeptOfAKind = 3;

    /// <summary>Creates the command <c>argus bench fuzz</c>.</summary>
    public static Command CreateCommand()
    {
        var minutes = new Option<double>("--minutes")
        {
            Description = "For all readers together.",
            DefaultValueFactory = _ => 5,
            HelpName = "N",
        };
        minutes.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() > 0))
                result.AddError("--minutes is above 0.");
        });
        var seed = BenchOptions.CreateSeed();
        var only = new Option<string?>("--only")
        {
            Description = "Readers whose names begin like this.",
            HelpName = "READER",
        };
        var keep = new Option<string?>("--keep")
        {
            Description = "Where files that show a mistake are kept, with what was thrown.",
            HelpName = "DIR",
        };
        var command = new Command("fuzz", "Damaged and hostile files for every reader of bytes that others wrote.")
        {
            minutes,
            seed,
            only,
            keep,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var result = await RunAsync(
                    TimeSpan.FromMinutes(parse.GetValue(minutes)),
                    parse.GetValue(seed),
                    parse.GetValue(only) ?? "",
                    parse.GetValue(keep),
                    cancel
                );
                BenchOptions.Write(parse, result, Print);
                return result.Readers.Any(row => row.Findings.Count > 0) ? 1 : 0;
            }
        );
        return command;
    }

    private static async Task<Result> RunAsync(
        TimeSpan time,
        int seed,
        string only,
        string? keep,
        CancellationToken cancel
    )
    {
        LibTorch.Load();
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        // Left behind by a crash, with the file that was read.
        try
        {
            Terminal.Note("making valid files");
            var corpus = await FuzzCorpus.WriteAsync(folder, cancel);
            var all = FuzzReaders.Create(corpus);
            var readers = all.Where(reader => reader.Name.StartsWith(only, StringComparison.OrdinalIgnoreCase))
                .ToList();
            if (readers.Count == 0)
                throw new RequestException(
                    $"There is no reader '{only}'. Choose "
                        + $"{Suggestions.OneOf(only, [.. all.Select(reader => reader.Name)])}."
                );
            var rows = new List<Row>();
            foreach (var reader in readers)
                rows.Add(Run(reader, time / readers.Count, seed, keep, cancel));
            return new Result(seed, rows.Sum(row => row.Inputs), rows);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Row Run(FuzzReader reader, TimeSpan time, int seed, string? keep, CancellationToken cancel)
    {
        Terminal.Note($"{reader.Name}: {reader.Path}");
        foreach (var valid in reader.Corpus)
        {
            File.WriteAllBytes(reader.Path, valid);
            if (FuzzCall.Measure(reader) is { Finding: { } finding, Error: var error })
                throw new InvalidOperationException($"{reader.Name} stumbles over a valid file: {finding}", error);
        }
        var mutator = new FuzzMutator(reader.Corpus);
        var findings = new Dictionary<string, int>();
        var (inputs, refused) = (0, 0);
        var (slowest, largest) = (0.0, 0.0);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            cancel.ThrowIfCancellationRequested();
            var input = mutator.Create(KeyedRandom.Create("fuzz", seed, reader.Name, inputs));
            File.WriteAllBytes(reader.Path, input);
            var call = FuzzCall.Measure(reader);
            inputs++;
            refused += call.IsRefused ? 1 : 0;
            slowest = Math.Max(slowest, call.Milliseconds);
            largest = Math.Max(largest, call.Megabytes);
            if (call.Finding is not { } finding)
                continue;
            findings[finding] = findings.GetValueOrDefault(finding) + 1;
            if (findings[finding] <= KeptOfAKind && keep is not null)
                Keep(keep, reader, inputs - 1, input, call);
        }
        var accepted = inputs - refused - findings.Values.Sum();
        // A file is put back that the readers after this one need.
        File.WriteAllBytes(reader.Path, reader.Corpus[0]);
        return new Row(reader.Name, inputs, refused, accepted, slowest, largest, findings);
    }

    private static void Keep(string folder, FuzzReader reader, int number, byte[] input, FuzzCall call)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{reader.Name.Replace(' ', '-')}-{number}-{Path.GetFileName(reader.Path)}");
        File.WriteAllBytes(file, input);
        File.WriteAllText(
            file + ".txt",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{call.Finding}\n{call.Milliseconds:0} ms, {call.Megabytes:0} MB\n{call.Error}\n"
            )
        );
    }

    private static void Print(Result result)
    {
        Terminal.Table(
            ["reader", "inputs", "refused", "accepted", "slowest ms", "largest MB", "findings"],
            result.Readers.Select(row =>
                new[]
                {
                    row.Name,
                    $"{row.Inputs}",
                    $"{row.Refused}",
                    $"{row.Accepted}",
                    row.SlowestMilliseconds.ToString("0", CultureInfo.InvariantCulture),
                    row.LargestMegabytes.ToString("0.0", CultureInfo.InvariantCulture),
                    $"{row.Findings.Count}",
                }
            )
        );
        foreach (var row in result.Readers)
        {
            foreach (var (finding, count) in row.Findings)
                Terminal.Line($"{row.Name}: {finding} ({count} inputs)");
        }
        Terminal.Line($"{result.Inputs} inputs in all");
    }
}
