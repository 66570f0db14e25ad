using System.Globalization;

namespace Argus.Benchmarks.Faults;

/// <summary>A clock of their own for programs, through libfaketime (Debian's package <c>faketime</c>).</summary>
/// <param name="file">Where the clock's offset stands while they run.</param>
internal sealed class MovableClock(string file)
{
    private const string Library = "libfaketimeMT.so.1";

    /// <summary>Whether it is installed.</summary>
    public static bool IsInstalled => Find() is not null;

    /// <summary>Programs that are started in these have this clock.</summary>
    public Surroundings Surroundings =>
        Surroundings.Usual with
        {
            Environment = new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = Find()!,
                ["FAKETIME_TIMESTAMP_FILE"] = file,
                ["FAKETIME_NO_CACHE"] = "1",
                // How long something takes does not change when a clock is set.
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            },
        };

    public void Set(TimeSpan offset) =>
        File.WriteAllText(file, offset.TotalSeconds.ToString("+0;-0", CultureInfo.InvariantCulture) + "\n");

    private static string? Find() =>
        new[] { "/usr/lib", "/usr/lib64" }
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder, "*-linux-gnu").Append(folder))
            .Select(folder => Path.Combine(folder, "faketime", Library))
            .FirstOrDefault(File.Exists);
}
