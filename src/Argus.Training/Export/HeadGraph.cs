using Argus.Training.Models;
using Argus.Training.Native;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>
/// The fusion head, folded: the projection is part of queries, keys and values; the output projection, which the mean
/// over the frames lets pass, and the first normalisation are part of the classifier's first layer. With one frame the
/// softmax is 1 and all that is before the first ReLU is one matrix.
/// </summary>
internal sealed class HeadGraph
{
    private const int Heads = FeatureAttention.Heads;

    private readonly OnnxGraph graph;
    private readonly int frames;
    private readonly int width;
    private readonly List<(string Weight, string Bias)> layers = [];
    private readonly (string Weight, string Bias)? attention;

    public HeadGraph(OnnxGraph graph, IReadOnlyDictionary<string, Tensor> weights, int frames)
    {
        this.graph = graph;
        this.frames = frames;
        width = (int)weights["feature_projection.weight"].shape[0];
        Tensor W(string name) => weights[name].to(ScalarType.Float32);
        // A layer y = Wx + b is (W, b); one after another they are (W2 W1, W2 b1 + b2).
        (Tensor, Tensor) Layer(string name) => (W($"{name}.weight"), W($"{name}.bias"));
        (Tensor Weight, Tensor Bias) Both((Tensor Weight, Tensor Bias) first, (Tensor Weight, Tensor Bias) then) =>
            (then.Weight.matmul(first.Weight), then.Weight.matmul(first.Bias).Plus(then.Bias));
        (Tensor, Tensor) Part(int start, int rows) =>
            (
                W("feature_attention.in_proj_weight").narrow(0, start, rows),
                W("feature_attention.in_proj_bias").narrow(0, start, rows)
            );
        (Tensor, Tensor) Normalised(string linear, string norm)
        {
            var scale = W($"{norm}.weight") / W($"{norm}.running_var").Plus(BatchNorm.DefaultEps).sqrt();
            return (
                W($"{linear}.weight") * scale.unsqueeze(1),
                ((W($"{linear}.bias") - W($"{norm}.running_mean")) * scale).Plus(W($"{norm}.bias"))
            );
        }

        var first = Both(Layer("feature_attention.out_proj"), Normalised("classifier.1", "classifier.2"));
        if (frames == 1)
            first = Both(Layer("feature_projection"), Both(Part(2 * width, width), first));
        else
            attention = Add("attention", Both(Layer("feature_projection"), Part(0, 3 * width)));
        layers.AddRange([
            Add("first", first),
            Add("second", Normalised("classifier.5", "classifier.6")),
            Add("third", Normalised("classifier.9", "classifier.10")),
            Add("last", Layer("classifier.12")),
        ]);

        (string, string) Add(string name, (Tensor Weight, Tensor Bias) layer) =>
            (
                graph.AddWeight($"head.{name}.weight", layer.Weight.t()),
                graph.AddWeight($"head.{name}.bias", layer.Bias)
            );
    }

    /// <summary>Tokens <c>(N*T, F)</c> to logits <c>(N, 2)</c>.</summary>
    public string Logits(string tokens)
    {
        var x = attention is { } layer ? Attended(Linear(tokens, layer)) : tokens;
        for (var i = 0; i < layers.Count; i++)
        {
            x = Linear(x, layers[i]);
            if (i < layers.Count - 1)
                x = graph.Add("Relu", [x]);
        }
        return x;
    }

    // (N*T, 3D) to the mean over the frames, (N, D).
    private string Attended(string projected)
    {
        var size = width / Heads;
        // (3, N, heads, T, size).
        var parts = graph.Transpose(graph.Reshape(projected, -1, frames, 3, Heads, size), 2, 0, 3, 1, 4);
        string Part(long index) =>
            graph.Reshape(
                graph.Add("Slice", [parts, graph.Constant(index), graph.Constant(index + 1), graph.Constant(0)]),
                -1,
                Heads,
                frames,
                size
            );
        var scale = graph.AddWeight("head.scale", tensor(1 / Math.Sqrt(size)));
        var scores = graph.Add("MatMul", [graph.Add("Mul", [Part(0), scale]), graph.Transpose(Part(1), 0, 1, 3, 2)]);
        var mixed = graph.Add("MatMul", [graph.Add("Softmax", [scores], ("axis", -1L)), Part(2)]);
        return graph.Reshape(graph.Add("ReduceMean", [mixed], ("axes", new[] { 2L }), ("keepdims", 0L)), -1, width);
    }

    private string Linear(string x, (string Weight, string Bias) layer) =>
        graph.Add("Gemm", [x, layer.Weight, layer.Bias]);
}
