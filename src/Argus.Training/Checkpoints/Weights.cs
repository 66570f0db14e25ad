using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Checkpoints;

/// <summary>What became of the names when weights were put into a model.</summary>
public sealed record WeightMatch(
    IReadOnlyList<string> Matched,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> LeftOver
);

/// <summary>Weights by state-dict name, from whatever file they come in.</summary>
public sealed class Weights : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors;
    private readonly string source;

    private Weights(string source, Dictionary<string, Tensor> tensors)
    {
        this.source = source;
        this.tensors = tensors;
    }

    /// <summary>Reads safetensors, a PyTorch file, or a checkpoint folder.</summary>
    /// <exception cref="RequestException">There is no such file.</exception>
    /// <exception cref="ArgusException">The file is damaged or no weights file.</exception>
    public static Weights Read(string path)
    {
        if (Directory.Exists(path))
            path = Path.Combine(path, Checkpoint.ModelFile);
        if (!File.Exists(path))
            throw new RequestException($"{path} does not exist.");
        LibTorch.Load();
        return new Weights(path, WeightsFile.Read(path));
    }

    /// <summary>
    /// Copies the weights into the model by name. Files of an EfficientNet alone go to the backbone, without their
    /// classifier; prefixes such as <c>module.</c> (DataParallel) are dropped. What does not fit is named as in the
    /// file.
    /// </summary>
    /// <param name="part">Only weights whose names in the model begin so; empty for all.</param>
    /// <exception cref="ArgusException">A shape differs; the message names every such weight.</exception>
    public WeightMatch CopyTo(nn.Module model, string part = "")
    {
        using var none = no_grad();
        var state = model.state_dict();
        var names = new WeightNames(state.Keys);
        var ofBackbone = WeightNames.AreOfBackbone(tensors.Keys);
        var leftOver = new List<string>();
        var renamed = new Dictionary<string, (string Theirs, Tensor Value)>();
        // Of a weight and its average the one with the shorter name.
        foreach (var (theirs, value) in tensors.OrderBy(entry => entry.Key.Length))
        {
            var name = ofBackbone && WeightNames.IsOfClassifier(theirs) ? null : names.Find(theirs);
            if (
                name is null
                || !name.StartsWith(part, StringComparison.Ordinal)
                || !renamed.TryAdd(name, (theirs, value))
            )
                leftOver.Add(theirs);
        }
        var wrong = renamed
            .Where(entry => !state[entry.Key].shape.SequenceEqual(entry.Value.Value.shape))
            .Select(entry => $"{entry.Key} is {Shape(entry.Value.Value)} there, {Shape(state[entry.Key])} here")
            .Order(StringComparer.Ordinal)
            .ToList();
        if (wrong.Count > 0)
            throw new ArgusException(
                $"{source} does not fit this model: "
                    + $"{string.Join("; ", wrong.Take(5))}{(wrong.Count > 5 ? $"; and {wrong.Count - 5} more" : "")}. "
                    + "Another specialist or backbone?"
            );

        foreach (var (name, (_, value)) in renamed)
            state[name].copy_(value);
        return new WeightMatch(
            [.. renamed.Keys],
            [.. state.Keys.Where(name => !renamed.ContainsKey(name))],
            [.. leftOver.Order(StringComparer.Ordinal)]
        );
    }

    public Tensor? Find(string name) => tensors.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
    }

    private static string Shape(Tensor tensor) => $"({string.Join(", ", tensor.shape)})";
}
