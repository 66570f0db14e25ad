using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Argus.Recipes;

/// <summary>A leaf of the recipe: its dotted key, its type and what it may be.</summary>
public sealed record RecipeKey(string Key, PropertyInfo Property)
{
    public Type Type => Property.PropertyType;
    public Type ElementType => Type.IsArray ? Type.GetElementType()! : Type;
    public string? Description => Property.GetCustomAttribute<DescriptionAttribute>()?.Description;
    public RangeAttribute? Range => Property.GetCustomAttribute<RangeAttribute>();
    public IReadOnlyList<string>? Choices =>
        Property.GetCustomAttribute<AllowedValuesAttribute>()?.Values.Select(value => $"{value}").ToList();
    public int? Length => Property.GetCustomAttribute<LengthAttribute>()?.MinimumLength;

    /// <summary>The value as the property's type, or a sentence on why it cannot be.</summary>
    public object? Parse(RecipeValue value, out string? problem)
    {
        problem = null;
        if (!Type.IsArray)
            return value.Items is null
                ? Scalar(value.Text, out problem)
                : Fail($"{Key} takes one value, not a list", out problem);
        // One value on the command line is a list of one.
        var texts = value.Items ?? (value.Text.Length == 0 ? [] : [value.Text]);
        if (Length is { } length && texts.Count != length)
            return Fail($"{Key} takes a list of {length}, not of {texts.Count}", out problem);
        var list = new ArrayList();
        foreach (var text in texts)
        {
            list.Add(Scalar(text, out problem));
            if (problem is not null)
                return null;
        }
        return list.ToArray(ElementType);
    }

    private object? Scalar(string text, out string? problem)
    {
        problem = null;
        object? parsed = ElementType switch
        {
            var type when type == typeof(string) => text,
            var type when type == typeof(bool) => bool.TryParse(text, out var truth) ? truth : null,
            var type when type == typeof(int) => int.TryParse(
                text,
                NumberStyles.Integer,
                CultureInfo.InvariantCulture,
                out var whole
            )
                ? whole
                : null,
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
                ? number
                : null,
        };
        if (parsed is null)
            return Fail($"{Key} takes {TypeName}, not '{text}'", out problem);
        if (Choices is { } choices && !choices.Contains(text))
            return Fail($"{Key} is '{text}'; choose {Nearest.Suggest(text, choices)}", out problem);
        if (Range is { } range && !range.IsValid(parsed))
            return Fail($"{Key} is {text}; it must be from {range.Minimum} to {range.Maximum}", out problem);
        return parsed;
    }

    private static object? Fail(string sentence, out string? problem)
    {
        problem = sentence;
        return null;
    }

    public string TypeName =>
        ElementType == typeof(string) ? "a word"
        : ElementType == typeof(bool) ? "true or false"
        : ElementType == typeof(int) ? "a whole number"
        : "a number";
}

/// <summary>All keys of a recipe, read off <see cref="Recipe"/>.</summary>
public static class RecipeSchema
{
    public static IReadOnlyList<RecipeKey> Keys { get; } = [.. Leaves(typeof(Recipe), "")];

    public static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    public static bool IsSection(Type type) => type.Namespace == typeof(Recipe).Namespace;

    private static IEnumerable<RecipeKey> Leaves(Type type, string prefix) =>
        type.GetProperties()
            .Where(property => property.CanWrite)
            .SelectMany(property =>
                IsSection(property.PropertyType)
                    ? Leaves(property.PropertyType, $"{prefix}{SnakeCase(property.Name)}.")
                    : [new RecipeKey(prefix + SnakeCase(property.Name), property)]
            );

    /// <summary>A JSON schema (draft 2020-12) of the YAML files, for editors.</summary>
    public static string ToJson()
    {
        var schema = Section(typeof(Recipe));
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Argus recipe");
        return schema.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    private static JsonObject Section(Type type)
    {
        var properties = new JsonObject();
        foreach (var property in type.GetProperties().Where(p => p.CanWrite))
        {
            properties[SnakeCase(property.Name)] = IsSection(property.PropertyType)
                ? Section(property.PropertyType)
                : Leaf(new RecipeKey(SnakeCase(property.Name), property));
        }
        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
    }

    private static JsonObject Leaf(RecipeKey key)
    {
        var element = new JsonObject
        {
            ["type"] =
                key.ElementType == typeof(string) ? "string"
                : key.ElementType == typeof(bool) ? "boolean"
                : key.ElementType == typeof(int) ? "integer"
                : "number",
        };
        if (key.Choices is { } choices)
            element["enum"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice)]);
        if (key.Range is { } range)
        {
            element["minimum"] = Convert.ToDouble(range.Minimum);
            element["maximum"] = Convert.ToDouble(range.Maximum);
        }
        var leaf = key.Type.IsArray ? new JsonObject { ["type"] = "array", ["items"] = element } : element;
        if (key.Length is { } length)
            (leaf["minItems"], leaf["maxItems"]) = (length, length);
        if (key.Description is { } description)
            leaf["description"] = description;
        return leaf;
    }
}
