using System.Text.Json;
using System.Text.Json.Nodes;

namespace Argus.Recipes;

/// <summary>A recipe as JSON: what exported models carry.</summary>
public static class RecipeJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The recipe as nested JSON, with the keys and words of the YAML files.</summary>
    public static string Write(Recipe recipe) => WriteSection(recipe).ToJsonString(Indented) + "\n";

    /// <summary>
    /// A recipe that a model carries: JSON, or YAML as <see cref="RecipeText"/> wrote it for models of earlier
    /// versions.
    /// </summary>
    /// <param name="text">JSON or YAML.</param>
    /// <param name="name">Where the text is from, for messages.</param>
    /// <exception cref="RequestException">
    /// It is neither, or something is wrong with its keys or values: one line for each.
    /// </exception>
    public static Recipe Read(string text, string name) =>
        RecipeBinder.Bind(
            text.TrimStart().StartsWith('{') ? ReadValues(text, name) : RecipeText.Read(text, name),
            RecipeTables.Unknown,
            [],
            mayBeOlder: true
        );

    private static JsonObject WriteSection(object section)
    {
        var json = new JsonObject();
        foreach (var property in section.GetType().GetProperties().Where(property => property.CanWrite))
        {
            var value = property.GetValue(section)!;
            json[RecipeSchema.SnakeCase(property.Name)] = value switch
            {
                _ when RecipeSchema.IsSection(property.PropertyType) => WriteSection(value),
                Enum choice => RecipeSchema.Word(choice),
                _ => JsonSerializer.SerializeToNode(value),
            };
        }
        return json;
    }

    private static Dictionary<string, RecipeValue> ReadValues(string text, string name)
    {
        var values = new Dictionary<string, RecipeValue>();
        try
        {
            using var json = JsonDocument.Parse(text);
            Flatten(json.RootElement, "");
        }
        // Half a surrogate pair is valid JSON but no string.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RequestException($"{name} carries a recipe that is no JSON: {error.Message}", error);
        }
        return values;

        void Flatten(JsonElement section, string prefix)
        {
            foreach (var property in section.EnumerateObject())
            {
                var key = prefix + property.Name;
                if (property.Value.ValueKind == JsonValueKind.Object)
                    Flatten(property.Value, key + ".");
                else if (property.Value.ValueKind == JsonValueKind.Array)
                    values[key] = new RecipeValue("", [.. property.Value.EnumerateArray().Select(Scalar)], name);
                else
                    values[key] = new RecipeValue(Scalar(property.Value), null, name);
            }
        }

        static string Scalar(JsonElement value) =>
            value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
    }
}
