using System.Buffers.Binary;
using System.Text;

namespace Argus.Video;

/// <summary>A line of a track's edit list: what of its media is shown when (ISO/IEC 14496-12, 8.6.6).</summary>
/// <param name="Track">The track's place in the file, from 0.</param>
/// <param name="DurationSeconds">How long it is shown; 0 for all of it, in fragmented files.</param>
/// <param name="MediaTime">Where it begins, in the media's own units; -1 where nothing is shown.</param>
/// <param name="Rate">1 for ordinary speed, 0 for a still picture.</param>
public sealed record EditListEntry(int Track, double DurationSeconds, long MediaTime, double Rate);

/// <summary>The boxes that an MP4 or MOV file consists of (ISO/IEC 14496-12, 4.2).</summary>
internal static class MovieBoxes
{
    private const int MostEdits = 1000;

    private readonly record struct Box(string Type, long Content, long End);

    /// <summary>
    /// How many movies stand one after another in a file: more than one in files that were joined byte for byte, of
    /// which ffmpeg reads the first alone.
    /// </summary>
    public static int Count(string path)
    {
        using var file = Open(path);
        return Read(file, 0, file.Length).Count(box => box.Type == "moov");
    }

    /// <summary>The edit lists of the first movie in a file, as they stand there; empty where it has none.</summary>
    public static IReadOnlyList<EditListEntry> ReadEditLists(string path)
    {
        using var file = Open(path);
        var movie = Read(file, 0, file.Length).FirstOrDefault(box => box.Type == "moov");
        var parts = movie.Type is null ? [] : Read(file, movie.Content, movie.End).ToList();
        var header = parts.FirstOrDefault(box => box.Type == "mvhd");
        var timeScale = header.Type is null ? 0 : ReadTimeScale(file, header);
        return
        [
            .. parts
                .Where(box => box.Type == "trak")
                .SelectMany(
                    (track, number) =>
                        Read(file, track.Content, track.End)
                            .Where(box => box.Type == "edts")
                            .SelectMany(edits => Read(file, edits.Content, edits.End))
                            .Where(box => box.Type == "elst")
                            .SelectMany(list => ReadEdits(file, list, number, timeScale))
                )
                .Take(MostEdits),
        ];
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    // Up to the first that is damaged or reaches beyond its place.
    private static IEnumerable<Box> Read(FileStream file, long from, long to)
    {
        var head = new byte[16]; // size, type, and a larger size
        for (var at = from; at <= to - 8; )
        {
            file.Position = at;
            Array.Clear(head);
            file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            long size = BinaryPrimitives.ReadUInt32BigEndian(head);
            var length = size == 1 ? 16 : 8;
            if (size == 1)
                size = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(8));
            // To the end of the file, or damaged.
            var end = size < length || size > to - at ? to : at + size;
            yield return new Box(Encoding.Latin1.GetString(head, 4, 4), at + length, end);
            at = end;
        }
    }

    private static uint ReadTimeScale(FileStream file, Box header)
    {
        var content = Content(file, header, 24);
        var place = content.Length > 0 && content[0] == 1 ? 20 : 12;
        return content.Length >= place + 4 ? BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(place)) : 0;
    }

    private static IEnumerable<EditListEntry> ReadEdits(FileStream file, Box list, int track, uint timeScale)
    {
        var content = Content(file, list, 8 + 20 * MostEdits);
        if (content.Length < 8)
            yield break;
        var wide = content[0] == 1;
        var length = wide ? 20 : 12;
        var count = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(4));
        for (var i = 0; i < count && 8 + (i + 1) * length <= content.Length; i++)
        {
            var entry = content.AsMemory(8 + i * length, length);
            yield return new EditListEntry(
                track,
                (
                    wide
                        ? BinaryPrimitives.ReadUInt64BigEndian(entry.Span)
                        : BinaryPrimitives.ReadUInt32BigEndian(entry.Span)
                ) / (double)Math.Max(1, timeScale),
                wide
                    ? BinaryPrimitives.ReadInt64BigEndian(entry.Span[8..])
                    : BinaryPrimitives.ReadInt32BigEndian(entry.Span[4..]),
                BinaryPrimitives.ReadInt32BigEndian(entry.Span[(length - 4)..]) / 65536.0
            );
        }
    }

    private static byte[] Content(FileStream file, Box box, int most)
    {
        var content = new byte[Math.Min(most, box.End - box.Content)];
        file.Position = box.Content;
        return content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
    }
}
