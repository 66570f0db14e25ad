using Argus.Training.Onnx;
using Google.Protobuf;
using static TorchSharp.torch;

namespace Argus.Training.Checkpoints;

/// <summary>
/// Reads the weights of a ResNet of basic blocks out of an ONNX file, by torchvision's names. Only tensors are read;
/// the graph says which is which: convolutions, each with a batch normalisation, in the order stem, then per block the
/// shortcut's 1x1 where there is one and the two 3x3.
/// </summary>
internal static class OnnxResNet
{
    private const int Float = 1;
    private const byte IrVersionField = 0x08;
    private const byte ProducerField = 0x12;
    private const int NewestIrVersion = 32;

    // What a batch normalisation's inputs after the first are.
    private static readonly string[] NormParts = ["weight", "bias", "running_mean", "running_var"];

    /// <summary>Whether a file begins as ONNX files do: the format's version, then who made it.</summary>
    public static bool IsOnnx(byte[] head) => head is [IrVersionField, < NewestIrVersion, ProducerField, ..];

    /// <returns>New CPU tensors; the caller disposes them.</returns>
    /// <exception cref="ArgusException">It is damaged, or another network.</exception>
    public static Dictionary<string, Tensor> Read(byte[] file)
    {
        GraphProto graph;
        try
        {
            graph = ModelProto.Parser.ParseFrom(file).Graph;
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ArgusException($"it is a damaged ONNX file ({error.Message}); copy or make it anew", error);
        }
        var constants = (graph?.Initializer ?? []).ToLookup(tensor => tensor.Name);
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            foreach (var (conv, norm) in NameLayers(graph?.Node ?? [], constants))
            {
                tensors.Add($"{conv.Name}.weight", Value(conv.Node.Input[1]));
                for (var i = 0; i < NormParts.Length; i++)
                    tensors.Add($"{norm.Name}.{NormParts[i]}", Value(norm.Node.Input[i + 1]));
            }
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
        return tensors.Count > 0 ? tensors : throw Other("it has no convolution");

        Tensor Value(string name)
        {
            var values = constants[name].FirstOrDefault() ?? throw Other($"its {name} is no constant");
            var count = values.Dims.Aggregate(1L, (product, side) => checked(product * side));
            var isPossible = values.DataType == Float && values.Dims.All(side => side >= 0);
            if (!isPossible || count != Math.Max(values.FloatData.Count, values.RawData.Length / 4))
                throw new ArgusException($"it is damaged: {name} is not {count} floats");
            using var flat =
                values.FloatData.Count > 0
                    ? tensor(values.FloatData.ToArray())
                    : tensor(
                        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(values.RawData.Span).ToArray()
                    );
            return flat.reshape([.. values.Dims]).clone().DetachFromDisposeScope();
        }
    }

    private readonly record struct NamedNode(string Name, NodeProto Node);

    private static IEnumerable<(NamedNode Conv, NamedNode Norm)> NameLayers(
        IReadOnlyList<NodeProto> nodes,
        ILookup<string, TensorProto> constants
    )
    {
        var norms = nodes
            .Where(node => node.OpType == "BatchNormalization" && node.Input.Count == 1 + NormParts.Length)
            .ToLookup(node => node.Input[0]);
        var stage = 0;
        var block = -1;
        var part = 2; // of a block: 0 its shortcut is behind, 1 and 2 its convolutions
        var isFirst = true;
        foreach (var conv in nodes.Where(node => node is { OpType: "Conv", Input.Count: >= 2, Output.Count: 1 }))
        {
            var norm =
                norms[conv.Output[0]].FirstOrDefault()
                ?? throw Other($"no batch normalisation follows its convolution {conv.Name}");
            var kernel = constants[conv.Input[1]].FirstOrDefault()?.Dims is [_, _, var height, _] ? height : 0;
            string at;
            if (isFirst)
                (stage, at) = (1, "");
            else if (kernel == 1)
            {
                (stage, block, part, at) = (stage + 1, 0, 0, $"layer{stage + 1}.0.");
                yield return (new($"{at}downsample.0", conv), new($"{at}downsample.1", norm));
                continue;
            }
            else
            {
                if (part == 2)
                    (block, part) = (block + 1, 0);
                at = $"layer{stage}.{block}.";
                part++;
            }
            var number = isFirst ? 1 : part;
            isFirst = false;
            yield return (new($"{at}conv{number}", conv), new($"{at}bn{number}", norm));
        }
    }

    private static ArgusException Other(string how) =>
        new($"it is an ONNX model, but not of a ResNet of basic blocks: {how}");
}
