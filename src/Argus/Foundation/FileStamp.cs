namespace Argus;

/// <summary>By what a file, or a folder of pictures, is known to be the same as before without reading it.</summary>
/// <param name="Bytes">Its length; of a folder the sum of its files' lengths.</param>
/// <param name="Ticks">When it was last written, UTC; of a folder the latest of its files.</param>
internal readonly record struct FileStamp(long Bytes, long Ticks)
{
    /// <summary>The stamp of what lies there; null where nothing does.</summary>
    public static FileStamp? Read(string path)
    {
        if (new FileInfo(path) is { Exists: true } file)
            return new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks);
        if (new DirectoryInfo(path) is not { Exists: true } folder)
            return null;
        var files = folder.GetFiles();
        return new FileStamp(
            files.Sum(one => one.Length),
            files.Select(one => one.LastWriteTimeUtc.Ticks).DefaultIfEmpty().Max()
        );
    }
}
