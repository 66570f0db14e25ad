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
        using var file = File.OpenRead(path);
        var zip = file.ReadByte() == 'P' && file.ReadByte() == 'K';
        if (!zip && Path.GetExtension(path) is ".pt" or ".pth")
            throw new ArgusException(
                $"{path} is no zip: it is damaged, or was saved by a PyTorch before 1.6. Load and save it again there."
            );
        return new Weights(path, zip ? PyTorchFile.Read(path) : SafeTensors.Read(path));
    }

    /// <summary>
    /// Copies the weights into the model by name. torchvision's EfficientNet files go to the backbone, without their
    /// classifier; a <c>module.</c> prefix (DataParallel) is dropped.
    /// </summary>
    /// <exception cref="ArgusException">A shape differs; the message names every such weight.</exception>
    public WeightMatch CopyTo(nn.Module model)
    {
        using var none = no_grad();
        var state = model.state_dict();
        var torchvision = tensors.Keys.Any(name => name.StartsWith("features.", StringComparison.Ordinal));
        bool IsForeign(string name) => torchvision && name.StartsWith("classifier.", StringComparison.Ordinal);
        var renamed = tensors
            .Where(entry => !IsForeign(entry.Key))
            .Select(entry => (Name: Rename(entry.Key, torchvision), entry.Value))
            .ToList();
        var wrong = renamed
            .Where(entry =>
                state.TryGetValue(entry.Name, out var target) && !target.shape.SequenceEqual(entry.Value.shape)
            )
            .Select(entry => $"{entry.Name} is {Shape(entry.Value)} there, {Shape(state[entry.Name])} here")
            .ToList();
        if (wrong.Count > 0)
            throw new ArgusException(
                $"{source} does not fit this model: "
                    + $"{string.Join("; ", wrong.Take(5))}{(wrong.Count > 5 ? $"; and {wrong.Count - 5} more" : "")}. "
                    + "Another specialist or backbone?"
            );

        var matched = renamed.Where(entry => state.ContainsKey(entry.Name)).ToList();
        foreach (var (name, value) in matched)
            state[name].copy_(value);
        var names = matched.Select(entry => entry.Name).ToHashSet();
        return new WeightMatch(
            [.. names],
            [.. state.Keys.Where(name => !names.Contains(name))],
            [
                .. renamed.Select(entry => entry.Name).Where(name => !state.ContainsKey(name)),
                .. tensors.Keys.Where(IsForeign),
            ]
        );
    }

    public Tensor? Find(string name) => tensors.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
    }

    private static string Rename(string name, bool torchvision)
    {
        if (name.StartsWith("module.", StringComparison.Ordinal))
            name = name["module.".Length..];
        return torchvision ? "backbone." + name : name;
    }

    private static string Shape(Tensor tensor) => $"({string.Join(", ", tensor.shape)})";
}
