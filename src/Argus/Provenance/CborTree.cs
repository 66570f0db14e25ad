using System.Formats.Cbor;

namespace Argus.Provenance;

/// <summary>
/// CBOR (RFC 8949) as a tree: dictionaries by text, lists, text, <c>byte[]</c>, <c>long</c>, <c>double</c>, <c>bool</c>
/// or null. Tags are left out.
/// </summary>
internal static class CborTree
{
    private const int Deepest = 32;
    private const int MostValues = 200_000;

    /// <exception cref="FormatException">It is no CBOR, or nested or large beyond reason.</exception>
    public static object? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var left = MostValues;
            return Read(new CborReader(bytes, CborConformanceMode.Lax), 0, ref left);
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new FormatException($"its CBOR is damaged: {error.Message}", error);
        }
    }

    private static object? Read(CborReader reader, int depth, ref int left)
    {
        if (depth > Deepest)
            throw new FormatException($"its CBOR is nested more than {Deepest} deep");
        if (left-- == 0)
            throw new FormatException($"its CBOR has more than {MostValues} values");
        while (reader.PeekState() == CborReaderState.Tag)
            reader.ReadTag();
        switch (reader.PeekState())
        {
            case CborReaderState.StartMap:
                var map = new Dictionary<string, object?>();
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    var key = Read(reader, depth + 1, ref left)?.ToString() ?? "";
                    map[key] = Read(reader, depth + 1, ref left);
                }
                reader.ReadEndMap();
                return map;
            case CborReaderState.StartArray:
                var list = new List<object?>();
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray)
                    list.Add(Read(reader, depth + 1, ref left));
                reader.ReadEndArray();
                return list;
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                return reader.ReadTextString();
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString:
                return reader.ReadByteString();
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                return reader.ReadInt64();
            case CborReaderState.HalfPrecisionFloat
            or CborReaderState.SinglePrecisionFloat
            or CborReaderState.DoublePrecisionFloat:
                return reader.ReadDouble();
            case CborReaderState.Boolean:
                return reader.ReadBoolean();
            default:
                reader.SkipValue();
                return null;
        }
    }

    /// <summary>A map's value; null where it is no map or lacks it.</summary>
    public static object? Get(object? tree, string key) =>
        tree is Dictionary<string, object?> map ? map.GetValueOrDefault(key) : null;

    /// <summary>A map's text; null where it has none of that name.</summary>
    public static string? GetText(object? tree, string key) => Get(tree, key) as string;

    /// <summary>A map's list; empty where it has none of that name.</summary>
    public static IReadOnlyList<object?> GetList(object? tree, string key) => Get(tree, key) as List<object?> ?? [];
}
