namespace Argus;

/// <summary>
/// Where Argus keeps what it fetched or made once: <c>ARGUS_CACHE</c>, else the user's cache folder (XDG base
/// directories), else a folder of the user's under the temporary one. It never depends on the current folder.
/// </summary>
public static class ArgusCache
{
    private const string Variable = "ARGUS_CACHE";

    /// <summary>The folder; where <c>ARGUS_CACHE</c> names it, it need not exist.</summary>
    /// <exception cref="RequestException"><c>ARGUS_CACHE</c> is no absolute path.</exception>
    /// <exception cref="ArgusException">There is no folder that can be used.</exception>
    public static string Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
                return Path.IsPathFullyQualified(chosen)
                    ? chosen
                    : throw new RequestException($"{Variable} {chosen} is not absolute; give a whole path.");
            // The standard says that relative paths are to be ignored.
            if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } xdg && Path.IsPathFullyQualified(xdg))
                return Path.Combine(xdg, "argus");
            var home = Environment.GetFolderPath(
                Environment.SpecialFolder.UserProfile,
                Environment.SpecialFolderOption.DoNotVerify
            );
            var usual = Path.Combine(home, ".cache", "argus");
            return Path.IsPathFullyQualified(home) && Directory.Exists(home) && CanCreate(usual)
                ? usual
                : PrivateFolder.Create("argus-cache");
        }
    }

    private static bool CanCreate(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
