namespace Argus;

/// <summary>Long lists of names in a sentence.</summary>
internal static class FirstNames
{
    private const int Shown = 3;

    /// <summary>The first names, and how many more there are.</summary>
    public static string Join(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? $" and {names.Count - Shown} more" : "");
}
