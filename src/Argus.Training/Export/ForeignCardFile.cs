using System.Globalization;
using Argus.Detection;
using Argus.Recipes;
using Argus.Training.Recipes;

namespace Argus.Training.Export;

/// <summary>
/// Reads the YAML card of a detector of other origin (docs/detectors.md). What it wants to see of a video becomes a
/// recipe, so that detection reads videos for it as for a specialist.
/// </summary>
public static class ForeignCardFile
{
    // An aligned face is cut out of its crop, whose corners it may reach when the head is turned.
    private const double AlignedMargin = 2.2;

    private static readonly string[] Keys =
    [
        "title",
        "source",
        "licence",
        "looks_for",
        "frames",
        "input.name",
        "input.size",
        "input.colour",
        "input.white",
        "input.mean",
        "input.std",
        "crop.of",
        "crop.margin",
        "crop.align",
        "crop.align_scale",
        "output.name",
        "output.kind",
        "output.fake",
    ];

    /// <summary>The card.</summary>
    /// <exception cref="RequestException">Everything that is wrong, one sentence a line with its line.</exception>
    public static ForeignCard Read(string path)
    {
        if (!File.Exists(path))
            throw new RequestException($"There is no card {path}; docs/detectors.md shows what stands in one.");
        var values = new Dictionary<string, RecipeValue>();
        var problems = new List<string>();
        RecipeFile.Read(path, Path.GetFileName(path), values, problems);
        var reader = new CardReader(Path.GetFileName(path), values, problems);
        problems.AddRange(
            values
                .Where(entry => !Keys.Contains(entry.Key))
                .Select(entry =>
                    $"{entry.Value.Origin}: there is no key '{entry.Key}'" + Suggestions.Hint(entry.Key, Keys)
                )
        );
        var aligned = reader.Word("crop.align", FaceAlignment.None) == FaceAlignment.FivePoints;
        var faces = reader.Word("crop.of", CropMode.Face) == CropMode.Face;
        if (aligned && !faces)
            problems.Add($"{reader.Origin("crop.align")}: only faces are aligned; crop.of must be face");
        var size = (int)reader.Number("input.size", least: 16, most: 2048);
        var frames = (int)reader.Number("frames", least: 1, most: 1000, otherwise: 32);
        var margin = reader.Number("crop.margin", least: 1, most: 4, otherwise: 1.3);
        var card = new ForeignCard
        {
            Title = reader.Text("title"),
            Source = reader.Text("source"),
            Licence = reader.Text("licence"),
            LooksFor = reader.Text("looks_for", "whatever it was trained on"),
            Input = reader.Text("input.name", ""),
            Colour = reader.Word("input.colour", ColourOrder.Rgb),
            White = reader.Number("input.white", least: 1, most: 255, otherwise: 1),
            Mean = reader.Three("input.mean"),
            Std = reader.Three("input.std", above: 0),
            Align = aligned ? FaceAlignment.FivePoints : FaceAlignment.None,
            AlignScale = reader.Number("crop.align_scale", least: 1, most: 2, otherwise: 1.3),
            Output = reader.Text("output.name", ""),
            Kind = reader.Word("output.kind", OutputKind.Logits),
            Fake = (int)reader.Number("output.fake", least: 0, most: 1000),
            Sha256 = FileHash.Sha256(path),
        };
        if (problems.Count > 0)
            throw new RequestException(string.Join(Environment.NewLine, problems));
        return card with { Recipe = CreateRecipe(size, frames, faces, aligned ? AlignedMargin : margin) };
    }

    // The plainest specialist's: no views, no sound, nothing enhanced.
    private static Recipe CreateRecipe(int size, int frames, bool faces, double margin) =>
        RecipeLibrary
            .Default.Load(
                RecipeLibrary.Default.Find("bg/1"),
                "seed",
                [
                    $"model.image_size={size}",
                    "model.views=rgb",
                    "enhance.clahe_clip=0",
                    "enhance.bilateral_diameter=0",
                    $"data.crop={(faces ? "face" : "frame")}",
                    string.Create(CultureInfo.InvariantCulture, $"data.face_margin={margin}"),
                    $"data.eval_frames={frames}",
                ]
            )
            .Recipe;

    private sealed class CardReader(string name, Dictionary<string, RecipeValue> values, List<string> problems)
    {
        public string Origin(string key) => values.TryGetValue(key, out var value) ? value.Origin : name;

        public string Text(string key, string? otherwise = null)
        {
            if (values.TryGetValue(key, out var value) && value.Items is null && value.Text.Length > 0)
                return value.Text;
            if (otherwise is null)
                problems.Add($"{Origin(key)}: {key} is missing");
            return otherwise ?? "";
        }

        public double Number(string key, double least, double most, double? otherwise = null)
        {
            if (!values.TryGetValue(key, out var value))
            {
                if (otherwise is null)
                    problems.Add($"{name}: {key} is missing");
                return otherwise ?? least;
            }
            if (Parse(value.Text) is { } number && number >= least && number <= most)
                return number;
            problems.Add($"{value.Origin}: {key} is '{value}'; it must be a number from {least} to {most}");
            return least;
        }

        public double[] Three(string key, double above = double.NegativeInfinity)
        {
            var numbers = values.TryGetValue(key, out var value)
                ? (value.Items ?? []).Select(Parse).OfType<double>().Where(number => number > above).ToArray()
                : [];
            if (numbers.Length != 3 || value!.Items!.Count != 3)
                problems.Add(
                    $"{Origin(key)}: {key} must be three numbers{(above == 0 ? " above 0" : "")}, one a channel in the "
                        + "model's own order, e.g. [0.5, 0.5, 0.5]"
                );
            return numbers;
        }

        public T Word<T>(string key, T otherwise)
            where T : struct, Enum
        {
            if (!values.TryGetValue(key, out var value))
                return otherwise;
            var words = Enum.GetValues<T>().ToDictionary(choice => RecipeSchema.SnakeCase($"{choice}"));
            if (words.TryGetValue(value.Text, out var found))
                return found;
            problems.Add(
                $"{value.Origin}: {key} is '{value}'; choose {Suggestions.OneOf(value.Text, [.. words.Keys])}"
            );
            return otherwise;
        }

        private static double? Parse(string text) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
                ? number
                : null;
    }
}
