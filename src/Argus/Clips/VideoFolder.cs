namespace Argus.Clips;

/// <summary>
/// Finds video files the way the datasets are found on disk: any letter case, sometimes one folder deeper.
/// </summary>
internal static class VideoFolder
{
    private static readonly string[] Extensions = [".mp4", ".avi", ".mov", ".mkv", ".webm"];

    // What people's own recordings are in beside those; the published datasets have none of them.
    private static readonly string[] OtherExtensions =
    [
        ".m4v",
        ".mpg",
        ".mpeg",
        ".ts",
        ".mts",
        ".m2ts",
        ".3gp",
        ".flv",
        ".wmv",
        ".ogv",
        ".gif",
    ];

    private static readonly EnumerationOptions AnyDepth = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = DeepestFolder,
    };
    private const int DeepestFolder = 20; // a link that leads back to its own folder would never end

    private static readonly EnumerationOptions AnyCase = new()
    {
        MatchCasing = MatchCasing.CaseInsensitive,
        IgnoreInaccessible = true,
    };

    /// <summary>
    /// The folder under <paramref name="root"/> that the parts name, whatever their letter case; null if there is none.
    /// </summary>
    public static string? Find(string root, params ReadOnlySpan<string> parts)
    {
        var folder = root;
        foreach (var part in parts)
        {
            if (!Directory.Exists(folder))
                return null;
            var found = Directory
                .EnumerateDirectories(folder, part, AnyCase)
                .Order(StringComparer.Ordinal)
                .FirstOrDefault();
            if (found is null)
                return null;
            folder = found;
        }
        return folder;
    }

    /// <summary>Videos of a folder, also of a <c>videos</c> folder in it; ordered by name.</summary>
    public static IEnumerable<string> Videos(string folder)
    {
        var inner = Find(folder, "videos");
        return new[] { folder, inner }
            .OfType<string>()
            .SelectMany(place => Directory.EnumerateFiles(place, "*", AnyCase))
            .Where(HasVideoName)
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Whether a file's name ends like a video's.</summary>
    public static bool HasVideoName(string file) => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant());

    /// <summary>Whether a file's name ends like a picture's.</summary>
    public static bool HasPictureName(string file) => PictureSequence.HasPictureName(file);

    /// <summary>Whether a file's name ends like a video's or a picture's.</summary>
    public static bool HasMediaName(string file) =>
        HasVideoName(file)
        || HasPictureName(file)
        || OtherExtensions.Contains(Path.GetExtension(file).ToLowerInvariant());

    /// <summary>The folders directly in a folder, but hidden ones.</summary>
    internal static IEnumerable<string> Folders(string folder) =>
        Directory.EnumerateDirectories(folder, "*", new EnumerationOptions());

    /// <summary>All files at any depth but hidden ones, ordered by path.</summary>
    internal static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder, "*", AnyDepth).Order(StringComparer.Ordinal);

    public static string Relative(string root, string file) => Path.GetRelativePath(root, file).Replace('\\', '/');
}
