using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Argus.Clips;
using Argus.Faces;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Scores;
using Argus.Views;

namespace Argus.Detection;

/// <summary>What the numbers of a detector's output are.</summary>
public enum OutputKind
{
    /// <summary>A logit for each class, of which a softmax makes probabilities.</summary>
    Logits,

    /// <summary>One logit of fake.</summary>
    Logit,

    /// <summary>The probability of fake, alone or among all classes'.</summary>
    Probability,
}

/// <summary>In which order a picture's colours lie.</summary>
public enum ColourOrder
{
    /// <summary>Red first.</summary>
    Rgb,

    /// <summary>Blue first, as OpenCV has them.</summary>
    Bgr,
}

/// <summary>How a face is turned before it is judged.</summary>
public enum FaceAlignment
{
    /// <summary>Not at all: an upright square around its box.</summary>
    None,

    /// <summary>By its five landmarks onto ArcFace's template; see <see cref="Faces.FivePoints"/>.</summary>
    FivePoints,
}

/// <summary>
/// What a detector of other origin must be told of itself: who made it, what its ONNX file wants to see, and what it
/// answers.
/// </summary>
public sealed record ForeignCard
{
    /// <summary>What people call it.</summary>
    public required string Title { get; init; }

    /// <summary>Where it is from.</summary>
    public required string Source { get; init; }

    /// <summary>Under which terms it may be used.</summary>
    public required string Licence { get; init; }

    /// <summary>What it looks for, in words.</summary>
    public string LooksFor { get; init; } = "whatever it was trained on";

    /// <summary>The graph's input; empty for the only one.</summary>
    public string Input { get; init; } = "";

    /// <summary>In which order the channels lie.</summary>
    public ColourOrder Colour { get; init; }

    /// <summary>White before mean and deviation: 1 or 255.</summary>
    public double White { get; init; } = 1;

    /// <summary>Taken from each channel, in the model's own order of channels.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>By which each channel is divided then.</summary>
    public required IReadOnlyList<double> Std { get; init; }

    /// <summary>How faces are turned.</summary>
    public FaceAlignment Align { get; init; }

    /// <summary>How much is seen around ArcFace's tight template, as a multiple of it.</summary>
    public double AlignScale { get; init; } = 1.3;

    /// <summary>The graph's output; empty for the only one.</summary>
    public string Output { get; init; } = "";

    /// <summary>What the output's numbers are.</summary>
    public OutputKind Kind { get; init; }

    /// <summary>Which of the output's classes is fake, from 0.</summary>
    public int Fake { get; init; } = 1;

    /// <summary>What it wants to see of a video: size, crop, margin and frames.</summary>
    [JsonIgnore]
    public Recipe Recipe { get; init; } = null!;

    /// <summary>What its scores mean; null until validation videos were judged.</summary>
    [JsonIgnore]
    public Calibration? Calibration { get; init; }

    /// <summary>Its log odds of the golden input when it was added.</summary>
    public double Golden { get; init; }

    /// <summary>SHA-256 of the weights that its file was made of; empty for a file as it was published.</summary>
    public string WeightsSha256 { get; init; } = "";

    /// <summary>SHA-256 of the card as it was given.</summary>
    public string Sha256 { get; init; } = "";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>From clips to its input: as of any model, or aligned.</summary>
    internal ClipPreprocessing CreatePreprocessing() =>
        Align == FaceAlignment.FivePoints
            ? new Aligned(ModelInput.Create(Recipe), AlignScale)
            : new ClipPreprocessing(ModelInput.Create(Recipe));

    // Aligned faces are cut out of the stored crop, which is larger for it.
    private sealed class Aligned(ModelInput input, double scale) : ClipPreprocessing(input)
    {
        public override void ToInput(ClipInput stored, Augmentation? augmentation, InputPlace output)
        {
            for (var place = 0; place < stored.Native.Count; place++)
            {
                using var face = FivePoints.Align(stored.Native[place], stored.Landmarks[place], ImageSize, scale);
                augmentation?.Apply(face);
                Preprocessing.Normalise(face, output(View.Rgb, place));
            }
        }
    }

    /// <summary>The card's file beside a model's.</summary>
    public static string FileOf(string name) => name + ".card.json";

    /// <summary>Writes it into a models folder.</summary>
    public void Write(string path)
    {
        var json = JsonSerializer.SerializeToNode(this, Json)!.AsObject();
        json["recipe"] = JsonNode.Parse(RecipeJson.Write(Recipe));
        if (Calibration is not null)
            json["calibration"] = JsonNode.Parse(Calibration.ToJson());
        AtomicFile.Write(path, json.ToJsonString(Json) + "\n");
    }

    /// <exception cref="ArgusException">The file is damaged.</exception>
    public static ForeignCard Read(string path)
    {
        try
        {
            var json =
                JsonNode.Parse(File.ReadAllText(path), null, StrictJson.Options)?.AsObject()
                ?? throw new JsonException("it is empty");
            var recipe = json["recipe"]?.ToJsonString() ?? throw new JsonException("it holds no recipe");
            var card = json.Deserialize<ForeignCard>(Json) ?? throw new JsonException("it is empty");
            return card with
            {
                Recipe = RecipeJson.Read(recipe, path),
                Calibration = json["calibration"] is { } known ? Calibration.Parse(known.ToJsonString(), path) : null,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ArgusException($"{path} is damaged ({error.Message}). Add the model anew.", error);
        }
    }
}
