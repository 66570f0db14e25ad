using System.Buffers.Binary;
using System.Text;

namespace Argus.Provenance;

/// <summary>A box of an MP4 or one of its relatives (ISO/IEC 14496-12), with its place in the file.</summary>
/// <param name="Type">Four letters.</param>
/// <param name="Path">Of types, each with its number among its like, such as <c>/moov[1]/trak[2]</c>.</param>
/// <param name="Start">Where its header begins.</param>
/// <param name="ContentStart">Where its content begins.</param>
/// <param name="End">Where the next begins.</param>
internal sealed record MovieBox(string Type, string Path, long Start, long ContentStart, long End)
{
    private const int Deepest = 12;
    private const int MostBoxes = 200_000;

    // Boxes that hold nothing but boxes.
    private static readonly HashSet<string> Holders =
    [
        "moov",
        "trak",
        "edts",
        "mdia",
        "minf",
        "dinf",
        "stbl",
        "mvex",
        "moof",
        "traf",
        "mfra",
        "skip",
        "meco",
        "udta",
    ];

    public long ContentLength => End - ContentStart;

    /// <summary>Whether it lies in no other box.</summary>
    public bool IsTopLevel => Path.LastIndexOf('/') == 0;

    /// <summary>All boxes, each before those that lie in it.</summary>
    /// <exception cref="FormatException">A length is impossible.</exception>
    public static IEnumerable<MovieBox> ReadAll(FileStream file) => Read(file, "", 0, file.Length, 0);

    private static IEnumerable<MovieBox> Read(FileStream file, string parent, long from, long to, int depth)
    {
        var head = new byte[16];
        var counts = new Dictionary<string, int>();
        var left = MostBoxes;
        for (var at = from; at < to; )
        {
            if (left-- == 0)
                throw new FormatException($"the file has more than {MostBoxes} boxes in a row");
            if (to - at < 8)
                throw new FormatException("the file ends within a box");
            file.Position = at;
            Array.Clear(head);
            file.ReadAtLeast(head, 16, throwOnEndOfStream: false);
            long length = BinaryPrimitives.ReadUInt32BigEndian(head);
            var header = 8;
            if (length == 1)
            {
                length = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(8));
                header = 16;
            }
            else if (length == 0)
                length = to - at;
            if (length < header || length > to - at)
                throw new FormatException("a box of the file has an impossible length");
            var type = Encoding.Latin1.GetString(head, 4, 4);
            var number = counts[type] = counts.GetValueOrDefault(type) + 1;
            var box = new MovieBox(type, $"{parent}/{type}[{number}]", at, at + header, at + length);
            yield return box;
            if (depth < Deepest && Holders.Contains(type))
            {
                foreach (var inside in Read(file, box.Path, box.ContentStart, box.End, depth + 1))
                    yield return inside;
            }
            at += length;
        }
    }
}
