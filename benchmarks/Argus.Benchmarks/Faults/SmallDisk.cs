using CliWrap;
using CliWrap.Buffered;

namespace Argus.Benchmarks.Faults;

/// <summary>A disk in memory that holds so many bytes. Only root can mount one.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <returns>Null where this user may not.</returns>
    public static async Task<SmallDisk?> TryMountAsync(string folder, long bytes, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var refusal = await RunAsync("mount", ["-t", "tmpfs", "-o", $"size={bytes}", "tmpfs", folder], cancel);
        return refusal is null ? new SmallDisk(folder) : null;
    }

    public async Task ResizeAsync(long bytes, CancellationToken cancel)
    {
        if (await RunAsync("mount", ["-o", $"remount,size={bytes}", Folder], cancel) is { } refusal)
            throw new ArgusException($"The disk at {Folder} could not be made larger: {refusal}");
    }

    public async ValueTask DisposeAsync() => await RunAsync("umount", [Folder], CancellationToken.None);

    // Null: it was done; else what the program said.
    private static async Task<string?> RunAsync(string program, string[] arguments, CancellationToken cancel)
    {
        var result = await CliWrap
            .Cli.Wrap(program)
            .WithArguments(arguments)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancel);
        return result.ExitCode == 0 ? null : result.StandardError.Trim();
    }
}
