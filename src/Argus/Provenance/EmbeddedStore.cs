using System.Buffers.Binary;
using System.Text;

namespace Argus.Provenance;

/// <summary>
/// Where a file keeps its manifests: JPEG in APP11 segments, PNG in a <c>caBX</c> chunk, MP4 and its relatives in a
/// <c>uuid</c> box (C2PA Technical Specification 2.2, appendix A).
/// </summary>
internal static class EmbeddedStore
{
    /// <summary>More is not read.</summary>
    public const int LargestStore = 64 << 20;

    /// <summary>The extended type of the box that holds a C2PA manifest.</summary>
    public static ReadOnlySpan<byte> BoxId =>
        [0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81];

    private static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The manifests' JUMBF; null where the file has none, or is of another kind.</summary>
    /// <exception cref="FormatException">They are damaged or too large.</exception>
    public static byte[]? Read(FileStream file)
    {
        var head = new byte[12];
        file.Position = 0;
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
            return null;
        return head is [0xFF, 0xD8, ..] ? ReadJpeg(file)
            : head.AsSpan().StartsWith(PngSignature) ? ReadPng(file)
            : IsMovie(head) ? ReadMovie(file)
            : null;
    }

    /// <summary>Whether it begins as an MP4, MOV, HEIF or AVIF.</summary>
    public static bool IsMovie(ReadOnlySpan<byte> head) => head.Length >= 8 && head[4..8].SequenceEqual("ftyp"u8);

    private static byte[]? ReadJpeg(FileStream file)
    {
        // By box instance number; each part but the first repeats the box's header.
        var parts = new SortedDictionary<int, SortedDictionary<uint, byte[]>>();
        var head = new byte[4];
        long kept = 0;
        for (file.Position = 2; file.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4; )
        {
            // Up to the picture itself.
            if (head[0] != 0xFF || head[1] is 0xDA or 0xD9)
                break;
            var length = BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(2)) - 2;
            if (length < 0)
                throw new FormatException("a JPEG segment has an impossible length");
            var next = file.Position + length;
            if (head[1] == 0xEB && length >= 16)
            {
                var content = Content(file, length, ref kept);
                if (content.AsSpan().StartsWith("JP"u8))
                {
                    var instance = BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(2));
                    if (!parts.TryGetValue(instance, out var sequence))
                        parts[instance] = sequence = [];
                    sequence[BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(4))] = content[8..];
                }
            }
            file.Position = next;
        }
        foreach (var sequence in parts.Values)
        {
            var joined = Join([.. sequence.Values]);
            if (IsStore(joined))
                return joined;
        }
        return null;
    }

    private static byte[] Join(IReadOnlyList<byte[]> parts)
    {
        var header = BinaryPrimitives.ReadUInt32BigEndian(parts[0]) == 1 ? 16 : 8;
        return [.. parts[0], .. parts.Skip(1).SelectMany(part => part.Skip(header))];
    }

    // A JUMBF superbox whose description has the type of a C2PA manifest store.
    private static bool IsStore(ReadOnlySpan<byte> bytes)
    {
        var header = bytes.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(bytes) == 1 ? 16 : 8;
        return bytes.Length >= header + 12
            && bytes[4..8].SequenceEqual("jumb"u8)
            && bytes[(header + 8)..(header + 12)].SequenceEqual("c2pa"u8);
    }

    private static byte[]? ReadPng(FileStream file)
    {
        var head = new byte[8];
        long kept = 0;
        for (file.Position = PngSignature.Length; file.ReadAtLeast(head, 8, throwOnEndOfStream: false) == 8; )
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (head.AsSpan(4).SequenceEqual("caBX"u8))
                return Content(file, length, ref kept);
            file.Position += length + 4; // and the check sum
        }
        return null;
    }

    private static byte[]? ReadMovie(FileStream file)
    {
        long kept = 0;
        foreach (var box in MovieBox.ReadAll(file))
        {
            if (box.Type != "uuid" || box.ContentLength < 24)
                continue;
            file.Position = box.ContentStart;
            var id = new byte[16];
            file.ReadExactly(id);
            if (!BoxId.SequenceEqual(id))
                continue;
            var content = Content(file, box.ContentLength - id.Length, ref kept);
            // Version and flags, what it is for, and where the Merkle trees lie.
            var end = content.AsSpan(4).IndexOf((byte)0);
            var purpose = end < 0 ? "" : Encoding.Latin1.GetString(content, 4, end);
            const int Offset = 8;
            if (purpose is "manifest" or "original" or "update" && content.Length > 5 + end + Offset)
                return content[(5 + end + Offset)..];
        }
        return null;
    }

    private static byte[] Content(FileStream file, long length, ref long kept)
    {
        kept += length;
        if (kept > LargestStore)
            throw new FormatException(
                $"its manifests are said to be {kept / 1e6:0} MB; more than {LargestStore >> 20} MB are not read"
            );
        if (length > file.Length - file.Position)
            throw new FormatException("its manifests are cut off");
        var content = new byte[length];
        file.ReadExactly(content);
        return content;
    }
}
