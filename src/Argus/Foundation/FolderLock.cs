namespace Argus;

/// <summary>One process at a time in a folder. The lock goes with the process, however it ends.</summary>
public static class FolderLock
{
    /// <param name="what">What the other process does, for the message: "is writing".</param>
    /// <param name="folder">The folder that is locked.</param>
    /// <exception cref="ArgusException">Another process holds it.</exception>
    public static IDisposable Acquire(string folder, string what)
    {
        var file = Path.Combine(folder, ".lock");
        try
        {
            return new FileStream(
                file,
                FileMode.OpenOrCreate,
                FileAccess.Write,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose
            );
        }
        catch (IOException error) when (File.Exists(file))
        {
            throw new ArgusException(
                $"Another process {what} {folder} ({error.Message.TrimEnd('.')}). Wait for it, or choose "
                    + "another folder.",
                error
            );
        }
    }
}
