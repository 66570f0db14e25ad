using System.Diagnostics;
using System.Text.Json;

namespace Argus.Benchmarks;

/// <summary>
/// A process that takes a step whenever it is sent a line, and answers with a line of JSON; see
/// <see cref="StepTurns"/>.
/// </summary>
internal sealed class StepProcess : IDisposable
{
    private readonly Process process;

    private StepProcess(Process process) => this.process = process;

    /// <summary>Starts the process of Argus or of the baseline.</summary>
    /// <param name="options">Which step it takes.</param>
    /// <param name="isBaseline">Whether it takes the baseline's steps, with the system's allocator.</param>
    public static StepProcess Start(StepOptions options, bool isBaseline)
    {
        var call = ProgramCall.CreateBench(
            "bench",
            "step",
            options.Specialist,
            "--batch",
            $"{options.Batch}",
            "--size",
            $"{options.ImageSize}",
            "--precision",
            options.Precision,
            "--turns",
            isBaseline ? StepBench.BaselineTurns : StepBench.ArgusTurns
        );
        var start = call.CreateStartInfo();
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        if (isBaseline)
            RemoveAllocatorSettings(start);
        return new StepProcess(Process.Start(start)!);
    }

    /// <summary>Lets the process take a step.</summary>
    /// <param name="cancel">Stops waiting for its answer.</param>
    /// <exception cref="ArgusException">The process ended.</exception>
    public async Task<StepMeasurement> RunStepAsync(CancellationToken cancel)
    {
        await process.StandardInput.WriteLineAsync();
        await process.StandardInput.FlushAsync(cancel);
        var line =
            await process.StandardOutput.ReadLineAsync(cancel)
            ?? throw new ArgusException("A process that takes the steps ended.");
        return JsonSerializer.Deserialize<StepMeasurement>(line)!;
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    // Undoes what the launcher sets, so that the allocator is the system's with its own settings.
    private static void RemoveAllocatorSettings(ProcessStartInfo start)
    {
        var names = start.Environment.Keys.Where(name =>
            name == "LD_PRELOAD" || name.StartsWith("MALLOC_", StringComparison.Ordinal)
        );
        foreach (var name in names.ToList())
            start.Environment.Remove(name);
    }
}
