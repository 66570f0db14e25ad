using System.IO.Compression;
using static TorchSharp.torch;

namespace Argus.Training.Checkpoints;

/// <summary>
/// Reads PyTorch's <c>.pt</c>/<c>.pth</c> files (a zip with a pickle, also wrapped in another zip) without executing
/// anything.
/// </summary>
internal static class PyTorchFile
{
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

    /// <summary>
    /// The state dict: at the top, or under <c>model_state_dict</c>, <c>state_dict</c> or <c>model</c>.
    /// </summary>
    /// <exception cref="ArgusException">
    /// Not such a file, damaged, or it asks for something that state dicts do not need.
    /// </exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            return Read(zip);
        }
        catch (InvalidDataException error)
        {
            throw new ArgusException(
                $"{path} cannot be read: it is a damaged zip ({error.Message}). Copy or make it anew.",
                error
            );
        }
        catch (Exception error) when (error is OverflowException or KeyNotFoundException or EndOfStreamException)
        {
            throw new ArgusException(
                $"{path} cannot be read: it is damaged ({error.Message}). Copy or make it anew.",
                error
            );
        }
        catch (ArgusException error) when (error is not RequestException)
        {
            throw new ArgusException($"{path} cannot be read: {error.Message}.", error);
        }
    }

    private static Dictionary<string, Tensor> Read(ZipArchive zip)
    {
        var pickle = zip.Entries.FirstOrDefault(entry => entry.FullName.EndsWith("data.pkl", StringComparison.Ordinal));
        if (pickle is null)
            return ReadWrapped(zip);
        var folder = pickle.FullName[..^"data.pkl".Length];
        if (
            zip.GetEntry(folder + "byteorder") is { } order
            && System.Text.Encoding.ASCII.GetString(Bytes(order)) != "little"
        )
            throw new ArgusException("it was written on a big-endian machine");
        if (new PickleReader(Bytes(pickle)).Read() is not Dictionary<object, object?> top)
            throw new ArgusException("it holds no state dict");
        var state =
            new[] { "model_state_dict", "state_dict", "model" }
                .Select(key => top.GetValueOrDefault(key))
                .OfType<Dictionary<object, object?>>()
                .FirstOrDefault()
            ?? top;

        var storages = new Dictionary<string, Tensor>();
        var tensors = new Dictionary<string, Tensor>();
        using var scope = NewDisposeScope();
        foreach (var (name, value) in state)
        {
            if (name is string text && value is PickledTensor view)
                tensors.Add(text, View(zip, folder, text, view, storages).DetachFromDisposeScope());
        }
        return tensors.Count > 0 ? tensors : throw new ArgusException("it holds no state dict");
    }

    private static Dictionary<string, Tensor> ReadWrapped(ZipArchive zip)
    {
        var inner = zip.Entries.Where(entry => Path.GetExtension(entry.Name) is ".pt" or ".pth").ToList();
        if (inner.Count != 1)
            throw new ArgusException(
                "it holds no data.pkl, so it is no PyTorch file (files from before PyTorch 1.6 must be saved "
                    + "again there)"
            );
        if (inner[0].Length > int.MaxValue)
            throw new ArgusException($"{inner[0].Name} in it is larger than 2 GiB; unpack it first");
        using var stream = inner[0].Open();
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        using var unwrapped = new ZipArchive(bytes);
        return unwrapped.Entries.Any(entry => entry.FullName.EndsWith("data.pkl", StringComparison.Ordinal))
            ? Read(unwrapped)
            : throw new ArgusException($"{inner[0].Name} in it is no PyTorch file");
    }

    private static Tensor View(
        ZipArchive zip,
        string folder,
        string name,
        PickledTensor view,
        Dictionary<string, Tensor> storages
    )
    {
        var (type, size) = Types[view.Storage.Type];
        if (!storages.TryGetValue(view.Storage.Key, out var storage))
        {
            var entry =
                zip.GetEntry($"{folder}data/{view.Storage.Key}")
                ?? throw new ArgusException($"the data of {name} is missing");
            if (entry.Length != view.Storage.Elements * size)
                throw new ArgusException(
                    $"the data of {name} has {entry.Length} bytes, not {view.Storage.Elements * size}"
                );
            storage = empty(view.Storage.Elements, type);
            using var stream = entry.Open();
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

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        if (entry.Length > 1 << 28)
            throw new ArgusException($"{entry.Name} claims {entry.Length} bytes");
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }
}
