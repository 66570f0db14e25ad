namespace Argus.Data.Datasets;

/// <summary>Several folders named as one, with the separator of <c>PATH</c> between: <c>portraits:talks</c>.</summary>
public static class FolderList
{
    /// <summary>One name for several folders.</summary>
    /// <exception cref="RequestException">A folder's name holds the separator.</exception>
    public static string Join(IReadOnlyList<string> folders) =>
        folders.Count > 1 && folders.FirstOrDefault(folder => folder.Contains(Path.PathSeparator)) is { } odd
            ? throw new RequestException(
                $"{odd} holds a '{Path.PathSeparator}', which separates folders. Give it alone, or rename it."
            )
            : string.Join(Path.PathSeparator, folders);

    /// <summary>The folders, each once; a name that is a folder as it is stands for itself.</summary>
    internal static IReadOnlyList<string> Split(string text) =>
        Directory.Exists(text)
            ? [text]
            :
            [
                .. text.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                    .DistinctBy(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            ];

    /// <summary>The deepest folder that holds them all.</summary>
    internal static string FindRoot(IReadOnlyList<string> folders)
    {
        if (folders.Count == 1)
            return folders[0];
        var full = folders.Select(folder => Path.GetFullPath(folder) + Path.DirectorySeparatorChar).ToList();
        var root = full[0];
        while (!full.All(folder => folder.StartsWith(root, StringComparison.Ordinal)))
            root = root[..(root.TrimEnd(Path.DirectorySeparatorChar).LastIndexOf(Path.DirectorySeparatorChar) + 1)];
        return root.Length > 1 ? Path.TrimEndingDirectorySeparator(root) : root;
    }
}
