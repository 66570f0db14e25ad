namespace Argus.Web.Queue;

/// <summary>
/// Recognises the containers and pictures that Argus reads by a file's first bytes, so that anything else is refused
/// before it is kept.
/// </summary>
internal static class FileSignature
{
    /// <summary>The number of bytes at a file's beginning that suffice for every format.</summary>
    public const int Length = 200;

    // MPEG transport streams have a sync byte at the start of each packet; Blu-ray puts a header of four bytes before.
    private const int TransportPacketBytes = 188;
    private const int BluRayPacketBytes = 192;
    private const int BluRayHeaderBytes = 4;
    private const byte TransportSync = 0x47;

    private static readonly (int Offset, byte[] Bytes)[] Known =
    [
        // MP4 and QuickTime
        (4, "ftyp"u8.ToArray()),
        (4, "moov"u8.ToArray()),
        (4, "mdat"u8.ToArray()),
        (4, "wide"u8.ToArray()),
        (4, "free"u8.ToArray()),
        (4, "skip"u8.ToArray()),
        // Matroska and WebM
        (0, [0x1A, 0x45, 0xDF, 0xA3]),
        // RIFF: AVI and WebP
        (8, "AVI "u8.ToArray()),
        (8, "AVIX"u8.ToArray()),
        (8, "WEBP"u8.ToArray()),
        // MPEG program stream
        (0, [0, 0, 1, 0xBA]),
        (0, [0, 0, 1, 0xB3]),
        // FLV
        (0, "FLV"u8.ToArray()),
        // Ogg
        (0, "OggS"u8.ToArray()),
        // ASF, of which WMV is one
        (0, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
        // JPEG
        (0, [0xFF, 0xD8, 0xFF]),
        // PNG
        (0, [0x89, .. "PNG"u8]),
    ];

    /// <summary>Tells whether a file begins like a video or picture that Argus reads.</summary>
    /// <param name="head">The first <see cref="Length"/> bytes, or the whole file if it is shorter.</param>
    public static bool IsVideoOrPicture(ReadOnlySpan<byte> head)
    {
        foreach (var (offset, bytes) in Known)
        {
            if (head.Length >= offset + bytes.Length && head.Slice(offset, bytes.Length).SequenceEqual(bytes))
                return true;
        }
        return HasTwoPackets(head, 0, TransportPacketBytes)
            || HasTwoPackets(head, BluRayHeaderBytes, BluRayPacketBytes);
    }

    private static bool HasTwoPackets(ReadOnlySpan<byte> head, int firstSync, int packetBytes) =>
        head.Length > firstSync + packetBytes
        && head[firstSync] == TransportSync
        && head[firstSync + packetBytes] == TransportSync;
}
