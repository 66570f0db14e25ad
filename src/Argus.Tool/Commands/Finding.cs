namespace Argus.Cli.Commands;

/// <summary>Whether a part of what Argus needs is there.</summary>
internal enum Health
{
    Works,
    Optional,
    Broken,
}

/// <summary>What <c>argus doctor</c> found out about a part.</summary>
/// <param name="Part">Its name.</param>
/// <param name="Health">Whether it works.</param>
/// <param name="What">Version, place, or what is wrong.</param>
/// <param name="Mend">What to do; null where nothing is to be done.</param>
internal sealed record Finding(string Part, Health Health, string What, string? Mend = null)
{
    /// <summary>What mends OpenCV and Skia where they do not load.</summary>
    public const string SystemLibraries = "Debian, Ubuntu: apt-get install libgtk-3-0 libdrm2 libatomic1";

    /// <summary>Asks a native library for its version, which loads it.</summary>
    public static Finding OfLibrary(string part, Func<string> version, string mend)
    {
        try
        {
            return new(part, Health.Works, version());
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException)
        {
            return new(part, Health.Broken, error.GetBaseException().Message.Split('\n')[0], mend);
        }
    }
}
