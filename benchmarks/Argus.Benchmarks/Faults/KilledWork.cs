using System.Diagnostics;

namespace Argus.Benchmarks.Faults;

/// <summary>A command that is killed again and again, and must end with what it makes undisturbed.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Arguments">The command, which writes into the folder and goes on when it is started again.</param>
/// <param name="Fingerprint">What the finished folder holds.</param>
internal sealed record KilledWork(
    string Name,
    Func<string, IReadOnlyList<string>> Arguments,
    Func<string, Task<string>> Fingerprint
)
{
    /// <summary>Kills it so often, each time at a moment that the seed draws, and then lets it end.</summary>
    /// <param name="scratch">A folder of its own; the command runs in it.</param>
    /// <param name="kills">How often.</param>
    /// <param name="random">Draws the moments.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<FaultResult> RunAsync(string scratch, int kills, Random random, CancellationToken cancel)
    {
        Directory.CreateDirectory(scratch);
        var undisturbed = Path.Combine(scratch, "undisturbed");
        var clock = Stopwatch.StartNew();
        if (await StartAsync(undisturbed, scratch, null, cancel) is { } failure)
            throw new ArgusException($"{Name} fails when nobody disturbs it: {failure}");
        var seconds = clock.Elapsed.TotalSeconds;
        var expected = await Fingerprint(undisturbed);
        var killed = 0;
        var finished = 0;
        var lost = new List<string>();
        while (killed < kills || finished == 0)
        {
            var folder = Path.Combine(scratch, $"{finished}");
            var moment = killed < kills ? TimeSpan.FromSeconds(random.NextDouble() * seconds) : (TimeSpan?)null;
            var outcome = await StartAsync(folder, scratch, moment, cancel);
            if (outcome == Killed)
            {
                killed++;
                continue;
            }
            finished++;
            if (outcome is not null)
                lost.Add(outcome);
            else if (await Fingerprint(folder) != expected)
                lost.Add("the result differs");
        }
        return new FaultResult(Name, killed, finished, lost);
    }

    private const string Killed = "killed";

    // Null: it ended well; else what it said.
    private async Task<string?> StartAsync(string folder, string scratch, TimeSpan? killAfter, CancellationToken cancel)
    {
        var start = ProgramCall.CreateArgus(Arguments(folder)).CreateStartInfo();
        start.WorkingDirectory = scratch;
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        var ended = process.WaitForExitAsync(cancel);
        if (killAfter is { } moment && await Task.WhenAny(ended, Task.Delay(moment, cancel)) != ended)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(cancel);
            return Killed;
        }
        await ended;
        await output;
        return process.ExitCode == 0 ? null : (await error).Trim().Split('\n')[^1];
    }
}
