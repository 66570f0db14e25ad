using System.Formats.Tar;
using System.Security.Cryptography;

namespace Argus.Data.Stores;

/// <summary>
/// Writes WebDataset tar shards (github.com/webdataset/webdataset): members of one sample stand together and share the
/// name up to the first dot. A shard appears under its name only when it is whole.
/// </summary>
internal sealed class ShardWriter(string folder, int firstNumber, long largestBytes) : IDisposable
{
    private const int HeaderBytes = 512;

    /// <summary>What a member costs beside its content at most: a header, and the rest of the last block.</summary>
    public const int MemberBytes = 2 * HeaderBytes;

    private FileStream? file;
    private TarWriter? tar;
    private int number = firstNumber;

    public string Name => $"{number:000000}.tar";

    /// <summary>Whether the current shard has no room for so many more bytes.</summary>
    public bool IsFull(long moreBytes) => file is not null && file.Position + moreBytes > largestBytes;

    public bool IsOpen => file is not null;

    /// <summary>Where the next member's header will be.</summary>
    public long Position => file!.Position;

    /// <returns>Where the content begins in the shard.</returns>
    public long Add(string name, byte[] content)
    {
        // Without a buffer of its own, so that nothing is left to be written, and to fail, when it is dropped.
        file ??= new FileStream(PartialPath, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        tar ??= new TarWriter(file, TarEntryFormat.Ustar, leaveOpen: true);
        var header = file.Position;
        // Times and owners are fixed, so that the same videos give the same bytes.
        tar.WriteEntry(
            new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(content),
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            }
        );
        return header + HeaderBytes;
    }

    /// <summary>Finishes the current shard; the next <see cref="Add"/> begins another.</summary>
    public void Close()
    {
        if (file is null)
            return;
        tar!.Dispose();
        file.Flush(flushToDisk: true);
        file.Position = 0;
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        file.Dispose();
        var path = Path.Combine(folder, Name);
        File.WriteAllText(StoreFolder.Hash(path), $"{hash}  {Name}\n");
        File.Move(PartialPath, path, overwrite: true);
        file = null;
        tar = null;
        number++;
    }

    /// <summary>Drops a shard that was not closed.</summary>
    public void Dispose()
    {
        if (file is null)
            return;
        file.Dispose();
        File.Delete(PartialPath);
    }

    private string PartialPath => Path.Combine(folder, Name + ".partial");
}
