using Argus.Clips;
using Argus.Recipes;
using Argus.Scores;
using Argus.Specialists;
using Argus.Views;

namespace Argus.Detection;

/// <summary>
/// A member of a council as a file: a specialist that <c>argus export</c> made, or a detector of other origin with its
/// card. It says what it wants to see of a video, and answers with log odds. Safe for use by several threads.
/// </summary>
public abstract class CouncilModel : IDisposable
{
    /// <summary>Parts of the picture, in 7 rows of 7.</summary>
    public const int Cells = CellsAcross * CellsAcross;

    internal const int CellsAcross = 7;

    private protected CouncilModel(
        string path,
        Recipe recipe,
        ClipPreprocessing preprocessing,
        Calibration? calibration
    )
    {
        Path = path;
        Recipe = recipe;
        Preprocessing = preprocessing;
        Calibration = calibration;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it wants to see of a video; of a specialist all that it was trained with.</summary>
    public Recipe Recipe { get; }

    /// <summary>What its scores mean; null without validation.</summary>
    public Calibration? Calibration { get; }

    /// <summary>From clips to inputs.</summary>
    public ClipPreprocessing Preprocessing { get; }

    /// <summary>What it looks for, in words.</summary>
    public virtual string LooksFor => Specialist.Find(Recipe.Specialist).LooksFor;

    /// <summary>Names of the inputs: rgb and the views of the branches.</summary>
    public IReadOnlyList<string> Inputs => [View.Rgb, .. Preprocessing.Views];

    /// <summary>Floats of a clip of one input: <c>T * 3 * S * S</c>.</summary>
    public int ClipLength => Recipe.Data.ClipFrames * Preprocessing.Length;

    /// <summary>On what its calibration was fitted, in words; null without one.</summary>
    private protected string? CalibratedOn =>
        Calibration is { } known ? $"{known.Data}: {known.Real} real and {known.Fake} fake" : null;

    /// <summary>How it stands in an answer's record.</summary>
    internal abstract SpecialistRecord Describe(string name, string sha256);

    /// <param name="inputs">For each name of <see cref="Inputs"/> the clips, one after another.</param>
    /// <returns>
    /// For each clip the log odds of fake, and its features; none from a model that does not tell them.
    /// </returns>
    internal abstract (double[] Odds, float[][] Features) Judge(IReadOnlyDictionary<string, float[]> inputs);

    /// <param name="inputs">As for one that judges.</param>
    /// <returns>
    /// For each clip and each of <see cref="Cells"/> parts of the picture: by how much the log odds of fake fall if the
    /// part were not there.
    /// </returns>
    public abstract double[][] OcclusionSensitivity(IReadOnlyDictionary<string, float[]> inputs);

    /// <returns>By how much its answer to the golden input differs at most from what it was.</returns>
    /// <exception cref="ArgusException">The model does not answer the golden input as it did.</exception>
    public abstract double Check();

    /// <summary>Frees the session.</summary>
    public abstract void Dispose();
}
