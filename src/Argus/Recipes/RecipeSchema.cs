using System.Text.Json;
using System.Text.Json.Nodes;

namespace Argus.Recipes;

/// <summary>All keys of a recipe, read off <see cref="Recipe"/>.</summary>
public static class RecipeSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Every leaf, in the order in which recipes are written.</summary>
    public static IReadOnlyList<RecipeKey> Keys { get; } = [.. Leaves(typeof(Recipe), "")];

    /// <summary>
    /// How a property's or a choice's name is written in recipes: <c>ClipFrames</c> is <c>clip_frames</c>.
    /// </summary>
    public static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    /// <summary>A choice as recipes and other files write it.</summary>
    public static string Word(Enum choice) => SnakeCase($"{choice}");

    /// <summary>Whether a property holds further properties rather than a value.</summary>
    public static bool IsSection(Type type) => type is { IsClass: true } && type.Namespace == typeof(Recipe).Namespace;

    private static IEnumerable<RecipeKey> Leaves(Type type, string prefix) =>
        type.GetProperties()
            .Where(property => property.CanWrite)
            .SelectMany(property =>
                IsSection(property.PropertyType)
                    ? Leaves(property.PropertyType, $"{prefix}{SnakeCase(property.Name)}.")
                    : [new RecipeKey(prefix + SnakeCase(property.Name), property)]
            );

    /// <summary>A JSON schema (draft 2020-12) of the YAML files, for editors.</summary>
    /// <param name="tables">Which words the keys of tables may be.</param>
    public static string ToJsonSchema(RecipeTables tables)
    {
        var schema = Section(typeof(Recipe), "", tables);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Argus recipe");
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Section(Type type, string prefix, RecipeTables tables)
    {
        var properties = new JsonObject();
        foreach (var property in type.GetProperties().Where(p => p.CanWrite))
        {
            var name = SnakeCase(property.Name);
            properties[name] = IsSection(property.PropertyType)
                ? Section(property.PropertyType, $"{prefix}{name}.", tables)
                : Leaf(new RecipeKey(prefix + name, property), tables);
        }
        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
    }

    private static JsonObject Leaf(RecipeKey key, RecipeTables tables)
    {
        var element = new JsonObject
        {
            ["type"] =
                key.ElementType == typeof(bool) ? "boolean"
                : key.ElementType == typeof(int) ? "integer"
                : key.ElementType == typeof(double) ? "number"
                : "string",
        };
        if ((key.Choices ?? tables.Names.GetValueOrDefault(key.Key)) is { } choices)
            element["enum"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice)]);
        if (key.Range is { } range)
        {
            element["minimum"] = Convert.ToDouble(range.Minimum);
            element["maximum"] = Convert.ToDouble(range.Maximum);
        }
        var leaf = key.Type.IsArray ? new JsonObject { ["type"] = "array", ["items"] = element } : element;
        if (key.Length is { } length)
        {
            leaf["minItems"] = length;
            leaf["maxItems"] = length;
        }
        if (key.Description is { } description)
            leaf["description"] = description;
        return leaf;
    }
}
