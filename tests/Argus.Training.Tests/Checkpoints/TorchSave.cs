using System.IO.Compression;
using System.Text;

namespace Argus.Training.Tests.Checkpoints;

/// <summary>
/// Writes files with the opcodes that <c>torch.save</c> (pickle protocol 2) writes for a state dict, so that the reader
/// is tested without a PyTorch.
/// </summary>
internal sealed class TorchSave
{
    private readonly List<byte> pickle = [];
    private readonly List<byte[]> storages = [];
    private bool isLegacy;

    /// <summary>As PyTorch 1.6 and later.</summary>
    /// <param name="under">Keys of dictionaries around the state dict, separated by slashes.</param>
    public static void Write(
        string path,
        IReadOnlyDictionary<string, (long[] Shape, float[] Values)> state,
        string? under = null
    )
    {
        var file = new TorchSave();
        file.Object(state, under);
        Zip(path, file.pickle.ToArray(), file.storages);
    }

    /// <summary>As PyTorch before 1.6 (<c>_legacy_save</c> in its serialization.py).</summary>
    public static void WriteLegacy(
        string path,
        IReadOnlyDictionary<string, (long[] Shape, float[] Values)> state,
        string? under = null
    )
    {
        var file = new TorchSave { isLegacy = true };
        file.Op(0x80, 2).Op(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19).Op('.');
        file.Op(0x80, 2).Op('M', 0xe9, 0x03).Op('.');
        file.Op(0x80, 2).Op('}').Op('(').Text("protocol_version").Op('M', 0xe9, 0x03);
        file.Text("little_endian").Op(0x88).Text("type_sizes").Op('}').Text("int").Op('K', 4).Op('s').Op('u').Op('.');
        file.Object(state, under);
        file.Op(0x80, 2).Op(']').Op('(');
        for (var i = 0; i < file.storages.Count; i++)
            file.Text($"{i}");
        file.Op('e').Op('.');
        foreach (var storage in file.storages)
            file.Bytes(BitConverter.GetBytes(storage.LongLength / sizeof(float))).Bytes(storage);
        File.WriteAllBytes(path, [.. file.pickle]);
    }

    private void Object(IReadOnlyDictionary<string, (long[] Shape, float[] Values)> state, string? under)
    {
        Op(0x80, 2);
        string[] keys = under?.Split('/') ?? [];
        foreach (var key in keys)
            Op('}').Op('(').Text("epoch").Op('K', 3).Text(key);
        Dictionary(state);
        foreach (var _ in keys)
            Op('u');
        Op('.');
    }

    /// <summary>A zip like PyTorch's with any pickle in it.</summary>
    public static void Zip(string path, byte[] pickle, IReadOnlyList<byte[]> storages)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("archive/data.pkl", pickle);
        Add("archive/byteorder", "little"u8.ToArray());
        for (var i = 0; i < storages.Count; i++)
            Add($"archive/data/{i}", storages[i]);
        Add("archive/version", "3\n"u8.ToArray());

        void Add(string name, byte[] content)
        {
            using var stream = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
            stream.Write(content);
        }
    }

    private TorchSave Dictionary(IReadOnlyDictionary<string, (long[] Shape, float[] Values)> state)
    {
        Global("collections", "OrderedDict").Op(')').Op('R').Op('q', 0).Op('(');
        foreach (var (name, (shape, values)) in state)
        {
            Text(name).Global("torch._utils", "_rebuild_tensor_v2").Op('(');
            Op('(')
                .Text("storage")
                .Global("torch", "FloatStorage")
                .Text($"{storages.Count}")
                .Text("cpu")
                .Int(values.Length);
            if (isLegacy)
                Op('N'); // a view of no other storage
            Op('t').Op('Q');
            storages.Add([.. values.SelectMany(BitConverter.GetBytes)]);
            Op('K', 0).Tuple(shape).Tuple(Strides(shape)).Op(0x89);
            Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');
        }
        // state_dict() carries a _metadata attribute, set through BUILD.
        return Op('u').Op('}').Text("_metadata").Global("collections", "OrderedDict").Op(')').Op('R').Op('s').Op('b');
    }

    private TorchSave Tuple(long[] items)
    {
        Op('(');
        foreach (var item in items)
            Int(item);
        return Op('t');
    }

    private static long[] Strides(long[] shape) =>
        [.. shape.Select((_, i) => shape.Skip(i + 1).Aggregate(1L, (a, b) => a * b))];

    private TorchSave Int(long value) => Op('J').Bytes(BitConverter.GetBytes((int)value));

    private TorchSave Global(string module, string name) =>
        Op('c').Bytes(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));

    private TorchSave Text(string text) =>
        Op('X').Bytes(BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text))).Bytes(Encoding.UTF8.GetBytes(text));

    private TorchSave Op(int opcode, params byte[] argument) => Bytes([(byte)opcode, .. argument]);

    private TorchSave Bytes(byte[] bytes)
    {
        pickle.AddRange(bytes);
        return this;
    }
}
