using System.Text.Json;
using Argus.Scores;
using Argus.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Checkpoints;

/// <summary>
/// Where the loop stands, in readable JSON. Random draws follow from (seed, epoch, step), so no generator state is
/// kept.
/// </summary>
public sealed record TrainState
{
    /// <summary>From 0: the epoch to go on with, and the step within it.</summary>
    public int Epoch { get; init; }
    public int Step { get; init; }

    /// <summary>Optimizer steps so far.</summary>
    public int GlobalStep { get; init; }

    /// <summary>The DFDC part of that epoch.</summary>
    public int? Chunk { get; init; }

    /// <summary>Sums over this epoch's batches so far.</summary>
    public RunningSums Sums { get; init; } = new();

    /// <summary>Length of metrics.jsonl at this moment; what lies beyond is from work that was lost.</summary>
    public long MetricsBytes { get; init; }
    public string? BestCheckpoint { get; init; }
    public double? BestAuc { get; init; }
    public string RecipeHash { get; init; } = "";

    /// <summary>Which videos and clips the store held: the order of an epoch follows from them.</summary>
    public string StoreHash { get; init; } = "";
    public IReadOnlyDictionary<string, double?> Metrics { get; init; } = new Dictionary<string, double?>();
}

/// <summary>Training loss and hits of an epoch, by class.</summary>
public sealed record RunningSums(double Loss = 0, int Real = 0, int RealRight = 0, int Fake = 0, int FakeRight = 0)
{
    public int Count => Real + Fake;
}

/// <summary>
/// A folder with <c>model.safetensors</c>, <c>optimizer.safetensors</c>, <c>state.json</c> and <c>recipe.yaml</c>. It
/// is written under another name, forced to the disk and renamed, so that it appears whole or not at all.
/// </summary>
public static class Checkpoint
{
    public const string ModelFile = "model.safetensors";
    public const string OptimizerFile = "optimizer.safetensors";
    public const string StateFile = "state.json";
    public const string RecipeFile = "recipe.yaml";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Writes a checkpoint; one of that name is replaced.</summary>
    /// <param name="folder">Its name.</param>
    /// <param name="optimizer">Null for weights that are not trained on.</param>
    /// <param name="calibration">What the weights' scores mean; null where that is not known yet.</param>
    /// <exception cref="ArgusException">It could not be written.</exception>
    public static void Save(
        string folder,
        nn.Module model,
        AdamW? optimizer,
        TrainState state,
        string recipeYaml,
        Calibration? calibration = null
    )
    {
        var partial = Path.Combine(
            Path.GetDirectoryName(Path.GetFullPath(folder))!,
            $".partial-{Path.GetFileName(folder)}"
        );
        try
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
            Directory.CreateDirectory(partial);
            SafeTensors.Write(
                Path.Combine(partial, ModelFile),
                model.state_dict().Select(entry => (entry.Key, entry.Value)),
                new Dictionary<string, string> { ["format"] = "pt" }
            );
            if (optimizer is not null)
                SafeTensors.Write(Path.Combine(partial, OptimizerFile), optimizer.State());
            AtomicFile.Write(Path.Combine(partial, RecipeFile), recipeYaml);
            AtomicFile.Write(Path.Combine(partial, StateFile), JsonSerializer.Serialize(state, Json));
            calibration?.Write(partial);
            if (Directory.Exists(folder))
                Discard(folder);
            Directory.Move(partial, folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
            throw new ArgusException(
                $"The checkpoint {folder} could not be written: {error.Message.TrimEnd('.')}. Earlier "
                    + "checkpoints are intact; make room and continue with --resume.",
                error
            );
        }
    }

    /// <exception cref="ArgusException">The state is missing or damaged.</exception>
    public static TrainState ReadState(string folder)
    {
        var file = Path.Combine(folder, StateFile);
        if (!File.Exists(file))
            throw new ArgusException($"{folder} is no checkpoint: {StateFile} is missing.");
        try
        {
            return JsonSerializer.Deserialize<TrainState>(File.ReadAllText(file), Json)
                ?? throw new JsonException("it is empty");
        }
        catch (JsonException error)
        {
            throw new ArgusException(
                $"{file} is damaged ({error.Message}). Continue from another checkpoint: --init.",
                error
            );
        }
    }

    /// <summary>Loads model and optimizer; every name must match.</summary>
    /// <exception cref="ArgusException">A file is damaged or belongs to another model.</exception>
    public static void Load(string folder, nn.Module model, AdamW? optimizer)
    {
        using (var weights = Weights.Read(Path.Combine(folder, ModelFile)))
        {
            var match = weights.CopyTo(model);
            if (match.Missing.Count > 0)
                throw new ArgusException(
                    $"{folder} lacks {match.Missing.Count} weights of this model, the first is "
                        + $"{match.Missing[0]}. Another specialist or backbone?"
                );
        }
        if (optimizer is null)
            return;
        var saved = SafeTensors.Read(Path.Combine(folder, OptimizerFile));
        try
        {
            using var none = no_grad();
            foreach (var (name, tensor) in optimizer.State())
            {
                if (!saved.TryGetValue(name, out var value))
                    throw new ArgusException($"{folder}/{OptimizerFile} lacks {name}.");
                // Checkpoints of version 1 have zeros for queries and keys of one token before the values' rows.
                var isStacked = value.dim() > 0 && value.size(0) > tensor.size(0);
                using var own = isStacked
                    ? value.narrow(0, value.size(0) - tensor.size(0), tensor.size(0))
                    : value.alias();
                tensor.copy_(own);
            }
        }
        finally
        {
            foreach (var tensor in saved.Values)
                tensor.Dispose();
        }
    }

    /// <summary>Removes a checkpoint such that its name never stands for half of one.</summary>
    public static void Discard(string folder)
    {
        var doomed = Path.Combine(Path.GetDirectoryName(folder)!, $".partial-old-{Path.GetFileName(folder)}");
        if (Directory.Exists(doomed))
            Directory.Delete(doomed, recursive: true);
        Directory.Move(folder, doomed);
        Directory.Delete(doomed, recursive: true);
    }
}
