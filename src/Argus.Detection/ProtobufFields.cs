namespace Argus.Detection;

/// <summary>
/// The fields of a message in the protobuf wire format (protobuf.dev/programming-guides/encoding), one after another.
/// </summary>
/// <param name="message">The message's bytes.</param>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int EightBytes = 1;
    private const int Delimited = 2;
    private const int FourBytes = 5;
    private const int VarintBits = 7;

    private readonly ReadOnlySpan<byte> message = message;
    private int position;

    /// <summary>The field's number.</summary>
    public int Number { get; private set; }

    /// <summary>The field with its tag and length.</summary>
    public ReadOnlySpan<byte> Whole { get; private set; }

    /// <summary>Its value: a string, bytes or a message without their length.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="InvalidDataException">It is no message.</exception>
    public bool MoveNext()
    {
        if (position == message.Length)
            return false;
        var start = position;
        var tag = ReadVarint();
        Number = (int)(tag >> 3);
        var body = position;
        ulong length = (tag & 7) switch
        {
            Varint => SkipVarint(),
            EightBytes => 8,
            FourBytes => 4,
            Delimited => ReadVarint(),
            _ => throw new InvalidDataException("a field of an unknown kind"),
        };
        if ((tag & 7) == Delimited)
            body = position;
        if (Number == 0 || length > (ulong)(message.Length - body))
            throw new InvalidDataException("a field that is longer than its message");
        position = body + (int)length;
        Whole = message[start..position];
        Body = message[body..position];
        return true;
    }

    /// <summary>Writes a string, bytes or a message.</summary>
    public static void Write(Stream to, int number, ReadOnlySpan<byte> body)
    {
        WriteVarint(to, (ulong)((number << 3) | Delimited));
        WriteVarint(to, (ulong)body.Length);
        to.Write(body);
    }

    /// <summary>Writes a number.</summary>
    public static void Write(Stream to, int number, long value)
    {
        WriteVarint(to, (ulong)((number << 3) | Varint));
        WriteVarint(to, (ulong)value);
    }

    private ulong SkipVarint()
    {
        var before = position;
        ReadVarint();
        return (ulong)(position - before);
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += VarintBits)
        {
            if (position == message.Length)
                throw new InvalidDataException("a number without an end");
            var part = message[position++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
        throw new InvalidDataException("a number without an end");
    }

    private static void WriteVarint(Stream to, ulong value)
    {
        for (; value >= 0x80; value >>= VarintBits)
            to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }
}
