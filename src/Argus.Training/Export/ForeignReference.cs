using Argus.Data.Evaluations;
using Argus.Detection;
using Argus.Scores;
using Argus.Training.Runs;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>A detector of other origin in a models folder.</summary>
/// <param name="Folder">The models folder.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Card">What it is.</param>
public sealed record ForeignReference(string Folder, string Name, ForeignCard Card)
    : EvaluatedDetector(Folder, Card.Recipe)
{
    /// <summary>What a path that can be evaluated names: a detector's file, or a run or checkpoint.</summary>
    /// <exception cref="RequestException">It names neither.</exception>
    public static EvaluatedDetector FindAny(string path) => IsFile(path) ? Find(path) : CheckpointReference.Find(path);

    /// <summary>Whether a path names a detector's file.</summary>
    public static bool IsFile(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>The one that a file is.</summary>
    /// <exception cref="RequestException">The file is not there, or has no card beside it.</exception>
    public static ForeignReference Find(string path)
    {
        if (!File.Exists(path))
            throw new RequestException($"There is no file {path}.");
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } given ? given : ".";
        var name = Path.GetFileNameWithoutExtension(path);
        var card = Path.Combine(folder, ForeignCard.FileOf(name));
        return File.Exists(card)
            ? new ForeignReference(folder, name, ForeignCard.Read(card))
            : throw new RequestException(
                $"{path} has no card beside it. A specialist is evaluated by its run or checkpoint; a detector of "
                    + "other origin joins a models folder first (argus models add), and is evaluated there."
            );
    }

    /// <inheritdoc/>
    public override string Title => Card.Title;

    /// <inheritdoc/>
    public override string? Specialist => null;

    /// <inheritdoc/>
    public override string Weights => Path.Combine(Folder, ModelsFolder.FileOf(Name));

    /// <inheritdoc/>
    public override string RecipeFile => Path.Combine(Folder, ForeignCard.FileOf(Name));

    /// <summary>What it said of validation videos, for <c>argus council fit</c>.</summary>
    public string ValidationFile => Path.Combine(Folder, Name + ".validation.csv");

    /// <inheritdoc/>
    public override Calibration? Calibration => Card.Calibration;

    /// <inheritdoc/>
    public override string? ValidationLayout => null;

    /// <inheritdoc/>
    public override ClipScorer Open(Device device) => new FileScorer(ForeignModelFile.Load(Weights, Card));

    /// <inheritdoc/>
    public override async Task KeepAsync(
        Calibration calibration,
        IReadOnlyList<VideoPrediction> videos,
        CancellationToken cancel
    )
    {
        PredictionTable.Write(ValidationFile, new PredictionSet(videos, []));
        await ForeignMember.CalibrateAsync(Folder, Name, Card with { Calibration = calibration }, cancel);
    }
}
