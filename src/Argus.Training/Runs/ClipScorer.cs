using Argus.Clips;
using Argus.Recipes;
using Argus.Training.Feeding;
using Argus.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>Gives the clips of a batch their log odds of fake; the owner's to dispose.</summary>
public abstract class ClipScorer : IDisposable
{
    /// <summary>From stored clips to a batch's inputs.</summary>
    internal abstract ClipPreprocessing Preprocessing { get; }

    /// <summary>For each clip of the batch its log odds of fake.</summary>
    internal abstract double[] Score(Batch batch);

    /// <summary>Frees the model.</summary>
    public abstract void Dispose();
}

/// <summary>A model of this program.</summary>
internal sealed class ModelScorer(SpecialistModel model, Recipe recipe, Device device) : ClipScorer
{
    internal override ClipPreprocessing Preprocessing { get; } = new(ModelInput.Create(recipe));

    internal override double[] Score(Batch batch)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        model.eval();
        var logits = model.Logits(BatchInputs.Create(batch, recipe, device), batch.FramesPerClip).cpu();
        return [.. logits.data<float>().ToArray().Chunk(2).Select(pair => (double)pair[1] - pair[0])];
    }

    public override void Dispose() => model.Dispose();
}
