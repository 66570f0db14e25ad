using System.Buffers.Binary;
using System.Text;

namespace Argus.Benchmarks.Fuzzing;

/// <summary>
/// Makes damaged and hostile files of valid ones: flipped bits, cuts, repeats, lengths that lie, numbers and words that
/// readers stumble over, halves of two files.
/// </summary>
/// <param name="corpus">Valid files of one kind.</param>
internal sealed class FuzzMutator(IReadOnlyList<byte[]> corpus)
{
    private const int LargestBytes = 1_000_000;
    private const int LongestChunk = 64;
    private const int MostRepeats = 20_000;

    private static readonly long[] Numbers =
    [
        0,
        1,
        -1,
        sbyte.MaxValue,
        byte.MaxValue,
        short.MinValue,
        short.MaxValue,
        ushort.MaxValue,
        int.MinValue,
        int.MaxValue,
        uint.MaxValue,
        long.MinValue,
        long.MaxValue,
        1 << 20,
        1 << 30,
    ];

    // What text formats give a meaning to.
    private static readonly string[] Words =
    [
        .. "null|true|-1|0|1e999|-1e999|NaN|Infinity|99999999999999999999|-0.0|1.5|[]|{}|\"\"|\"|\\u0000|\\ud800".Split(
            '|'
        ),
        .. "[|]|{|}|,|:|;|\n|\r\n| |  |\t|&a |*a|<<|!!int |---\n|--|../../../../etc/passwd|%00|\0|\uFEFF|ß|N/A".Split(
            '|'
        ),
    ];

    /// <summary>A file with one to eight damages, which follow from the stream alone.</summary>
    /// <param name="random">A stream of its own for every file.</param>
    public byte[] Create(KeyedRandom random)
    {
        var bytes = new List<byte>(random.Pick(corpus));
        do Damage(bytes, random);
        while (random.Chance(0.5) && bytes.Count < LargestBytes);
        return bytes.Count <= LargestBytes ? [.. bytes] : [.. bytes[..LargestBytes]];
    }

    private void Damage(List<byte> bytes, KeyedRandom random)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(random.Pick(corpus));
            return;
        }
        var place = random.Next(bytes.Count);
        var length = 1 + random.Next(Math.Min(LongestChunk, bytes.Count - place));
        switch (random.Next(12))
        {
            case 0:
                bytes[place] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[place] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(place, bytes.Count - place);
                break;
            case 3:
                bytes.RemoveRange(place, length);
                break;
            case 4:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(place, length));
                break;
            case 5:
                Repeat(bytes, place, 1 + random.Next(Math.Min(4, length)), random);
                break;
            case 6:
                bytes.InsertRange(place, Enumerable.Range(0, length).Select(_ => (byte)random.Next(256)));
                break;
            case 7:
                Overwrite(bytes, place, random.Pick(Numbers), random);
                break;
            case 8:
                var other = random.Pick(corpus);
                bytes.RemoveRange(place, bytes.Count - place);
                bytes.AddRange(other.AsSpan(random.Next(other.Length)));
                break;
            case 9:
                ChangeLength(bytes, random);
                break;
            case 10:
                ReplaceWord(bytes, place, random);
                break;
            default:
                bytes.InsertRange(place, Encoding.UTF8.GetBytes(random.Pick(Words)));
                break;
        }
    }

    // Deep nesting and long runs.
    private static void Repeat(List<byte> bytes, int place, int length, KeyedRandom random)
    {
        var chunk = bytes.GetRange(place, length);
        var times = random.Next(random.Chance(0.1) ? MostRepeats : 100);
        bytes.InsertRange(place, Enumerable.Repeat(chunk, times).SelectMany(same => same));
    }

    private static void Overwrite(List<byte> bytes, int place, long number, KeyedRandom random)
    {
        Span<byte> written = stackalloc byte[sizeof(long)];
        var width = 1 << random.Next(4);
        if (random.Chance(0.5))
            BinaryPrimitives.WriteInt64LittleEndian(written, number);
        else
            BinaryPrimitives.WriteInt64BigEndian(written, number << (64 - 8 * width));
        for (var i = 0; i < width && place + i < bytes.Count; i++)
            bytes[place + i] = written[i];
    }

    // The first four bytes after a random place that, as a number, could say how long or where something is.
    private static void ChangeLength(List<byte> bytes, KeyedRandom random)
    {
        Span<byte> field = stackalloc byte[sizeof(uint)];
        var bigEndian = random.Chance(0.5);
        for (var place = random.Next(bytes.Count); place + field.Length <= bytes.Count; place++)
        {
            for (var i = 0; i < field.Length; i++)
                field[i] = bytes[place + i];
            var number = bigEndian
                ? BinaryPrimitives.ReadUInt32BigEndian(field)
                : BinaryPrimitives.ReadUInt32LittleEndian(field);
            if (number == 0 || number > bytes.Count)
                continue;
            uint[] lies = [number - 1, number + 1, number * 2, number << 8, number << 16, uint.MaxValue - number];
            if (bigEndian)
                BinaryPrimitives.WriteUInt32BigEndian(field, random.Pick(lies));
            else
                BinaryPrimitives.WriteUInt32LittleEndian(field, random.Pick(lies));
            for (var i = 0; i < field.Length; i++)
                bytes[place + i] = field[i];
            return;
        }
    }

    // A number, name or string of a text format becomes another word, or one that stands elsewhere in the file.
    private static void ReplaceWord(List<byte> bytes, int place, KeyedRandom random)
    {
        var (from, to) = FindWord(bytes, place);
        var (otherFrom, otherTo) = FindWord(bytes, random.Next(bytes.Count));
        var word = random.Chance(0.7)
            ? Encoding.UTF8.GetBytes(random.Pick(Words))
            : [.. bytes.GetRange(otherFrom, otherTo - otherFrom)];
        bytes.RemoveRange(from, to - from);
        bytes.InsertRange(from, word);
    }

    private static (int From, int To) FindWord(List<byte> bytes, int place)
    {
        bool IsOfWord(int i) => char.IsAsciiLetterOrDigit((char)bytes[i]) || bytes[i] is (byte)'.' or (byte)'-';
        while (place < bytes.Count - 1 && !IsOfWord(place))
            place++;
        var from = place;
        while (from > 0 && IsOfWord(from - 1))
            from--;
        while (place < bytes.Count && IsOfWord(place))
            place++;
        return (from, place);
    }
}
