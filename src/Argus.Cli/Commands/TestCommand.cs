using System.CommandLine;
using System.Diagnostics;
using System.Xml.Linq;
using Argus.Cli.Output;

namespace Argus.Cli.Commands;

/// <summary>Runs every built test program and sums them up; the launcher has built them.</summary>
internal static class TestCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    private const int ProgramsAtOnce = 2;

    public static Command Create()
    {
        var filter = new Option<string?>("--filter")
        {
            Description = "Only test classes whose full name matches, e.g. Argus.Tests.Stores.*",
            HelpName = "PATTERN",
        };
        var command = new Command("test", "Build and run every test.") { filter };
        command.SetAction(
            async (parse, cancel) =>
            {
                var home = Environment.GetEnvironmentVariable("ARGUS_HOME") ?? Directory.GetCurrentDirectory();
                var programs = Directory.Exists(Path.Combine(home, "tests"))
                    ? Directory
                        .EnumerateDirectories(Path.Combine(home, "tests"))
                        .Order(StringComparer.Ordinal)
                        .Select(folder =>
                            Path.Combine(folder, "bin", "Release", "net10.0", Path.GetFileName(folder) + ".dll")
                        )
                        .Where(File.Exists)
                        .ToList()
                    : [];
                if (programs.Count == 0)
                    throw new RequestException(
                        $"No built tests under {home}/tests. Run ./argus test in the repository: it builds them."
                    );
                int passed = 0;
                int failed = 0;
                var skipped = new List<(string Name, string Reason)>();
                if (parse.GetValue(filter) is null)
                {
                    foreach (var file in await FormatterCheck.FindUnformattedAsync(home, cancel))
                    {
                        Terminal.Line($"failed: {file} is not formatted. 'dotnet csharpier format .' does it.");
                        failed++;
                    }
                }
                // Many tests wait for other processes; another program's keep the processor busy meanwhile.
                using var room = new SemaphoreSlim(ProgramsAtOnce);
                var runs = programs.Select(RunInTurnAsync).ToList();
                foreach (var run in runs)
                {
                    IReadOnlyList<XElement> report = [];
                    try
                    {
                        report = await run;
                    }
                    catch (ArgusException error)
                    {
                        // A program that crashes or hangs hides nothing of the others.
                        Terminal.Line($"failed: {error.Message}");
                        failed++;
                    }
                    foreach (var test in report)
                    {
                        switch (test.Attribute("result")?.Value)
                        {
                            case "Pass":
                                passed++;
                                break;
                            case "Skip":
                                skipped.Add(
                                    (test.Attribute("name")!.Value, test.Element("reason")?.Value.Trim() ?? "")
                                );
                                break;
                            default:
                                failed++;
                                break;
                        }
                    }
                }
                foreach (var (name, reason) in skipped)
                    Terminal.Line($"skipped: {name}: {reason}");
                foreach (
                    var (name, _) in skipped.Where(_ => InCi).ExceptBy(MaySkip(home), test => test.Name.Split('(')[0])
                )
                {
                    Terminal.Line($"failed: {name}: it may not skip in CI (tests/may-skip.txt lists those that may)");
                    failed++;
                }
                Terminal.Line(
                    $"{passed} passed, {failed} failed{(skipped.Count > 0 ? $", {skipped.Count} skipped" : "")}"
                );
                return failed > 0 || passed == 0 ? 1 : 0;

                async Task<IReadOnlyList<XElement>> RunInTurnAsync(string program)
                {
                    await room.WaitAsync(cancel);
                    try
                    {
                        return await RunAsync(program, parse.GetValue(filter), cancel);
                    }
                    finally
                    {
                        room.Release();
                    }
                }
            }
        );
        return command;
    }

    private static bool InCi => Environment.GetEnvironmentVariable("CI") is "true" or "1";

    private static IEnumerable<string> MaySkip(string home) =>
        File.ReadLines(Path.Combine(home, "tests", "may-skip.txt")).Where(line => !line.StartsWith('#'));

    private static async Task<IReadOnlyList<XElement>> RunAsync(
        string program,
        string? filter,
        CancellationToken cancel
    )
    {
        var results = Path.Combine(Path.GetTempPath(), $"argus-{Guid.NewGuid():n}.xml");
        var start = new ProcessStartInfo(
            "dotnet",
            [
                program,
                "-result-xml",
                results,
                "-noLogo",
                "-longRunning",
                "60",
                .. filter is null ? Array.Empty<string>() : ["-class", filter],
            ]
        );
        using var process = Process.Start(start)!;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        try
        {
            await process.WaitForExitAsync(limited.Token);
            if (!File.Exists(results))
                throw new ArgusException(
                    $"{Path.GetFileNameWithoutExtension(program)} ended with exit code {process.ExitCode} and "
                        + "left no results."
                );
            return [.. XDocument.Load(results).Descendants("test")];
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ArgusException(
                $"{Path.GetFileNameWithoutExtension(program)} did not end within {Limit.TotalMinutes:0} minutes."
            );
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            File.Delete(results);
        }
    }
}
