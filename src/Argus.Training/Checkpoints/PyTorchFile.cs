using System.Buffers.Binary;
using System.IO.Compression;
using static TorchSharp.torch;

namespace Argus.Training.Checkpoints;

/// <summary>
/// Reads what <c>torch.save</c> writes, a zip with a pickle or before PyTorch 1.6 pickles alone, without executing
/// anything.
/// </summary>
internal static class PyTorchFile
{
    private const string PickleName = "data.pkl";
    private const long LegacyVersion = 1001;
    private const long LargestPickle = 1 << 26;
    private const long LargestRatio = 1032; // Deflate makes no more of a byte

    private static readonly Dictionary<string, (ScalarType Type, int Bytes)> Types = new()
    {
        ["DoubleStorage"] = (ScalarType.Float64, 8),
        ["FloatStorage"] = (ScalarType.Float32, 4),
        ["HalfStorage"] = (ScalarType.Float16, 2),
        ["BFloat16Storage"] = (ScalarType.BFloat16, 2),
        ["LongStorage"] = (ScalarType.Int64, 8),
        ["IntStorage"] = (ScalarType.Int32, 4),
        ["ShortStorage"] = (ScalarType.Int16, 2),
        ["CharStorage"] = (ScalarType.Int8, 1),
        ["ByteStorage"] = (ScalarType.Byte, 1),
        ["BoolStorage"] = (ScalarType.Bool, 1),
    };

    /// <summary>A file of PyTorch 1.6 and later: a zip.</summary>
    /// <exception cref="ArgusException">
    /// Damaged, or it asks for something that state dicts do not need; the message lacks the file's name.
    /// </exception>
    public static Dictionary<string, Tensor> ReadZip(ZipArchive zip)
    {
        var pickle = zip.Entries.First(IsPickle);
        var folder = pickle.FullName[..^PickleName.Length];
        if (
            zip.GetEntry(folder + "byteorder") is { } order
            && System.Text.Encoding.ASCII.GetString(Bytes(order)) != "little"
        )
            throw new ArgusException("it was written on a big-endian machine");
        return ReadTensors(new PickleReader(Bytes(pickle)).Read(), Open);

        Stream Open(PickledStorage storage, string name)
        {
            var entry =
                zip.GetEntry($"{folder}data/{storage.Key}")
                ?? throw new ArgusException($"the data of {name} is missing");
            var bytes = checked(storage.Elements * Types[storage.Type].Bytes);
            if (entry.Length != bytes)
                throw new ArgusException($"the data of {name} has {entry.Length} bytes, not {bytes}");
            CheckLength(entry);
            return entry.Open();
        }
    }

    /// <summary>Whether a zip is what <c>torch.save</c> writes.</summary>
    public static bool IsPyTorch(ZipArchive zip) => zip.Entries.Any(IsPickle);

    /// <summary>
    /// A file of PyTorch before 1.6, or one saved with <c>_use_new_zipfile_serialization=False</c>: four pickles (a
    /// mark, a version, the machine, the object), one of the storages' keys, then of each its length and its elements.
    /// </summary>
    /// <exception cref="ArgusException">
    /// Damaged, or it asks for something that state dicts do not need; the message lacks the file's name.
    /// </exception>
    public static Dictionary<string, Tensor> ReadLegacy(byte[] file)
    {
        var place = 0;
        object? Next(out PickleReader reader)
        {
            reader = new PickleReader(file, place);
            var read = reader.Read();
            place = reader.Place;
            return read;
        }
        Next(out _);
        if (Next(out _) is not LegacyVersion)
            throw new ArgusException("it is of a version of PyTorch's format that nobody writes");
        if (
            Next(out _) is not Dictionary<object, object?> machine
            || machine.GetValueOrDefault("little_endian") is not true
        )
            throw new ArgusException("it was written on a big-endian machine");
        var top = Next(out var reader);
        var places = new Dictionary<string, int>();
        foreach (var key in Next(out _) as List<object?> ?? throw new ArgusException("it does not list its storages"))
        {
            if (key is not string text || !reader.Referred.TryGetValue(text, out var storage))
                throw new ArgusException($"it holds a storage {key} that no tensor uses");
            var bytes = checked(storage.Elements * Types[storage.Type].Bytes);
            if (
                file.Length - place < sizeof(long)
                || BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(place)) != storage.Elements
                || file.Length - place - sizeof(long) < bytes
            )
                throw new ArgusException($"it is cut short at byte {place}");
            places[text] = place + sizeof(long);
            place = checked((int)(places[text] + bytes));
        }
        return ReadTensors(top, Open);

        Stream Open(PickledStorage storage, string name) =>
            places.TryGetValue(storage.Key, out var at)
                ? new MemoryStream(file, at, (int)storage.Elements * Types[storage.Type].Bytes)
                : throw new ArgusException($"the data of {name} is missing");
    }

    private static bool IsPickle(ZipArchiveEntry entry) =>
        entry.FullName.EndsWith(PickleName, StringComparison.Ordinal);

    private static Dictionary<string, Tensor> ReadTensors(object? top, Func<PickledStorage, string, Stream> open)
    {
        var state = top is Dictionary<object, object?> dictionary ? StateDict.Find(dictionary) : [];
        var storages = new Dictionary<string, Tensor>();
        var tensors = new Dictionary<string, Tensor>();
        using var scope = NewDisposeScope();
        foreach (var (name, view) in state)
            tensors.Add(name, View(name, view, storages, open).DetachFromDisposeScope());
        return tensors.Count > 0 ? tensors : throw new ArgusException("it holds no state dict");
    }

    private static Tensor View(
        string name,
        PickledTensor view,
        Dictionary<string, Tensor> storages,
        Func<PickledStorage, string, Stream> open
    )
    {
        if (!storages.TryGetValue(view.Storage.Key, out var storage))
        {
            using var stream = open(view.Storage, name);
            storage = empty(view.Storage.Elements, Types[view.Storage.Type].Type);
            stream.ReadExactly(storage.bytes);
            storages.Add(view.Storage.Key, storage);
        }
        if (
            view.Shape.Length != view.Strides.Length
            || view.Offset < 0
            || view.Shape.Any(side => side < 0)
            || view.Strides.Any(stride => stride < 0)
        )
            throw new ArgusException($"{name} has an impossible shape");
        var empties = view.Shape.Any(side => side == 0);
        var last = checked(
            view.Offset + view.Shape.Zip(view.Strides, (side, stride) => checked((side - 1) * stride)).Sum()
        );
        var count = view.Shape.Aggregate(1L, (product, side) => checked(product * side));
        if (count > view.Storage.Elements || (!empties && last >= view.Storage.Elements))
            throw new ArgusException($"{name} reaches beyond its data");
        return storage.as_strided(view.Shape, view.Strides, view.Offset).contiguous().clone();
    }

    // Memory is taken before the first byte is unpacked.
    private static void CheckLength(ZipArchiveEntry entry)
    {
        if (entry.Length / LargestRatio > entry.CompressedLength)
            throw Claims(entry);
    }

    private static ArgusException Claims(ZipArchiveEntry entry) => new($"{entry.Name} claims {entry.Length} bytes");

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        CheckLength(entry);
        if (entry.Length > LargestPickle)
            throw Claims(entry);
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }
}
