using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Argus.Training.Checkpoints;

/// <summary>
/// The safetensors format (huggingface/safetensors, format.md): 8 bytes little-endian header length, a JSON header
/// padded with spaces to a multiple of 8, then the tensors' bytes without gaps, row-major.
/// </summary>
public static class SafeTensors
{
    private const long LargestHeader = 100_000_000; // the published limit

    private static readonly (string Name, ScalarType Type, int Bytes)[] Types =
    [
        ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8),
        ("F32", ScalarType.Float32, 4),
        ("I32", ScalarType.Int32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>
    /// Writes the file and forces it to the disk. Wider types stand first, so that every tensor is aligned to its type.
    /// </summary>
    internal static void Write(
        string path,
        IEnumerable<(string Name, Tensor Tensor)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        var ordered = tensors
            .Select(entry => (entry.Name, entry.Tensor, Type: TypeOf(entry.Tensor)))
            .OrderByDescending(entry => entry.Type.Bytes)
            .ThenBy(entry => entry.Name, StringComparer.Ordinal)
            .ToList();
        var header = new JsonObject();
        if (metadata is not null)
            header["__metadata__"] = new JsonObject(
                metadata.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value))
            );
        long offset = 0;
        foreach (var (name, tensor, type) in ordered)
        {
            var end = offset + tensor.numel() * type.Bytes;
            header[name] = new JsonObject
            {
                ["dtype"] = type.Name,
                ["shape"] = new JsonArray([.. tensor.shape.Select(side => (JsonNode)side)]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }
        var json = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        var padded = (json.Length + 7) / 8 * 8;

        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        file.Write(length);
        file.Write(json);
        for (var i = json.Length; i < padded; i++)
            file.WriteByte((byte)' ');
        foreach (var (_, tensor, _) in ordered)
        {
            using var scope = NewDisposeScope();
            file.Write(tensor.detach().cpu().contiguous().bytes);
        }
        file.Flush(flushToDisk: true);
    }

    /// <returns>New CPU tensors by name; the caller disposes them.</returns>
    /// <exception cref="ArgusException">The file is damaged or no safetensors file; says where.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        return Read(file, path);
    }

    /// <summary>The same of a file that is open.</summary>
    internal static Dictionary<string, Tensor> Read(Stream file, string path)
    {
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            var header = ReadHeader(file, path, out var dataStart);
            foreach (var (name, entry) in header)
            {
                if (name == "__metadata__")
                    continue;
                tensors.Add(name, ReadTensor(file, path, name, entry!, dataStart));
            }
            return tensors;
        }
        catch (Exception error)
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            if (
                error
                is JsonException
                    or InvalidOperationException
                    or FormatException
                    or ArgumentException
                    or NullReferenceException
                    or KeyNotFoundException
                    or OverflowException
            )
                throw Damaged(path, error.Message);
            throw;
        }
    }

    /// <summary>Whether the file is there and as long as its header says.</summary>
    internal static bool IsWhole(string path)
    {
        if (!File.Exists(path))
            return false;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var end = ReadHeader(file, path, out var dataStart)
                .Where(entry => entry.Key != "__metadata__")
                .Max(entry => entry.Value!["data_offsets"]![1]!.GetValue<long>());
            return dataStart + end == file.Length;
        }
        catch (Exception error)
            when (error is ArgusException or JsonException or InvalidOperationException or NullReferenceException)
        {
            return false;
        }
    }

    private static JsonObject ReadHeader(Stream file, string path, out long dataStart)
    {
        Span<byte> length = stackalloc byte[8];
        if (file.Length < 8)
            throw Damaged(path, "it is shorter than 8 bytes");
        file.ReadExactly(length);
        var headerBytes = BinaryPrimitives.ReadInt64LittleEndian(length);
        if (headerBytes is < 2 or > LargestHeader || headerBytes > file.Length - 8)
            throw Damaged(path, $"its header claims {headerBytes} bytes");
        var json = new byte[headerBytes];
        file.ReadExactly(json);
        dataStart = 8 + headerBytes;
        return JsonNode.Parse(json, null, StrictJson.Options) as JsonObject
            ?? throw Damaged(path, "its header is not a JSON object");
    }

    private static Tensor ReadTensor(Stream file, string path, string name, JsonNode entry, long dataStart)
    {
        var typeName = entry["dtype"]!.GetValue<string>();
        var type = Types.FirstOrDefault(candidate => candidate.Name == typeName);
        if (type.Name is null)
            throw Damaged(path, $"{name} has the unknown type {typeName}");
        var shape = entry["shape"]!.AsArray().Select(side => side!.GetValue<long>()).ToArray();
        var offsets = entry["data_offsets"]!.AsArray().Select(offset => offset!.GetValue<long>()).ToArray();
        if (shape.Any(side => side < 0) || offsets.Length != 2 || offsets[0] < 0)
            throw Damaged(path, $"{name} has an impossible shape or place");
        var bytes = shape.Aggregate((long)type.Bytes, (product, side) => checked(product * side));
        if (offsets[1] - offsets[0] != bytes || offsets[1] > file.Length - dataStart)
            throw Damaged(
                path,
                $"{name} should have {bytes} bytes at {dataStart + offsets[0]}, the file has {file.Length}"
            );
        var tensor = empty(shape, type.Type);
        file.Position = dataStart + offsets[0];
        file.ReadExactly(tensor.bytes);
        return tensor.DetachFromDisposeScope();
    }

    private static (string Name, ScalarType Type, int Bytes) TypeOf(Tensor tensor) =>
        Types.First(type => type.Type == tensor.dtype);

    private static ArgusException Damaged(string path, string how) =>
        new($"{path} is no intact safetensors file: {how}. Copy or make it anew.");
}
