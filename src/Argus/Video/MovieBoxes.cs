using System.Buffers.Binary;

namespace Argus.Video;

/// <summary>The boxes that an MP4 or MOV file consists of (ISO/IEC 14496-12, 4.2).</summary>
internal static class MovieBoxes
{
    /// <summary>
    /// How many movies stand one after another in a file: more than one in files that were joined byte for byte, of
    /// which ffmpeg reads the first alone.
    /// </summary>
    public static int Count(string path)
    {
        Span<byte> head = stackalloc byte[16]; // size, type, and a larger size
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var movies = 0;
        for (long at = 0; at <= file.Length - 8; )
        {
            file.Position = at;
            head.Clear();
            file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            long size = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (size == 1)
                size = BinaryPrimitives.ReadInt64BigEndian(head[8..]);
            if (head[4..8].SequenceEqual("moov"u8))
                movies++;
            // To the end of the file, or damaged.
            if (size < 8 || size > file.Length - at)
                break;
            at += size;
        }
        return movies;
    }
}
