using Argus.Clips;
using Argus.Detection;
using Argus.Training.Feeding;
using Argus.Training.Runs;
using Argus.Views;
using TorchSharp;

namespace Argus.Training.Export;

/// <summary>A detector of other origin.</summary>
internal sealed class FileScorer(ForeignModelFile file) : ClipScorer
{
    internal override ClipPreprocessing Preprocessing => file.Preprocessing;

    internal override double[] Score(Batch batch)
    {
        using var dense = batch.Inputs[View.Rgb].contiguous();
        return file.Judge(new Dictionary<string, float[]> { [View.Rgb] = dense.data<float>().ToArray() }).Odds;
    }

    public override void Dispose() => file.Dispose();
}
