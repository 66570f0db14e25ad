using System.Runtime.InteropServices;
using Argus.Training.Onnx;
using Google.Protobuf;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>
/// An ONNX graph under construction: every call adds a node and returns the name of what it computes.
/// </summary>
internal sealed class OnnxGraph(string name)
{
    public const int Opset = 17;
    private const int IrVersion = 8;
    private const int Float = 1;
    private const int Int64 = 7;
    private const int Float16 = 10; // TensorProto.DataType

    private readonly GraphProto graph = new() { Name = name };
    private readonly HashSet<string> known = [];
    private int features;

    /// <param name="shape">A number, or a name for what may differ from call to call.</param>
    public string Input(string name, params object[] shape)
    {
        graph.Input.Add(Info(name, shape));
        return name;
    }

    /// <summary>A number that a caller may give; otherwise it is that.</summary>
    public string Optional(string name, long otherwise)
    {
        graph.Input.Add(Info(name, [1], Int64));
        graph.Initializer.Add(
            new TensorProto
            {
                Name = name,
                DataType = Int64,
                Dims = { 1 },
                RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(new[] { otherwise }.AsSpan())),
            }
        );
        return name;
    }

    public void Output(string name, string value, params object[] shape)
    {
        graph.Node.Add(
            new NodeProto
            {
                Name = name,
                OpType = "Identity",
                Input = { value },
                Output = { name },
            }
        );
        graph.Output.Add(Info(name, shape));
    }

    /// <summary>A tensor of fp32 values that the graph holds, under one name once.</summary>
    public string AddWeight(string name, Tensor values)
    {
        if (!known.Add(name))
            return name;
        using var dense = values.to(ScalarType.Float32).contiguous();
        graph.Initializer.Add(
            new TensorProto
            {
                Name = name,
                DataType = Float,
                Dims = { dense.shape },
                RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(dense.data<float>().ToArray().AsSpan())),
            }
        );
        return name;
    }

    public string Constant(params long[] values)
    {
        var name = $"const_{string.Join('_', values).Replace('-', 'm')}";
        if (known.Add(name))
            graph.Initializer.Add(
                new TensorProto
                {
                    Name = name,
                    DataType = Int64,
                    Dims = { values.Length },
                    RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
                }
            );
        return name;
    }

    public string Add(string operation, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        var output = $"{operation.ToLowerInvariant()}_{graph.Node.Count}";
        var node = new NodeProto
        {
            Name = output,
            OpType = operation,
            Input = { inputs },
            Output = { output },
        };
        node.Attribute.AddRange(attributes.Select(Attribute));
        graph.Node.Add(node);
        return output;
    }

    /// <summary>What was added so far computes features: the part that is worth integers.</summary>
    public void EndFeatures() => features = graph.Node.Count;

    public string Reshape(string value, params long[] shape) => Add("Reshape", [value, Constant(shape)]);

    public string Transpose(string value, params long[] order) => Add("Transpose", [value], ("perm", order));

    /// <summary>Weights of half precision, widened where they are used: half the file, the same graph.</summary>
    public void HalveWeights()
    {
        foreach (
            var weight in graph.Initializer.Where(weight => weight.DataType == Float && weight.Dims.Count > 1).ToList()
        )
        {
            var halves = MemoryMarshal
                .Cast<byte, float>(weight.RawData.Span)
                .ToArray()
                .Select(value => (Half)value)
                .ToArray();
            graph.Node.Insert(
                0,
                new NodeProto
                {
                    Name = $"{weight.Name}_widened",
                    OpType = "Cast",
                    Input = { $"{weight.Name}_half" },
                    Output = { weight.Name },
                    Attribute = { Attribute(("to", (long)Float)) },
                }
            );
            weight.Name = $"{weight.Name}_half";
            weight.DataType = Float16;
            weight.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(halves.AsSpan()));
        }
    }

    /// <summary>Features in 8-bit integers.</summary>
    /// <param name="measure">
    /// Given a file with the outputs <c>smallest</c> and <c>largest</c>, says what they are over real input.
    /// </param>
    public async Task QuantizeAsync(
        string scratch,
        IReadOnlyDictionary<string, string> metadata,
        Func<string, Task<(float[] Smallest, float[] Largest)>> measure
    )
    {
        var tensors = Quantization.Tensors(graph, features);
        Write(scratch, Quantization.Watched(graph, tensors), "", metadata);
        var (smallest, largest) = await measure(scratch);
        Quantization.Apply(graph, tensors.Select((name, i) => (name, (smallest[i], largest[i]))).ToDictionary());
    }

    public void Write(string path, string producerVersion, IReadOnlyDictionary<string, string> metadata) =>
        Write(path, graph, producerVersion, metadata);

    private static void Write(
        string path,
        GraphProto graph,
        string producerVersion,
        IReadOnlyDictionary<string, string> metadata
    )
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "argus",
            ProducerVersion = producerVersion,
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
        };
        model.MetadataProps.AddRange(
            metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value })
        );
        using var file = File.Create(path);
        model.WriteTo(file);
    }

    private static AttributeProto Attribute((string Name, object Value) attribute) =>
        attribute.Value switch
        {
            double value => new AttributeProto
            {
                Name = attribute.Name,
                F = (float)value,
                Type = 1,
            },
            long value => new AttributeProto
            {
                Name = attribute.Name,
                I = value,
                Type = 2,
            },
            long[] values => new AttributeProto
            {
                Name = attribute.Name,
                Ints = { values },
                Type = 7,
            },
            _ => throw new ArgumentException($"{attribute.Name} is a {attribute.Value.GetType().Name}."),
        };

    private static ValueInfoProto Info(string name, object[] shape, int type = Float) =>
        new()
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor
                {
                    ElemType = type,
                    Shape = new TensorShapeProto { Dim = { shape.Select(Dimension) } },
                },
            },
        };

    private static TensorShapeProto.Types.Dimension Dimension(object size) =>
        size is string name ? new() { DimParam = name } : new() { DimValue = Convert.ToInt64(size, null) };
}
