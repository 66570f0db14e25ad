using System.Buffers.Binary;

namespace Argus.Benchmarks.Fuzzing;

/// <summary>
/// Makes damaged and hostile inputs of good ones: what AFL's havoc stage does (bits, bytes, lengths, chunks, splices),
/// from a seeded generator, so that the same seed gives the same inputs.
/// </summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> corpus)
{
    private const int MostChanges = 6;
    private const int LargestChunk = 64;

    // Where lengths, counts and signs break.
    private static readonly long[] Telling =
    [
        0,
        1,
        -1,
        127,
        128,
        255,
        256,
        32_767,
        65_535,
        int.MaxValue,
        int.MinValue,
        uint.MaxValue,
        long.MaxValue,
        long.MinValue,
        1L << 40,
    ];

    private static readonly string[] Words =
    [
        "null",
        "-1",
        "1e999",
        "99999999999999999999",
        "NaN",
        "\"",
        "{",
        "[",
        "]",
        "}",
        ":",
        ",",
        "\n",
        "\0",
        "\\u0000",
        "\ud83d\ude00",
        "..",
        "/",
        "true",
    ];

    private readonly Random random = new(seed);

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        var bytes = Pick().ToList();
        for (var changes = random.Next(1, MostChanges + 1); changes > 0; changes--)
            Change(bytes);
        return [.. bytes];
    }

    private byte[] Pick() => corpus[random.Next(corpus.Count)];

    private void Change(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, LargestChunk), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                WriteNumber(bytes, at);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4: // a chunk twice, or many times
                var chunk = bytes.GetRange(at, length);
                for (var times = random.Next(8) == 0 ? 200 : 1; times > 0; times--)
                    bytes.InsertRange(at, chunk);
                break;
            case 5:
                bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]));
                break;
            case 6: // cut off
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 7: // the beginning of one, the end of another
                var other = Pick();
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(Math.Min(at, other.Length)));
                break;
            default:
                var noise = new byte[random.Next(1, LargestChunk)];
                random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
        }
    }

    private void WriteNumber(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[8];
        var value = Telling[random.Next(Telling.Length)];
        if (random.Next(2) == 0)
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
        else
            BinaryPrimitives.WriteInt64BigEndian(number, value);
        number = number[..(1 << random.Next(4))];
        for (var i = 0; i < number.Length && at + i < bytes.Count; i++)
            bytes[at + i] = number[i];
    }
}
