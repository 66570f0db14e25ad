namespace Argus.Web.Queue;

/// <summary>The first bytes of containers and pictures that are read: what is none of them is not even kept.</summary>
internal static class FileSignature
{
    /// <summary>So many bytes say it.</summary>
    public const int Length = 200;

    private const int TransportPacket = 188;
    private const int BluRayPacket = 192;
    private const int BluRayHeader = 4;
    private const byte TransportSync = 0x47;

    private static readonly (int Offset, byte[] Bytes)[] Known =
    [
        (4, "ftyp"u8.ToArray()),
        (4, "moov"u8.ToArray()),
        (4, "mdat"u8.ToArray()),
        (4, "wide"u8.ToArray()),
        (4, "free"u8.ToArray()),
        (4, "skip"u8.ToArray()), // MP4, QuickTime
        (0, [0x1A, 0x45, 0xDF, 0xA3]), // Matroska, WebM
        (8, "AVI "u8.ToArray()),
        (8, "AVIX"u8.ToArray()),
        (8, "WEBP"u8.ToArray()), // RIFF
        (0, [0, 0, 1, 0xBA]),
        (0, [0, 0, 1, 0xB3]), // MPEG program stream
        (0, "FLV"u8.ToArray()),
        (0, "OggS"u8.ToArray()),
        (0, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]), // ASF
        (0, [0xFF, 0xD8, 0xFF]),
        (0, [0x89, .. "PNG"u8]),
    ];

    public static bool IsVideoOrPicture(ReadOnlySpan<byte> head)
    {
        foreach (var (offset, bytes) in Known)
        {
            if (head.Length >= offset + bytes.Length && head.Slice(offset, bytes.Length).SequenceEqual(bytes))
                return true;
        }
        return IsAt(head, 0, TransportPacket) || IsAt(head, BluRayHeader, BluRayPacket);
    }

    // MPEG transport stream: a sync byte at the start of each packet.
    private static bool IsAt(ReadOnlySpan<byte> head, int first, int packet) =>
        head.Length > first + packet && head[first] == TransportSync && head[first + packet] == TransportSync;
}
