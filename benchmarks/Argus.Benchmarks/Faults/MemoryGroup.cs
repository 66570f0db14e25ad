namespace Argus.Benchmarks.Faults;

/// <summary>A control group of the Linux kernel whose processes share so much memory. Only root can make one.</summary>
internal sealed class MemoryGroup : IDisposable
{
    // cgroups(7): version 2, version 1 as most systems mount it.
    private static readonly (string Root, string Limit)[] Versions =
    [
        ("/sys/fs/cgroup", "memory.max"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
    ];

    private readonly string folder;

    private MemoryGroup(string folder) => this.folder = folder;

    /// <summary>Programs that are started in these are in the group.</summary>
    public Surroundings Surroundings =>
        Surroundings.Usual with
        {
            Before = ["sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", Path.Combine(folder, "cgroup.procs")],
        };

    /// <returns>Null where the system has no such groups, or not for this user.</returns>
    public static MemoryGroup? TryCreate(long bytes)
    {
        foreach (var (root, limit) in Versions)
        {
            var folder = Path.Combine(root, $"argus-{Environment.ProcessId}");
            try
            {
                Directory.CreateDirectory(folder);
                if (File.Exists(Path.Combine(folder, limit)))
                {
                    File.WriteAllText(Path.Combine(folder, limit), $"{bytes}");
                    return new MemoryGroup(folder);
                }
                Directory.Delete(folder);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
        return null;
    }

    public void Dispose() => Directory.Delete(folder);
}
