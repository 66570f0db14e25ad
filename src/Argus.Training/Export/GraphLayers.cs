using Argus.Training.Native;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>Layers of a model as nodes of a graph, with the model's weights.</summary>
internal sealed class GraphLayers(OnnxGraph graph, IReadOnlyDictionary<string, Tensor> weights)
{
    /// <summary>A convolution with the batch normalisation after it folded in, and an activation.</summary>
    public string ConvNorm(
        string x,
        string conv,
        string norm,
        int kernel,
        int stride,
        int groups,
        double eps,
        Func<string, string> activation,
        (long Before, long After)? padding = null
    )
    {
        Tensor W(string name) => weights[name].to(ScalarType.Float64);
        var scale = W($"{norm}.weight") / W($"{norm}.running_var").Plus(eps).sqrt();
        var bias = W($"{norm}.bias") - W($"{norm}.running_mean") * scale;
        if (weights.ContainsKey($"{conv}.bias"))
            bias = bias.Plus(W($"{conv}.bias") * scale);
        var half = (long)(kernel - 1) / 2;
        var (before, after) = padding ?? (half, half);
        return activation(
            graph.Add(
                "Conv",
                [
                    x,
                    graph.AddWeight($"{conv}.weight", W($"{conv}.weight") * scale.view(-1, 1, 1, 1)),
                    graph.AddWeight($"{conv}.bias", bias),
                ],
                ("kernel_shape", new long[] { kernel, kernel }),
                ("strides", new long[] { stride, stride }),
                ("pads", new[] { before, before, after, after }),
                ("group", (long)groups)
            )
        );
    }

    public string PlainConv(string x, string name) =>
        graph.Add(
            "Conv",
            [
                x,
                graph.AddWeight($"{name}.weight", weights[$"{name}.weight"]),
                graph.AddWeight($"{name}.bias", weights[$"{name}.bias"]),
            ]
        );

    public string Silu(string x) => graph.Add("Mul", [x, graph.Add("Sigmoid", [x])]);

    public string Relu(string x) => graph.Add("Relu", [x]);

    public static string Same(string x) => x;

    public bool Has(string name) => weights.ContainsKey(name);
}
