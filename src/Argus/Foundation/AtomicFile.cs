using System.Text;

namespace Argus;

/// <summary>Files that appear whole or not at all: written under another name, forced to the disk, renamed.</summary>
public static class AtomicFile
{
    /// <summary>Writes the file whole, in place of one of that name.</summary>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the file whole, in place of one of that name.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var partial = path + ".partial";
        using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(partial, path, overwrite: true);
    }
}
