using System.Buffers.Binary;
using System.Text;

namespace Argus.Provenance;

/// <summary>A box of JUMBF (ISO/IEC 19566-5): a superbox with a label and boxes inside, or content.</summary>
/// <param name="Type">Four letters, such as <c>jumb</c> or <c>cbor</c>.</param>
/// <param name="Content">Without the box's header.</param>
/// <param name="Label">Of a superbox; empty for others.</param>
/// <param name="Kind">Of a superbox: the first four letters of its description's type, such as <c>c2cl</c>.</param>
/// <param name="Boxes">In a superbox, without its description.</param>
internal sealed record JumbfBox(
    string Type,
    ReadOnlyMemory<byte> Content,
    string Label,
    string Kind,
    IReadOnlyList<JumbfBox> Boxes
)
{
    private const int Deepest = 16;
    private const int MostBoxes = 10_000;
    private const int TypeLength = 16;
    private const byte HasLabel = 2;

    /// <summary>All boxes, one after another.</summary>
    /// <exception cref="FormatException">A length is impossible, or they are nested or many beyond reason.</exception>
    public static IReadOnlyList<JumbfBox> Parse(ReadOnlyMemory<byte> bytes)
    {
        var left = MostBoxes;
        return Parse(bytes, 0, ref left);
    }

    private static List<JumbfBox> Parse(ReadOnlyMemory<byte> bytes, int depth, ref int left)
    {
        if (depth > Deepest)
            throw new FormatException($"boxes lie more than {Deepest} deep in one another");
        var boxes = new List<JumbfBox>();
        while (bytes.Length > 0)
        {
            if (left-- == 0)
                throw new FormatException($"there are more than {MostBoxes} boxes");
            var (type, content, after) = Split(bytes);
            bytes = after;
            boxes.Add(type == "jumb" ? ParseSuperbox(content, depth, ref left) : new(type, content, "", "", []));
        }
        return boxes;
    }

    private static JumbfBox ParseSuperbox(ReadOnlyMemory<byte> content, int depth, ref int left)
    {
        var (type, description, inside) = Split(content);
        if (type != "jumd" || description.Length <= TypeLength)
            throw new FormatException("a superbox does not begin with its description");
        var kind = Encoding.Latin1.GetString(description.Span[..4]);
        var label = "";
        if ((description.Span[TypeLength] & HasLabel) != 0)
        {
            var text = description.Span[(TypeLength + 1)..];
            var end = text.IndexOf((byte)0);
            if (end < 0)
                throw new FormatException("a label does not end");
            label = Encoding.UTF8.GetString(text[..end]);
        }
        return new JumbfBox("jumb", content, label, kind, Parse(inside, depth + 1, ref left));
    }

    private static (string Type, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> After) Split(
        ReadOnlyMemory<byte> bytes
    )
    {
        if (bytes.Length < 8)
            throw new FormatException("a box is cut off");
        ulong length = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span);
        var head = 8;
        if (length == 1)
        {
            if (bytes.Length < 16)
                throw new FormatException("a box is cut off");
            length = BinaryPrimitives.ReadUInt64BigEndian(bytes.Span[8..]);
            head = 16;
        }
        if (length == 0)
            length = (ulong)bytes.Length;
        if (length < (ulong)head || length > (ulong)bytes.Length)
            throw new FormatException($"a box says that it is {length} bytes long, where {bytes.Length} are left");
        return (Encoding.Latin1.GetString(bytes.Span.Slice(4, 4)), bytes[head..(int)length], bytes[(int)length..]);
    }

    /// <summary>The first superbox of that kind inside; null without.</summary>
    public JumbfBox? Find(string kind) => Boxes.FirstOrDefault(box => box.Kind == kind);
}
