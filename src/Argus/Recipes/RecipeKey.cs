using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Argus.Recipes;

/// <summary>A leaf of the recipe: its dotted key, its type and what it may be.</summary>
/// <param name="Key">Such as <c>data.clip_frames</c>.</param>
/// <param name="Property">Where the value goes, and the attributes that say what it may be.</param>
public sealed record RecipeKey(string Key, PropertyInfo Property)
{
    /// <summary>The property's type.</summary>
    public Type Type => Property.PropertyType;

    /// <summary>The type of a list's elements, or of the value itself.</summary>
    public Type ElementType => Type.IsArray ? Type.GetElementType()! : Type;

    /// <summary>What the value means, in words; null where the name says it.</summary>
    public string? Description => Property.GetCustomAttribute<DescriptionAttribute>()?.Description;

    /// <summary>Smallest and largest value; null for any.</summary>
    public RangeAttribute? Range => Property.GetCustomAttribute<RangeAttribute>();

    /// <summary>Length that a list must have; null for any.</summary>
    public int? Length => Property.GetCustomAttribute<LengthAttribute>()?.MinimumLength;

    /// <summary>What recipes mean that were written before the key existed; null where every recipe has it.</summary>
    public object? ValueOfOlderRecipes => Property.GetCustomAttribute<DefaultValueAttribute>()?.Value;

    /// <summary>The only words that the value may be; null for any. Words of tables are not among them.</summary>
    public IReadOnlyList<string>? Choices =>
        ElementType.IsEnum
            ? [.. Enum.GetNames(ElementType).Select(RecipeSchema.SnakeCase)]
            : Property.GetCustomAttribute<AllowedValuesAttribute>()?.Values.Select(value => $"{value}").ToList();

    /// <summary>The value's type in words.</summary>
    public string TypeName =>
        ElementType == typeof(bool) ? "true or false"
        : ElementType == typeof(int) ? "a whole number"
        : ElementType == typeof(double) ? "a number"
        : "a word";

    /// <summary>The value as the property's type, or a sentence on why it cannot be.</summary>
    /// <param name="value">As it was written.</param>
    /// <param name="table">Names of the table that the key is a row of; null where there is none at hand.</param>
    /// <param name="problem">The sentence; null where the value is valid.</param>
    public object? Parse(RecipeValue value, IReadOnlyList<string>? table, out string? problem)
    {
        problem = null;
        var choices = Choices ?? table;
        if (!Type.IsArray)
            return value.Items is null
                ? ParseScalar(value.Text, choices, out problem)
                : Fail($"{Key} takes one value, not a list", out problem);
        // One value on the command line is a list of one.
        var texts = value.Items ?? (value.Text.Length == 0 ? [] : [value.Text]);
        if (Length is { } length && texts.Count != length)
            return Fail($"{Key} takes a list of {length}, not of {texts.Count}", out problem);
        var list = new ArrayList();
        foreach (var text in texts)
        {
            list.Add(ParseScalar(text, choices, out problem));
            if (problem is not null)
                return null;
        }
        return list.ToArray(ElementType);
    }

    private object? ParseScalar(string text, IReadOnlyList<string>? choices, out string? problem)
    {
        problem = null;
        if (choices is not null && !choices.Contains(text))
            return Fail($"{Key} is '{text}'; choose {Suggestions.OneOf(text, choices)}", out problem);
        object? parsed = ElementType switch
        {
            { IsEnum: true } type => Enum.Parse(type, Enum.GetNames(type)[Choices!.ToList().IndexOf(text)]),
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
            return Fail($"{Key} takes {TypeName}, not '{text}'{PointHint.For(text)}", out problem);
        if (Range is { } range && !range.IsValid(parsed))
            return Fail($"{Key} is {text}; it must be from {range.Minimum} to {range.Maximum}", out problem);
        return parsed;
    }

    private static object? Fail(string sentence, out string? problem)
    {
        problem = sentence;
        return null;
    }
}
