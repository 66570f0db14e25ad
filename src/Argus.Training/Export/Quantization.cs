using System.Runtime.InteropServices;
using Argus.Training.Onnx;
using Google.Protobuf;

namespace Argus.Training.Export;

/// <summary>
/// 8-bit integers for a graph's feature extractor, in the form that ONNX Runtime turns into integer kernels: after
/// every tensor a pair of QuantizeLinear and DequantizeLinear (uint8, one scale for the tensor), before every
/// convolution's weight a DequantizeLinear (int8, one scale for each output channel). The head stays as it is: it is
/// small work, and errors there reach the logits undamped.
/// </summary>
internal static class Quantization
{
    private const int Float = 1;
    private const int UInt8 = 2;
    private const int Int8 = 3;
    private const int Int32 = 6; // TensorProto.DataType

    // Processors without VNNI add two products of 8 bits in 16, which 7-bit weights cannot overflow.
    private const int LargestWeight = 63;
    private const int LargestValue = 255;

    private static readonly HashSet<string> Quantized =
    [
        "Conv",
        "Sigmoid",
        "Mul",
        "Add",
        "Relu",
        "GlobalAveragePool",
        "AveragePool",
        "Concat",
        "MatMul",
        "Reshape",
    ];

    /// <summary>The tensors whose ranges must be known: what the first nodes compute.</summary>
    public static IReadOnlyList<string> Tensors(GraphProto graph, int nodes) =>
        [.. graph.Node.Take(nodes).Where(node => Quantized.Contains(node.OpType)).Select(node => node.Output[0])];

    /// <summary>The graph with two other outputs: the smallest and the largest value of each tensor.</summary>
    public static GraphProto Watched(GraphProto graph, IReadOnlyList<string> tensors)
    {
        var watched = graph.Clone();
        watched.Output.Clear();
        foreach (var (operation, output) in new[] { ("ReduceMin", "smallest"), ("ReduceMax", "largest") })
        {
            foreach (var tensor in tensors)
                watched.Node.Add(
                    new NodeProto
                    {
                        Name = $"{output}_{tensor}",
                        OpType = operation,
                        Input = { tensor },
                        Output = { $"{output}_{tensor}" },
                        Attribute = { Number("keepdims", 0) },
                    }
                );
            // A scalar has no axis to join along.
            foreach (var tensor in tensors)
                watched.Node.Add(
                    new NodeProto
                    {
                        Name = $"{output}_{tensor}_1",
                        OpType = "Reshape",
                        Input = { $"{output}_{tensor}", "one" },
                        Output = { $"{output}_{tensor}_1" },
                    }
                );
            watched.Node.Add(
                new NodeProto
                {
                    Name = output,
                    OpType = "Concat",
                    Input = { tensors.Select(tensor => $"{output}_{tensor}_1") },
                    Output = { output },
                    Attribute = { Number("axis", 0) },
                }
            );
            watched.Output.Add(
                new ValueInfoProto
                {
                    Name = output,
                    Type = new TypeProto
                    {
                        TensorType = new TypeProto.Types.Tensor
                        {
                            ElemType = Float,
                            Shape = new TensorShapeProto
                            {
                                Dim = { new TensorShapeProto.Types.Dimension { DimValue = tensors.Count } },
                            },
                        },
                    },
                }
            );
        }
        watched.Initializer.Add(
            new TensorProto
            {
                Name = "one",
                DataType = 7,
                Dims = { 1 },
                RawData = Bytes<long>([1]),
            }
        );
        return watched;
    }

    /// <param name="ranges">Smallest and largest value of each tensor, over real input.</param>
    public static void Apply(GraphProto graph, IReadOnlyDictionary<string, (float Smallest, float Largest)> ranges)
    {
        var scales = ranges.ToDictionary(entry => entry.Key, entry => Scale(entry.Value.Smallest, entry.Value.Largest));
        var weights = graph.Initializer.ToDictionary(tensor => tensor.Name);
        var nodes = new List<NodeProto>();
        var channels = new Dictionary<string, double[]>();
        foreach (var node in graph.Node)
        {
            if (node.OpType == "Conv" && scales.TryGetValue(node.Input[0], out var input))
            {
                // Parts of a clip share a weight; a bias counts in steps of its convolution's own input.
                var weight = node.Input[1];
                var bias = weights[node.Input[2]];
                if (!channels.ContainsKey(weight))
                    channels[weight] = QuantizeWeight(graph, weights[weight]);
                double[] steps = [.. channels[weight].Select(scale => scale * input.Scale)];
                nodes.Add(Dequantized(node, 1, weight));
                nodes.Add(Dequantized(node, 2, QuantizeBias(graph, $"{bias.Name}_{node.Name}", bias, steps)));
            }
            nodes.Add(node);
            if (node.Output.Count != 1 || !scales.TryGetValue(node.Output[0], out var own))
                continue;
            var name = node.Output[0];
            graph.Initializer.Add(
                new TensorProto
                {
                    Name = $"{name}_scale",
                    DataType = Float,
                    RawData = Bytes([(float)own.Scale]),
                }
            );
            graph.Initializer.Add(
                new TensorProto
                {
                    Name = $"{name}_zero",
                    DataType = UInt8,
                    RawData = Bytes([own.Zero]),
                }
            );
            node.Output[0] = $"{name}_exact";
            nodes.Add(
                new NodeProto
                {
                    Name = $"{name}_quantize",
                    OpType = "QuantizeLinear",
                    Input = { $"{name}_exact", $"{name}_scale", $"{name}_zero" },
                    Output = { $"{name}_integer" },
                }
            );
            nodes.Add(
                new NodeProto
                {
                    Name = $"{name}_dequantize",
                    OpType = "DequantizeLinear",
                    Input = { $"{name}_integer", $"{name}_scale", $"{name}_zero" },
                    Output = { name },
                }
            );
        }
        graph.Node.Clear();
        graph.Node.AddRange(nodes);
    }

    // Zero must be a whole number of steps from either end: padding is made of it.
    private static (double Scale, byte Zero) Scale(float smallest, float largest)
    {
        var low = Math.Min(0, smallest);
        var high = Math.Max(0, largest);
        var scale = Math.Max(high - low, 1e-6f) / LargestValue;
        return (scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, LargestValue));
    }

    // Symmetric, by output channel. Returns the scales.
    private static double[] QuantizeWeight(GraphProto graph, TensorProto weight)
    {
        var values = MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray();
        var length = values.Length / (int)weight.Dims[0];
        var scales = values
            .Chunk(length)
            .Select(channel => Math.Max(channel.Max(Math.Abs), 1e-12) / (double)LargestWeight)
            .ToArray();
        weight.DataType = Int8;
        weight.RawData = Bytes([
            .. values.Select(
                (value, i) => (sbyte)Math.Clamp(Math.Round(value / scales[i / length]), -LargestWeight, LargestWeight)
            ),
        ]);
        AddSteps(graph, weight.Name, Int8, scales, Bytes(new sbyte[scales.Length]));
        return scales;
    }

    private static string QuantizeBias(GraphProto graph, string name, TensorProto bias, double[] steps)
    {
        var values = MemoryMarshal.Cast<byte, float>(bias.RawData.Span).ToArray();
        var integers = Bytes([
            .. values.Select(
                (value, channel) => (int)Math.Clamp(Math.Round(value / steps[channel]), int.MinValue, int.MaxValue)
            ),
        ]);
        graph.Initializer.Add(
            new TensorProto
            {
                Name = name,
                DataType = Int32,
                Dims = { values.Length },
                RawData = integers,
            }
        );
        graph.Initializer.Remove(bias);
        AddSteps(graph, name, Int32, steps, Bytes(new int[steps.Length]));
        return name;
    }

    private static void AddSteps(GraphProto graph, string name, int type, double[] steps, ByteString zeros)
    {
        graph.Initializer.Add(
            new TensorProto
            {
                Name = $"{name}_scale",
                DataType = Float,
                Dims = { steps.Length },
                RawData = Bytes(Array.ConvertAll(steps, step => (float)step)),
            }
        );
        graph.Initializer.Add(
            new TensorProto
            {
                Name = $"{name}_zero",
                DataType = type,
                Dims = { steps.Length },
                RawData = zeros,
            }
        );
    }

    // The integers as floats again, for one convolution.
    private static NodeProto Dequantized(NodeProto node, int place, string integers)
    {
        node.Input[place] = $"{integers}_{node.Name}_{place}_float";
        return new NodeProto
        {
            Name = $"{node.Input[place]}_dequantize",
            OpType = "DequantizeLinear",
            Input = { integers, $"{integers}_scale", $"{integers}_zero" },
            Output = { node.Input[place] },
            Attribute = { Number("axis", 0) },
        };
    }

    private static ByteString Bytes<T>(T[] values)
        where T : unmanaged => ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));

    private static AttributeProto Number(string name, long value) =>
        new()
        {
            Name = name,
            I = value,
            Type = 2,
        };
}
