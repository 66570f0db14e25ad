using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Argus.Provenance;

/// <summary>Whether a file's bytes have the hash that a manifest names.</summary>
/// <param name="Binding">The outcome.</param>
/// <param name="Reason">Why it was not checked, in words; empty where it was.</param>
internal sealed record HashBinding(ContentBinding Binding, string Reason)
{
    private const int BlockBytes = 1 << 20;
    private const int MostExclusions = 10_000;

    private readonly record struct Range(long From, long To);

    public static HashBinding NotChecked(string reason) => new(ContentBinding.NotChecked, reason);

    /// <summary>Of the assertions <c>c2pa.hash.data</c> and <c>c2pa.hash.bmff</c>, in all versions.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="label">The assertion's, with its version.</param>
    /// <param name="assertion">Its content.</param>
    /// <param name="claimAlgorithm">Of the claim, for assertions that name none.</param>
    public static HashBinding Check(FileStream file, string label, object? assertion, string? claimAlgorithm)
    {
        if (CborTree.Get(assertion, "hash") is not byte[] expected)
            return NotChecked(
                CborTree.Get(assertion, "merkle") is null
                    ? "its hash binding names no hash"
                    : "its fragments are bound by Merkle trees, which are not read"
            );
        var name = CborTree.GetText(assertion, "alg") ?? claimAlgorithm ?? "sha256";
        if (CreateHash(name) is not { } hash)
            return NotChecked($"its hash is of the kind {name}, which is not known here");
        using (hash)
        {
            if (label.StartsWith("c2pa.hash.data", StringComparison.Ordinal))
                AddAllBut(file, hash, FindRanges(CborTree.GetList(assertion, "exclusions")));
            else if (CborTree.Get(assertion, "merkle") is not null)
                return NotChecked("its fragments are bound by Merkle trees, which are not read");
            else
                AddBoxes(file, hash, CborTree.GetList(assertion, "exclusions"), withOffsets: label != "c2pa.hash.bmff");
            var same = CryptographicOperations.FixedTimeEquals(expected, hash.GetHashAndReset());
            return new HashBinding(same ? ContentBinding.Holds : ContentBinding.Broken, "");
        }
    }

    /// <summary>A hash by the name that C2PA gives it; null for one that is not allowed.</summary>
    public static IncrementalHash? CreateHash(string name) =>
        name switch
        {
            "sha256" => IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
            "sha384" => IncrementalHash.CreateHash(HashAlgorithmName.SHA384),
            "sha512" => IncrementalHash.CreateHash(HashAlgorithmName.SHA512),
            _ => null,
        };

    private static List<Range> FindRanges(IReadOnlyList<object?> exclusions) =>
        [
            .. exclusions
                .Take(MostExclusions)
                .Select(one =>
                    (From: CborTree.Get(one, "start") as long?, Length: CborTree.Get(one, "length") as long?)
                )
                .Where(one => one is { From: >= 0, Length: > 0 })
                .Select(one => new Range(one.From!.Value, checked(one.From.Value + one.Length!.Value))),
        ];

    private static void AddAllBut(FileStream file, IncrementalHash hash, List<Range> left)
    {
        long at = 0;
        foreach (var range in left.OrderBy(range => range.From))
        {
            Add(file, hash, at, range.From);
            at = Math.Max(at, range.To);
        }
        Add(file, hash, at, file.Length);
    }

    // From version 2 on each box that stands by itself adds its place before its bytes, so that boxes cannot be moved.
    private static void AddBoxes(
        FileStream file,
        IncrementalHash hash,
        IReadOnlyList<object?> exclusions,
        bool withOffsets
    )
    {
        var boxes = MovieBox.ReadAll(file).ToList();
        var left = new List<Range>();
        foreach (var exclusion in exclusions.Take(MostExclusions))
        foreach (var box in boxes.Where(box => Matches(file, box, exclusion)))
            left.AddRange(FindRanges(box, CborTree.GetList(exclusion, "subset")));
        left.Sort((a, b) => a.From.CompareTo(b.From));
        Span<byte> place = stackalloc byte[8];
        foreach (var box in boxes.Where(box => box.IsTopLevel))
        {
            if (left.Any(range => range.From <= box.Start && range.To >= box.End))
                continue;
            if (withOffsets)
            {
                BinaryPrimitives.WriteInt64BigEndian(place, box.Start);
                hash.AppendData(place);
            }
            var at = box.Start;
            foreach (var range in left.Where(range => range.From < box.End && range.To > box.Start))
            {
                Add(file, hash, at, range.From);
                at = Math.Max(at, range.To);
            }
            Add(file, hash, at, box.End);
        }
    }

    private static IEnumerable<Range> FindRanges(MovieBox box, IReadOnlyList<object?> subset)
    {
        if (subset.Count == 0)
            return [new Range(box.Start, box.End)];
        return subset
            .Select(one => (From: CborTree.Get(one, "offset") as long?, Length: CborTree.Get(one, "length") as long?))
            .Where(one => one is { From: >= 0, Length: >= 0 } && box.Start + one.From < box.End)
            .Select(one => new Range(
                box.Start + one.From!.Value,
                one.Length == 0 ? box.End : Math.Min(box.End, box.Start + one.From.Value + one.Length!.Value)
            ));
    }

    private static bool Matches(FileStream file, MovieBox box, object? exclusion)
    {
        if (CborTree.GetText(exclusion, "xpath") is not { } path || !PathMatches(box.Path, path))
            return false;
        if (CborTree.Get(exclusion, "length") is long length && length != box.End - box.Start)
            return false;
        if (CborTree.Get(exclusion, "version") is long version && !Has(file, box.ContentStart, [(byte)version]))
            return false;
        if (CborTree.Get(exclusion, "flags") is byte[] { Length: 3 } flags && !HasFlags(file, box, flags, exclusion))
            return false;
        return CborTree
            .GetList(exclusion, "data")
            .All(data =>
                CborTree.Get(data, "offset") is long offset
                && CborTree.Get(data, "value") is byte[] value
                && Has(file, box.Start + offset, value)
            );
    }

    // "/moov/trak[2]" is the second track of any movie.
    private static bool PathMatches(string path, string pattern)
    {
        var steps = path.Split('/');
        var wanted = pattern.Split('/');
        return steps.Length == wanted.Length
            && steps
                .Zip(wanted)
                .All(pair =>
                    pair.First == pair.Second
                    || (pair.First.Length > 0 && pair.First[..pair.First.LastIndexOf('[')] == pair.Second)
                );
    }

    private static bool HasFlags(FileStream file, MovieBox box, byte[] flags, object? exclusion)
    {
        var found = ReadAt(file, box.ContentStart + 1, flags.Length);
        return CborTree.Get(exclusion, "exact") is false
            ? found.Length == flags.Length && flags.Zip(found).All(pair => (pair.First & pair.Second) == pair.First)
            : found.AsSpan().SequenceEqual(flags);
    }

    private static bool Has(FileStream file, long at, byte[] value) =>
        ReadAt(file, at, value.Length).AsSpan().SequenceEqual(value);

    private static byte[] ReadAt(FileStream file, long at, int length)
    {
        if (at < 0 || length > file.Length - at)
            return [];
        var bytes = new byte[length];
        file.Position = at;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static void Add(FileStream file, IncrementalHash hash, long from, long to)
    {
        to = Math.Min(to, file.Length);
        if (from >= to)
            return;
        var block = new byte[(int)Math.Min(BlockBytes, to - from)];
        file.Position = from;
        for (var left = to - from; left > 0; )
        {
            var count = file.ReadAtLeast(block.AsSpan(0, (int)Math.Min(block.Length, left)), 1);
            hash.AppendData(block, 0, count);
            left -= count;
        }
    }
}
