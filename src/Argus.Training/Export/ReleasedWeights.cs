using Argus.Training.Checkpoints;
using Argus.Training.Models;
using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>
/// Detectors that were published as weights of an EfficientNet-B4 of <c>efficientnet_pytorch</c> with one linear layer,
/// as ONNX files. Their code was read, their weights were never at hand: it pads strided convolutions unevenly, by the
/// 380 pixels that B4 was made for whatever it sees, and normalises with another epsilon than torchvision.
/// </summary>
internal static class ReleasedWeights
{
    private const string Network = "efficientnet_b4";
    private const int NativeSize = 380;
    private const double BatchNormEps = 1e-3;

    private sealed record Origin(string Name, string Linear, bool PadsStem, bool FollowsSize);

    private static readonly Origin[] Origins =
    [
        // DeepfakeBench's training/networks/efficientnetb4.py puts a plain convolution in the place of the stem.
        new("DeepfakeBench", "last_layer", PadsStem: false, FollowsSize: true),
        new("Self-Blended Images", "_fc", PadsStem: true, FollowsSize: true),
        // Of early 2020, when efficientnet_pytorch (before 0.7) took 380 pixels for every layer's size.
        new("ICPR 2020 (Bonettini et al.)", "classifier", PadsStem: true, FollowsSize: false),
    ];

    /// <summary>Writes the detector's graph: pictures <c>(N, 3, size, size)</c> to its logits.</summary>
    /// <param name="file">Weights, in any format that <c>import</c> reads.</param>
    /// <param name="size">Side of its pictures.</param>
    /// <param name="onnx">The file to write.</param>
    /// <exception cref="ArgusException">These weights are not, or not only, such a detector's.</exception>
    public static void Convert(string file, int size, string onnx)
    {
        LibTorch.Load();
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var variant = (EfficientNetVariant)BackboneVariant.Find(Network) with { BatchNormEps = BatchNormEps };
        using var model = variant.Create(stochasticDepth: 0, MemoryFormat.Contiguous);
        var shapes = model.state_dict().ToDictionary(entry => $"backbone.{entry.Key}", entry => entry.Value.shape);

        var theirs = WeightsFile.Read(file);
        var origin = Array.Find(
            Origins,
            one => theirs.Keys.Any(name => WeightNames.Bare(name) == $"{one.Linear}.weight")
        );
        if (origin is null)
            throw Unfit(file, $"it has none of the last layers {string.Join(", ", Origins.Select(Describe))}");
        var weights = Rename(file, theirs, origin, new WeightNames(shapes.Keys));
        var wrong = shapes
            .Where(entry => !IsCounter(entry.Key))
            .Where(entry => !weights.TryGetValue(entry.Key, out var value) || !value.shape.SequenceEqual(entry.Value))
            .Select(entry => entry.Key)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (wrong.Count > 0)
            throw Unfit(file, $"{FirstNames.Join(wrong)} is missing or has another shape");
        var shape = weights[$"{origin.Linear}.weight"].shape;
        if (
            shape is not [1 or 2, var features]
            || features != variant.Features
            || weights.GetValueOrDefault($"{origin.Linear}.bias")?.shape is not [var classes]
            || classes != shape[0]
        )
            throw Unfit(file, $"its last layer {origin.Linear} does not make one or two numbers of {variant.Features}");
        Build(variant, weights, origin, size).Write(onnx, ProgramVersion.Text, new Dictionary<string, string>());
    }

    // By our names; the last layer keeps its own.
    private static Dictionary<string, Tensor> Rename(
        string file,
        Dictionary<string, Tensor> theirs,
        Origin origin,
        WeightNames names
    )
    {
        string[] linear = [$"{origin.Linear}.weight", $"{origin.Linear}.bias"];
        var weights = new Dictionary<string, Tensor>();
        var strangers = new List<string>();
        foreach (var (name, value) in theirs.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var bare = WeightNames.Bare(name);
            var own = linear.Contains(bare) ? bare : names.Find(name);
            if (own is null || !weights.TryAdd(own, value))
                strangers.Add(name);
        }
        return strangers.Count == 0
            ? weights
            : throw Unfit(file, $"it also holds {FirstNames.Join(strangers)}, which no plain EfficientNet-B4 has");
    }

    private static OnnxGraph Build(
        EfficientNetVariant variant,
        Dictionary<string, Tensor> weights,
        Origin origin,
        int size
    )
    {
        var graph = new OnnxGraph(origin.Name);
        var pictures = graph.Input("pictures", "n", 3, size, size);
        var layers = new GraphLayers(graph, weights);
        var map = new BackboneGraph(graph, layers, variant, new SamePadding(origin).Next).BuildPictures(pictures);
        var pooled = graph.Reshape(graph.Add("GlobalAveragePool", [map]), -1, variant.Features);
        var linear = weights[$"{origin.Linear}.weight"];
        var logits = graph.Add(
            "Gemm",
            [
                pooled,
                graph.AddWeight("linear.weight", linear.t()),
                graph.AddWeight("linear.bias", weights[$"{origin.Linear}.bias"]),
            ]
        );
        graph.Output("logits", logits, "n", linear.shape[0]);
        return graph;
    }

    // TensorFlow's "same", laid down once for pictures of the native size: what is odd goes after.
    private sealed class SamePadding(Origin origin)
    {
        private int size = NativeSize;
        private bool isStem = true;

        public (long Before, long After) Next(int kernel, int stride)
        {
            var output = (size + stride - 1) / stride;
            var total = isStem && !origin.PadsStem ? 0 : Math.Max((output - 1) * stride + kernel - size, 0);
            isStem = false;
            if (origin.FollowsSize)
                size = output;
            return (total / 2, total - total / 2);
        }
    }

    private static string Describe(Origin origin) => $"{origin.Linear} ({origin.Name})";

    private static bool IsCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    private static ArgusException Unfit(string file, string why) =>
        new(
            $"{file} cannot be a member: {why}. Weights are taken of an EfficientNet-B4 with one linear layer "
                + "(DeepfakeBench, Self-Blended Images, ICPR 2020); export another network to ONNX with its own code."
        );
}
