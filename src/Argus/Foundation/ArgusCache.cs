namespace Argus;

/// <summary>
/// Where Argus keeps what it fetched or made once: <c>ARGUS_CACHE</c>, else the user's cache folder (XDG base
/// directories).
/// </summary>
public static class ArgusCache
{
    /// <summary>The folder; it need not exist.</summary>
    public static string Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("ARGUS_CACHE") is { Length: > 0 } chosen)
                return chosen;
            var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
                ? xdg
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(caches, "argus");
        }
    }
}
