using System.Globalization;
using System.Text.Json;
using Argus.Clips;
using Argus.Recipes;
using Argus.Scores;
using Argus.Views;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Argus.Detection;

/// <summary>What the file of an exported specialist says of itself, beside the graph: keys of its metadata.</summary>
public static class ModelMetadata
{
    /// <summary>The recipe, as JSON (YAML in models of earlier versions).</summary>
    public const string Recipe = "argus.recipe";

    /// <summary>SHA-256 of the recipe's text.</summary>
    public const string RecipeHash = "argus.recipe_sha256";

    /// <summary>SHA-256 of the checkpoint's weights.</summary>
    public const string Weights = "argus.weights_sha256";

    /// <summary>The calibration, as JSON; empty without one.</summary>
    public const string Calibration = "argus.calibration";

    /// <summary>What the two logits stand for.</summary>
    public const string Labels = "argus.labels";

    /// <summary>Mean of red, green, blue that the input was normalised by, as JSON.</summary>
    public const string Mean = "argus.mean";

    /// <summary>Standard deviation of red, green, blue, as JSON.</summary>
    public const string Std = "argus.std";

    /// <summary>Logits of the golden input, as JSON.</summary>
    public const string Golden = "argus.golden_logits";

    /// <summary>Version of the program that exported.</summary>
    public const string Version = "argus.version";

    /// <summary><c>fp32</c>, <c>fp16</c> or <c>int8</c>.</summary>
    public const string Precision = "argus.precision";
}

/// <summary>
/// An exported specialist in ONNX Runtime. Its inputs are the views of its recipe, <c>(clips, T, 3, S, S)</c> each; it
/// answers with logits (real, fake) and with the logits that were if a part of the picture were not there. Safe for use
/// by several threads.
/// </summary>
public sealed class SpecialistModelFile : CouncilModel
{
    /// <summary>
    /// An input with a default of 0: for <see cref="CouncilModel.Cells"/> the output <c>cells</c> is computed,
    /// otherwise it is empty.
    /// </summary>
    public const string CellsWanted = "cells_wanted";

    /// <summary>
    /// An output <c>(clips, C)</c> that scopes are made of, averaged over a clip: mean and deviation of the backbone's
    /// early channels (in models of earlier versions its last features, or nothing).
    /// </summary>
    public const string FeaturesOutput = "features";

    // Shares of the largest logit. On other processors the last digits differ, and integers may round the other way;
    // from a damaged model all do.
    private const double GoldenTolerance = 1e-3;
    private const double IntegerGoldenTolerance = 0.05;

    // A clip of so many frames goes through the runtime alone. Specialists of single pictures take several at once, and
    // so do integers: their ranges are measured over batches.
    private const int FramesThatGoAlone = 8;

    private const string IntegerPrecision = "int8";

    private readonly InferenceSession session;
    private readonly bool alone;
    private readonly SharedBackbone? backbone;
    private readonly bool ownsBackbone;

    private SpecialistModelFile(
        string path,
        InferenceSession session,
        Recipe recipe,
        bool alone,
        SharedBackbone? backbone,
        bool ownsBackbone
    )
        : base(path, recipe, new ClipPreprocessing(ModelInput.Create(recipe)), ReadCalibration(session, path))
    {
        this.session = session;
        this.alone = alone;
        this.backbone = backbone;
        this.ownsBackbone = ownsBackbone;
    }

    // A recipe that cannot be read is refused when the model is open.
    private static bool GoesAlone(Dictionary<string, string> metadata, string path)
    {
        try
        {
            return metadata.TryGetValue(ModelMetadata.Recipe, out var recipe)
                && !metadata.ContainsKey(SharedBackbone.Weights)
                && RecipeJson.Read(recipe, path).Data.ClipFrames >= FramesThatGoAlone;
        }
        catch (ArgusException)
        {
            return false;
        }
    }

    private static Calibration? ReadCalibration(InferenceSession session, string path) =>
        session.ModelMetadata.CustomMetadataMap.TryGetValue(ModelMetadata.Calibration, out var text) && text.Length > 0
            ? Scores.Calibration.Parse(text, path)
            : null;

    /// <summary>All of <see cref="ModelMetadata"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => session.ModelMetadata.CustomMetadataMap;

    internal override SpecialistRecord Describe(string name, string sha256)
    {
        string Said(string key) => Metadata.GetValueOrDefault(key, "");
        return new SpecialistRecord(
            name,
            sha256,
            Said(ModelMetadata.RecipeHash),
            Said(ModelMetadata.Weights),
            Said(ModelMetadata.Precision),
            Said(ModelMetadata.Version),
            CalibratedOn
        );
    }

    /// <param name="threads">Processor cores for one call; 0: all.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgusException">The file is no model, or none of Argus.</exception>
    public static SpecialistModelFile Load(string path, int threads = 0) => Load(path, threads, null);

    /// <param name="threads">Processor cores for one call; 0: all.</param>
    /// <param name="shared">The folder's backbone, for a specialist that shares it; null: it loads its own.</param>
    /// <param name="path">The file.</param>
    internal static SpecialistModelFile Load(string path, int threads, SharedBackbone? shared)
    {
        if (!File.Exists(path))
            throw new RequestException($"There is no file {path}.");
        var said = OnnxFile.ReadMetadata(path) ?? [];
        var isInteger = said.GetValueOrDefault(ModelMetadata.Precision) == IntegerPrecision;
        var alone = !isInteger && GoesAlone(said, path);
        var session = OnnxSession.Open(path, threads, alone ? 1 : null, keepsWeights: !isInteger);
        SharedBackbone? own = null;
        try
        {
            var metadata = OnnxSession.ReadMetadata(session, path);
            if (!metadata.TryGetValue(ModelMetadata.Recipe, out var recipe))
                throw new ArgusException(
                    $"{path} is an ONNX model, but not of Argus: it holds no recipe. In a checkout of Argus, 'argus "
                        + "export' makes one."
                );
            if (!session.OverridableInitializerMetadata.ContainsKey(CellsWanted))
                throw new ArgusException($"{path} was exported by an earlier version of Argus. Export it anew.");
            var shares = metadata.TryGetValue(SharedBackbone.Weights, out var hash);
            if (shares && shared is null)
                own = SharedBackbone.Load(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, threads);
            var backbone = shares ? shared ?? own : null;
            if (backbone is not null && backbone.Hash != hash)
                throw new ArgusException(
                    $"{path} was trained with another backbone than {backbone.Path} holds. Export the models anew."
                );
            return new SpecialistModelFile(
                path,
                session,
                RecipeJson.Read(recipe, path),
                alone,
                backbone,
                own is not null
            );
        }
        catch
        {
            own?.Dispose();
            session.Dispose();
            throw;
        }
    }

    /// <param name="inputs">For each name of <see cref="CouncilModel.Inputs"/> the clips, one after another.</param>
    /// <returns>For each clip two logits: real, fake.</returns>
    public float[] Logits(IReadOnlyDictionary<string, float[]> inputs) => Run(inputs, [], "logits")[0];

    /// <returns>For each clip the log odds of fake.</returns>
    public double[] Score(IReadOnlyDictionary<string, float[]> inputs) => Odds(Logits(inputs));

    internal override (double[] Odds, float[][] Features) Judge(IReadOnlyDictionary<string, float[]> inputs)
    {
        if (backbone is null && !session.OutputNames.Contains(FeaturesOutput))
            return (Score(inputs), []);
        var found = Look(inputs);
        var outputs = found is null
            ? Run(inputs, found, [], "logits", FeaturesOutput)
            : Run(inputs, found, [], "logits");
        var odds = Odds(outputs[0]);
        var features = found is null ? outputs[1] : found.Features;
        return (odds, [.. features.Chunk(features.Length / odds.Length)]);
    }

    /// <inheritdoc/>
    public override double[][] OcclusionSensitivity(IReadOnlyDictionary<string, float[]> inputs)
    {
        var outputs = Run(
            inputs,
            [NamedOnnxValue.CreateFromTensor(CellsWanted, new DenseTensor<long>(new[] { (long)Cells }, [1]))],
            "logits",
            "cells"
        );
        var whole = Odds(outputs[0]);
        return
        [
            .. Odds(outputs[1]).Chunk(Cells).Select((clip, i) => clip.Select(without => whole[i] - without).ToArray()),
        ];
    }

    /// <summary>Logits of the golden input, a clip, as <c>argus export</c> asked the checkpoint for.</summary>
    public float[] Golden() => Logits(Inputs.ToDictionary(name => name, name => GoldenInput.Create(name, ClipLength)));

    /// <returns>
    /// By how much a logit of the golden input differs at most from what it was when the file was made.
    /// </returns>
    /// <exception cref="ArgusException">
    /// The model does not answer the golden input as it did when it was made.
    /// </exception>
    public override double Check()
    {
        float[] expected = ReadGolden();
        float[] now;
        try
        {
            now = Golden();
        }
        catch (OnnxRuntimeException error)
        {
            throw new ArgusException($"{Path} is no model of the recipe that it carries: {error.Message}", error);
        }
        double largest = expected.Zip(now, (a, b) => Math.Abs(a - b)).Max();
        double scale = Math.Max(1, expected.Max(Math.Abs));
        if (
            !(
                largest
                <= scale
                    * (
                        Metadata.GetValueOrDefault(ModelMetadata.Precision) == IntegerPrecision
                            ? IntegerGoldenTolerance
                            : GoldenTolerance
                    )
            )
        )
            throw new ArgusException(
                $"{Path} does not compute what it did when it was exported (logits differ by "
                    + $"{largest.ToString("0.000000", CultureInfo.InvariantCulture)}). Export it anew."
            );
        return largest;
    }

    /// <summary>The logits of the golden input that the file carries.</summary>
    /// <exception cref="ArgusException">It carries none.</exception>
    internal float[] ReadGolden()
    {
        try
        {
            return
                Metadata.TryGetValue(ModelMetadata.Golden, out var json)
                && JsonSerializer.Deserialize<float[]>(json) is { Length: > 0 } logits
                ? logits
                : throw new JsonException("it holds none");
        }
        catch (JsonException error)
        {
            throw new ArgusException(
                $"{Path} does not say what it answers to the golden input ({error.Message}). Export it anew.",
                error
            );
        }
    }

    // Log odds of fake, from pairs of logits.
    private static double[] Odds(float[] logits) => [.. logits.Chunk(2).Select(pair => (double)pair[1] - pair[0])];

    /// <returns>For each output all values, one after another.</returns>
    internal float[][] Run(
        IReadOnlyDictionary<string, float[]> inputs,
        IEnumerable<NamedOnnxValue> more,
        params string[] outputs
    ) => Run(inputs, Look(inputs), more, outputs);

    // One clip after another where the session takes one at a time.

    private float[][] Run(
        IReadOnlyDictionary<string, float[]> inputs,
        SharedBackbone.Output? found,
        IEnumerable<NamedOnnxValue> more,
        params string[] outputs
    )
    {
        var clips = inputs[View.Rgb].Length / ClipLength;
        if (!alone || clips == 1)
            return RunBatch(inputs, found, more, outputs);
        var parts = Enumerable
            .Range(0, clips)
            .Select(clip =>
                RunBatch(
                    inputs.ToDictionary(
                        input => input.Key,
                        input => input.Value.AsSpan(clip * ClipLength, ClipLength).ToArray()
                    ),
                    found,
                    more,
                    outputs
                )
            )
            .ToList();
        return [.. outputs.Select((_, place) => parts.SelectMany(part => part[place]).ToArray())];
    }

    private float[][] RunBatch(
        IReadOnlyDictionary<string, float[]> inputs,
        SharedBackbone.Output? found,
        IEnumerable<NamedOnnxValue> more,
        string[] outputs
    )
    {
        SignalStack.Widen();
        var values = inputs
            .Where(input => session.InputNames.Contains(input.Key))
            .Select(input =>
                NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<float>(input.Value, Shape(input.Value)))
            )
            .Concat(more)
            .ToList();
        if (found is not null)
            values.Add(
                NamedOnnxValue.CreateFromTensor(SharedBackbone.Map, new DenseTensor<float>(found.Map, found.Shape))
            );
        using var results = session.Run(values, outputs);
        return [.. results.Select(result => result.AsEnumerable<float>().ToArray())];
    }

    // What the shared backbone finds in them; null for a model that has its own.
    private SharedBackbone.Output? Look(IReadOnlyDictionary<string, float[]> inputs) =>
        backbone?.Run(inputs[View.Rgb], Shape(inputs[View.Rgb]));

    private int[] Shape(float[] clips) =>
        [clips.Length / ClipLength, Recipe.Data.ClipFrames, 3, Preprocessing.ImageSize, Preprocessing.ImageSize];

    /// <summary>Frees the session.</summary>
    public override void Dispose()
    {
        session.Dispose();
        if (ownsBackbone)
            backbone!.Dispose();
    }
}
