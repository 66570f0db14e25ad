using System.Buffers.Binary;
using System.Text;

namespace Argus.Training.Checkpoints;

/// <summary>A tensor as a pickle describes it: a view of a storage, in elements.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <param name="Type">PyTorch's name, e.g. <c>FloatStorage</c>.</param>
internal sealed record PickledStorage(string Type, string Key, long Elements);

/// <summary>
/// Reads the pickles that <c>torch.save</c> writes for state dicts and executes nothing: it knows the opcodes that such
/// files use (Python's pickletools) and a fixed table of globals; every other is refused by name.
/// </summary>
internal sealed class PickleReader(byte[] pickle, int start = 0)
{
    private sealed record Global(string Module, string Name);

    private static readonly object Mark = new();
    private const int LargestStack = 1_000_000;

    private static readonly HashSet<string> Storages =
    [
        "DoubleStorage",
        "FloatStorage",
        "HalfStorage",
        "BFloat16Storage",
        "LongStorage",
        "IntStorage",
        "ShortStorage",
        "CharStorage",
        "ByteStorage",
        "BoolStorage",
    ];

    private readonly List<object?> stack = [];
    private readonly Dictionary<int, object?> memo = [];
    private readonly Dictionary<string, PickledStorage> storages = [];
    private int place = start;

    /// <summary>Where the pickle ended that was read.</summary>
    public int Place => place;

    /// <summary>The storages that it refers to, by their keys.</summary>
    public IReadOnlyDictionary<string, PickledStorage> Referred => storages;

    /// <returns>Dictionaries, lists, tuples (arrays), numbers, strings, <see cref="PickledTensor"/>.</returns>
    /// <exception cref="ArgusException">
    /// An opcode or global that state dicts do not use, or a damaged pickle.
    /// </exception>
    public object? Read()
    {
        try
        {
            while (true)
            {
                if (stack.Count > LargestStack)
                    throw new ArgusException("its pickle is deeper than any state dict");
                var opcode = Next();
                if (opcode == '.')
                    return Pop();
                Step(opcode);
            }
        }
        catch (Exception error)
            when (error
                    is ArgumentOutOfRangeException
                        or InvalidCastException
                        or IndexOutOfRangeException
                        or KeyNotFoundException
                        or OverflowException
                        or ArgumentException
                        or NullReferenceException
            )
        {
            throw new ArgusException($"its pickle is damaged at byte {place}", error);
        }
    }

    private void Step(byte opcode)
    {
        switch ((char)opcode)
        {
            case '\x80':
                Next();
                break; // PROTO
            case '\x95':
                ReadBytes(8);
                break; // FRAME
            case '(':
                stack.Add(Mark);
                break;
            case '}':
                stack.Add(new Dictionary<object, object?>());
                break; // EMPTY_DICT
            case ']':
                stack.Add(new List<object?>());
                break;
            case ')':
                stack.Add(Array.Empty<object?>());
                break;
            case 'N':
                stack.Add(null);
                break;
            case '\x88':
                stack.Add(true);
                break;
            case '\x89':
                stack.Add(false);
                break;
            case 'J':
                stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(4)));
                break;
            case 'K':
                stack.Add((long)Next());
                break;
            case 'M':
                stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2)));
                break;
            case '\x8a':
                PushLong(ReadBytes(Next()));
                break; // LONG1
            case 'G':
                stack.Add(BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(8)));
                break;
            case 'X':
                stack.Add(Text((int)BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4))));
                break;
            case 'T':
                stack.Add(Latin(BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(4))));
                break; // BINSTRING, of Python 2
            case 'U':
                stack.Add(Latin(Next()));
                break; // SHORT_BINSTRING
            case '\x8c':
                stack.Add(Text(Next()));
                break; // SHORT_BINUNICODE
            case 'q':
                memo[Next()] = stack[^1];
                break; // BINPUT
            case 'r':
                memo[BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(4))] = stack[^1];
                break;
            case '\x94':
                memo[memo.Count] = stack[^1];
                break; // MEMOIZE
            case 'h':
                stack.Add(memo[Next()]);
                break; // BINGET
            case 'j':
                stack.Add(memo[BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(4))]);
                break;
            case 't':
                stack.Add(PopToMark().ToArray());
                break; // TUPLE
            case '\x85':
                stack.Add(PopMany(1));
                break;
            case '\x86':
                stack.Add(PopMany(2));
                break;
            case '\x87':
                stack.Add(PopMany(3));
                break;
            case 's':
                SetItems(PopMany(2));
                break; // SETITEM
            case 'u':
                SetItems(PopToMark());
                break; // SETITEMS
            case 'a':
                var one = Pop();
                ((List<object?>)stack[^1]!).Add(one);
                break;
            case 'e':
                var many = PopToMark();
                ((List<object?>)stack[^1]!).AddRange(many);
                break;
            case 'c':
                stack.Add(Known(Line(), Line()));
                break; // GLOBAL
            case '\x93':
                var names = PopMany(2);
                stack.Add(Known((string)names[0]!, (string)names[1]!));
                break;
            case 'Q':
                stack.Add(Storage((object?[])Pop()!));
                break; // BINPERSID
            case 'R':
                var arguments = (object?[])Pop()!;
                stack.Add(Call((Global)Pop()!, arguments));
                break;
            case 'b':
                Pop();
                break; // BUILD: an OrderedDict's _metadata, not needed
            default:
                throw new ArgusException(
                    $"its pickle uses opcode 0x{opcode:x2} ('{(char)opcode}'), which no state dict needs; it "
                        + "was not executed"
                );
        }
    }

    private static Global Known(string module, string name) =>
        (module, name) switch
        {

            ("collections", "OrderedDict")
            or
            ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_parameter")
            or ("torch", "Size") => new Global(module, name),
            ("torch", _) when Storages.Contains(name) => new Global(module, name),
            _ => throw new ArgusException(
                $"its pickle asks for {module}.{name}, which no state dict needs; it was not executed"
            ),
        };

    private static object? Call(Global global, object?[] arguments) =>
        global.Name switch
        {
            "OrderedDict" => Ordered(arguments),
            "Size" => arguments[0],
            "_rebuild_tensor_v2" => new PickledTensor(
                (PickledStorage)arguments[0]!,
                (long)arguments[1]!,
                Longs(arguments[2]),
                Longs(arguments[3])
            ),
            "_rebuild_parameter" => (PickledTensor)arguments[0]!,
            _ => throw new ArgusException(
                $"its pickle calls {global.Module}.{global.Name}, which is no function; it was not executed"
            ),
        };

    private static Dictionary<object, object?> Ordered(object?[] arguments)
    {
        var dictionary = new Dictionary<object, object?>();
        if (arguments.Length == 1)
        {
            foreach (var pair in (List<object?>)arguments[0]!)
                dictionary[((object?[])pair!)[0]!] = ((object?[])pair)[1];
        }
        return dictionary;
    }

    // ('storage', type, key, location, elements), and before PyTorch 1.6 which view of another storage: none.
    private PickledStorage Storage(object?[] id) =>
        id is ["storage", Global type, string key, string, long elements, ..] && (id.Length == 5 || id is [.., null])
            ? storages[key] = new PickledStorage(type.Name, key, elements)
            : throw new ArgusException("its pickle refers to something that is no storage of its own");

    private static long[] Longs(object? tuple) => [.. ((object?[])tuple!).Select(item => (long)item!)];

    private void SetItems(IReadOnlyList<object?> items)
    {
        var dictionary = (Dictionary<object, object?>)stack[^1]!;
        for (var i = 0; i < items.Count; i += 2)
            dictionary[items[i]!] = items[i + 1];
    }

    private byte Next() => pickle[place++];

    private ReadOnlySpan<byte> ReadBytes(int count)
    {
        var taken = pickle.AsSpan(place, count);
        place += count;
        return taken;
    }

    private string Text(int bytes) => Encoding.UTF8.GetString(ReadBytes(bytes));

    private string Latin(int bytes) => Encoding.Latin1.GetString(ReadBytes(bytes));

    private string Line()
    {
        var end = Array.IndexOf(pickle, (byte)'\n', place);
        var line = Text(end - place);
        place++;
        return line;
    }

    // Of the numbers that torch.save writes only its mark is longer than 64 bits.
    private void PushLong(ReadOnlySpan<byte> littleEndian)
    {
        var number = new System.Numerics.BigInteger(littleEndian);
        if (number >= long.MinValue && number <= long.MaxValue)
            stack.Add((long)number);
        else
            stack.Add(number);
    }

    private object? Pop()
    {
        var top = stack[^1];
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private object?[] PopMany(int count)
    {
        var popped = stack.GetRange(stack.Count - count, count).ToArray();
        stack.RemoveRange(stack.Count - count, count);
        return popped;
    }

    private List<object?> PopToMark()
    {
        var mark = stack.LastIndexOf(Mark);
        var popped = stack.GetRange(mark + 1, stack.Count - mark - 1);
        stack.RemoveRange(mark, stack.Count - mark);
        return popped;
    }
}
