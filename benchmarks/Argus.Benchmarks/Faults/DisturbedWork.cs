using System.Diagnostics;

namespace Argus.Benchmarks.Faults;

/// <summary>A command that is disturbed, and must end with what it makes undisturbed.</summary>
/// <param name="name">For the table.</param>
/// <param name="arguments">The command, which writes into the folder and goes on when it is started again.</param>
/// <param name="fingerprint">What the finished folder holds.</param>
internal sealed class DisturbedWork(
    string name,
    Func<string, IReadOnlyList<string>> arguments,
    Func<string, Task<string>> fingerprint
)
{
    private const long LeastRoomBytes = 16 << 10;
    private const long AmpleBytes = 1L << 30;
    private const int FailedWork = 1; // exit code
    private static readonly string[] DiskWords = ["space", "disk", "full"];

    private sealed record Outcome(bool IsKilled, int ExitCode, string Message);

    private string scratch = "";
    private TimeSpan duration;
    private long bytes;
    private string expected = "";

    /// <summary>For the table.</summary>
    public string Name => name;

    /// <summary>Runs it undisturbed.</summary>
    /// <param name="folder">Where the command runs; a new folder.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task RunUndisturbedAsync(string folder, CancellationToken cancel)
    {
        scratch = folder;
        Directory.CreateDirectory(scratch);
        var made = Path.Combine(scratch, "undisturbed");
        var clock = Stopwatch.StartNew();
        var outcome = await RunAsync(made, Surroundings.Usual, null, cancel);
        if (outcome.ExitCode != 0)
            throw new ArgusException($"{Name} fails when nobody disturbs it: {outcome.Message}");
        duration = clock.Elapsed;
        bytes = new DirectoryInfo(made).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        expected = await fingerprint(made);
    }

    /// <summary>Kills it again and again, each time at a moment that the seed draws, and then lets it end.</summary>
    public async Task<FaultResult> KillAsync(int kills, Random random, CancellationToken cancel)
    {
        var killed = 0;
        var finished = 0;
        var lost = new List<string>();
        while (killed < kills || finished == 0)
        {
            var folder = Path.Combine(scratch, $"killed-{finished}");
            var moment = killed < kills ? random.NextDouble() * duration : (TimeSpan?)null;
            var outcome = await RunAsync(folder, Surroundings.Usual, moment, cancel);
            if (outcome.IsKilled)
            {
                killed++;
                continue;
            }
            finished++;
            lost.AddRange(await CompareAsync(folder, outcome));
        }
        return new FaultResult(Name, "killed", killed, finished, lost);
    }

    /// <summary>
    /// Lets it write to disks that are full after a drawn share of what it writes: it must say so, and end when there
    /// is room again.
    /// </summary>
    public async Task<FaultResult> FillDiskAsync(int times, Random random, CancellationToken cancel)
    {
        const string Fault = "disk full";
        var finished = 0;
        var lost = new List<string>();
        for (var i = 0; i < times; i++)
        {
            var room = LeastRoomBytes + (long)(random.NextDouble() * bytes);
            await using var disk = await SmallDisk.TryMountAsync(Path.Combine(scratch, $"disk-{i}"), room, cancel);
            if (disk is null)
                return FaultResult.Skip(Name, Fault, "only root can mount a small disk");
            var folder = Path.Combine(disk.Folder, "made");
            var outcome = await RunAsync(folder, Surroundings.Usual, null, cancel);
            if (outcome.ExitCode != 0)
            {
                if (outcome.ExitCode != FailedWork || !SaysDiskIsFull(outcome.Message))
                    lost.Add($"with room for {room} bytes: exit code {outcome.ExitCode}, '{outcome.Message}'");
                await disk.ResizeAsync(AmpleBytes, cancel);
                outcome = await RunAsync(folder, Surroundings.Usual, null, cancel);
            }
            finished++;
            lost.AddRange(await CompareAsync(folder, outcome));
        }
        return new FaultResult(Name, Fault, times, finished, lost);
    }

    /// <summary>Sets the clock back by an hour in its middle.</summary>
    public async Task<FaultResult> SetClockBackAsync(CancellationToken cancel)
    {
        const string Fault = "clock set back";
        if (!MovableClock.IsInstalled)
            return FaultResult.Skip(Name, Fault, "libfaketime is not installed");
        var clock = new MovableClock(Path.Combine(scratch, "clock"));
        clock.Set(TimeSpan.Zero);
        var folder = Path.Combine(scratch, "clock-set-back");
        var running = RunAsync(folder, clock.Surroundings, null, cancel);
        await Task.Delay(duration / 2, cancel);
        clock.Set(TimeSpan.FromHours(-1));
        return new FaultResult(Name, Fault, 1, 1, await CompareAsync(folder, await running));
    }

    /// <summary>Gives it so much memory and no more.</summary>
    public async Task<FaultResult> LimitMemoryAsync(long most, CancellationToken cancel)
    {
        var fault = $"{most >> 30} GB of memory";
        using var group = MemoryGroup.TryCreate(most);
        if (group is null)
            return FaultResult.Skip(Name, fault, "this user cannot limit memory");
        var folder = Path.Combine(scratch, "little-memory");
        var outcome = await RunAsync(folder, group.Surroundings, null, cancel);
        return new FaultResult(Name, fault, 1, 1, await CompareAsync(folder, outcome));
    }

    private static bool SaysDiskIsFull(string message) =>
        DiskWords.Any(word => message.Contains(word, StringComparison.OrdinalIgnoreCase));

    private async Task<IReadOnlyList<string>> CompareAsync(string folder, Outcome outcome)
    {
        if (outcome.ExitCode != 0)
            return [$"exit code {outcome.ExitCode}: {outcome.Message}"];
        return await fingerprint(folder) == expected ? [] : ["the result differs"];
    }

    private async Task<Outcome> RunAsync(
        string folder,
        Surroundings surroundings,
        TimeSpan? killAfter,
        CancellationToken cancel
    )
    {
        var start = surroundings.CreateStartInfo(ProgramCall.CreateArgus(arguments(folder)));
        start.WorkingDirectory = scratch;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        var ended = process.WaitForExitAsync(cancel);
        var isKilled = killAfter is { } moment && await Task.WhenAny(ended, Task.Delay(moment, cancel)) != ended;
        if (isKilled)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(cancel);
        await output;
        return new Outcome(isKilled, process.ExitCode, (await error).Trim().Split('\n')[^1]);
    }
}
