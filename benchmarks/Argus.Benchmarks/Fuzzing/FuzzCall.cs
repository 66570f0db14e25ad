using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Argus.Benchmarks.Fuzzing;

/// <summary>A reader of bytes that others wrote.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Path">The file that it reads.</param>
/// <param name="Corpus">Valid files.</param>
/// <param name="Read">Reads the file and throws an exception for people, or one of <paramref name="Refusals"/>.</param>
/// <param name="IsNative">Whether a native library may allocate what a file claims.</param>
/// <param name="MostMegabytes">What it may allocate.</param>
/// <param name="Refusals">Further exceptions that its callers are told of and catch.</param>
internal sealed record FuzzReader(
    string Name,
    string Path,
    IReadOnlyList<byte[]> Corpus,
    Action Read,
    bool IsNative = false,
    double MostMegabytes = 256,
    params IReadOnlyList<Type> Refusals
);

/// <summary>One call of a reader.</summary>
/// <param name="IsRefused">Whether it threw an exception that people are meant to see.</param>
/// <param name="Milliseconds">The time of the call.</param>
/// <param name="Megabytes">What it allocated, or by how much the address space grew.</param>
/// <param name="Finding">What is wrong with it, equal for equal mistakes; null where nothing is.</param>
/// <param name="Error">What it threw.</param>
internal sealed record FuzzCall(
    bool IsRefused,
    double Milliseconds,
    double Megabytes,
    string? Finding,
    Exception? Error
)
{
    private const double LongestMilliseconds = 1000;
    private static readonly TimeSpan Hanging = TimeSpan.FromMinutes(2);

    /// <summary>Lets the reader read its file.</summary>
    public static FuzzCall Measure(FuzzReader reader)
    {
        var call = MeasureOnce(reader);
        // Another program may have had the processor.
        if (call.Milliseconds > LongestMilliseconds)
            call = call with { Milliseconds = Math.Min(call.Milliseconds, MeasureOnce(reader).Milliseconds) };
        if (call.Error is not null && !call.IsRefused)
            return call with { Finding = $"{call.Error.GetType().Name} at {FindPlace(call.Error)}" };
        if (call.Milliseconds > LongestMilliseconds)
            return call with { Finding = $"more than {LongestMilliseconds / 1000:0} s" };
        return call.Megabytes > reader.MostMegabytes
            ? call with
            {
                Finding = $"more than {reader.MostMegabytes:0} MB",
            }
            : call;
    }

    private static FuzzCall MeasureOnce(FuzzReader reader)
    {
        // A call that does not end would hide what it hangs on.
        using var watch = new Timer(
            _ => Environment.FailFast($"{reader.Name} hangs on {reader.Path}"),
            null,
            Hanging,
            Timeout.InfiniteTimeSpan
        );
        var space = reader.IsNative ? ReadPeakSpace() : 0;
        var allocated = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        Exception? thrown = null;
        try
        {
            reader.Read();
        }
        catch (Exception error)
        {
            thrown = error;
        }
        var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        double bytes = GC.GetTotalAllocatedBytes() - allocated;
        if (reader.IsNative)
            bytes = Math.Max(bytes, ReadPeakSpace() - space);
        var isRefused = thrown is ArgusException || reader.Refusals.Any(refusal => refusal.IsInstanceOfType(thrown));
        return new FuzzCall(isRefused, milliseconds, bytes / 1e6, null, thrown);
    }

    // The largest address space so far in bytes, which also holds what was allocated and never touched (proc(5)).
    private static long ReadPeakSpace()
    {
        const string name = "VmPeak:";
        const string file = "/proc/self/status";
        return !File.Exists(file)
            ? 0
            : long.Parse(
                File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..^2],
                CultureInfo.InvariantCulture
            ) * 1024;
    }

    // The innermost method of Argus, or the innermost of all.
    private static string FindPlace(Exception error)
    {
        var names = new StackTrace(error)
            .GetFrames()
            .Select(frame => frame.GetMethod())
            .OfType<MethodBase>()
            .Select(method => $"{method.DeclaringType?.FullName}.{method.Name}")
            .ToList();
        return names.FirstOrDefault(name =>
                name.StartsWith("Argus.", StringComparison.Ordinal)
                && !name.StartsWith("Argus.Benchmarks.", StringComparison.Ordinal)
            )
            ?? names.FirstOrDefault()
            ?? "nowhere";
    }
}
