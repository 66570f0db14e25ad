using System.IO.MemoryMappedFiles;
using System.Text;

namespace Argus.Detection;

/// <summary>
/// An ONNX file, read as far as a verdict needs it before ONNX Runtime does: what it says of itself, and the model
/// without its weights, which are then used where they lie in the file instead of being copied out of it three times.
/// Field numbers are those of onnx.proto.
/// </summary>
internal static class OnnxFile
{
    private const int Graph = 7; // ModelProto
    private const int MetadataProps = 14;
    private const int Initializer = 5; // GraphProto
    private const int RawData = 9; // TensorProto
    private const int ExternalData = 13;
    private const int DataLocation = 14;
    private const int External = 1; // TensorProto.DataLocation

    // Shapes and other small constants stay: the optimiser computes with them.
    private const int SmallestWeightBytes = 1024;

    /// <summary>
    /// The file's metadata; null where it is no intact ONNX file, which the runtime then puts in words.
    /// </summary>
    public static Dictionary<string, string>? ReadMetadata(string path) =>
        Read<Dictionary<string, string>>(
            path,
            static (file, _) =>
            {
                var metadata = new Dictionary<string, string>();
                var fields = new ProtobufFields(file);
                while (fields.MoveNext())
                {
                    if (fields.Number != MetadataProps)
                        continue;
                    var entry = new ProtobufFields(fields.Body);
                    string key = "";
                    string value = "";
                    while (entry.MoveNext())
                    {
                        if (entry.Number == 1)
                            key = Encoding.UTF8.GetString(entry.Body);
                        else if (entry.Number == 2)
                            value = Encoding.UTF8.GetString(entry.Body);
                    }
                    metadata[key] = value;
                }
                return metadata;
            }
        );

    /// <summary>
    /// The model with its weights named as parts of its own file, in whose folder ONNX Runtime has to look for them;
    /// null where it is no intact ONNX file.
    /// </summary>
    public static byte[]? ReadWithoutWeights(string path) =>
        Read(
            path,
            static (file, name) =>
            {
                var model = new MemoryStream();
                var fields = new ProtobufFields(file);
                while (fields.MoveNext())
                {
                    if (fields.Number == Graph)
                        ProtobufFields.Write(model, Graph, CopyGraph(file, fields.Body, name));
                    else
                        model.Write(fields.Whole);
                }
                return model.ToArray();
            }
        );

    private static ReadOnlySpan<byte> CopyGraph(ReadOnlySpan<byte> file, ReadOnlySpan<byte> graph, string name)
    {
        var copy = new MemoryStream();
        var fields = new ProtobufFields(graph);
        while (fields.MoveNext())
        {
            if (fields.Number == Initializer && fields.Body.Length >= SmallestWeightBytes)
                ProtobufFields.Write(copy, Initializer, CopyWeight(file, fields.Body, name));
            else
                copy.Write(fields.Whole);
        }
        return copy.GetBuffer().AsSpan(0, (int)copy.Length);
    }

    private static ReadOnlySpan<byte> CopyWeight(ReadOnlySpan<byte> file, ReadOnlySpan<byte> tensor, string name)
    {
        var copy = new MemoryStream();
        var fields = new ProtobufFields(tensor);
        while (fields.MoveNext())
        {
            if (fields.Number != RawData || !file.Overlaps(fields.Body, out var offset))
            {
                copy.Write(fields.Whole);
                continue;
            }
            WriteEntry(copy, "location", name);
            WriteEntry(copy, "offset", $"{offset}");
            WriteEntry(copy, "length", $"{fields.Body.Length}");
            ProtobufFields.Write(copy, DataLocation, External);
        }
        return copy.GetBuffer().AsSpan(0, (int)copy.Length);
    }

    private static void WriteEntry(MemoryStream to, string key, string value)
    {
        var entry = new MemoryStream();
        ProtobufFields.Write(entry, 1, Encoding.UTF8.GetBytes(key));
        ProtobufFields.Write(entry, 2, Encoding.UTF8.GetBytes(value));
        ProtobufFields.Write(to, ExternalData, entry.ToArray());
    }

    private delegate T Reading<T>(ReadOnlySpan<byte> file, string name);

    // Only the pages that are looked at are read: the tables, not the weights between them.
    private static unsafe T? Read<T>(string path, Reading<T> read)
        where T : class
    {
        var length = new FileInfo(path).Length;
        if (length is 0 or > int.MaxValue)
            return null;
        using var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            return read(new ReadOnlySpan<byte>(start, (int)length), Path.GetFileName(path));
        }
        catch (InvalidDataException)
        {
            return null;
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }
}
