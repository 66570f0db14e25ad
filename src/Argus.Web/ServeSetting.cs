using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Argus.Web;

/// <summary>A setting of the service: where it is read and where it goes.</summary>
public sealed class ServeSetting
{
    private readonly PropertyInfo property;
    private readonly SettingAttribute told;

    internal ServeSetting(PropertyInfo property)
    {
        this.property = property;
        told = property.GetCustomAttribute<SettingAttribute>()!;
        Default = property.GetValue(new ServeOptions());
    }

    /// <summary>On the command line.</summary>
    public string Option => "--" + told.Name;

    /// <summary>In the environment.</summary>
    public string Variable => "ARGUS_" + told.Name.Replace('-', '_').ToUpperInvariant();

    /// <summary>In a settings file.</summary>
    public string Key => told.Name.Replace('-', '_');

    /// <summary>What help calls its value; empty for a switch.</summary>
    public string ValueName => told.ValueName;

    /// <summary>For help.</summary>
    public string Description => told.Description;

    /// <summary>A text, a number, a truth value or a list of texts.</summary>
    public Type Type => property.PropertyType;

    /// <summary>What it is where nobody says; null for a text that may be missing.</summary>
    public object? Default { get; }

    /// <summary>Puts a value of <see cref="Type"/> where it belongs.</summary>
    internal void Set(ServeOptions options, object? value) => property.SetValue(options, value);

    /// <exception cref="RequestException">Its value is out of its range, or is none of its words.</exception>
    internal void Check(ServeOptions options)
    {
        var value = property.GetValue(options);
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            var number = ToNumber(value!);
            var least = ToNumber(range.Minimum);
            var most = ToNumber(range.Maximum);
            // The comparison is negated so that NaN is refused too.
            if (!(number >= least && number <= most))
                throw new RequestException($"{Option} {value} makes no sense; give a number from {least} to {most}.");
        }
        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } words && !words.Values.Contains(value))
        {
            var known = words.Values.Select(word => $"{word}").ToList();
            throw new RequestException(
                $"{Option} {value} is not known. Choose {Suggestions.OneOf($"{value}", known)}."
            );
        }
    }

    /// <summary>The value that the environment gives it; null where it gives none.</summary>
    /// <exception cref="RequestException">It is no value of its type.</exception>
    /// <param name="environment">The value of a variable; null where there is none.</param>
    public object? ReadEnvironment(Func<string, string?> environment) =>
        environment(Variable) is { Length: > 0 } text ? Parse(text, Variable) : null;

    /// <summary>The value that stands in a settings file.</summary>
    /// <exception cref="RequestException">It is no value of its type.</exception>
    internal object? Read(JsonElement value, string file) =>
        Type == typeof(IReadOnlyList<string>) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(item => $"{item}").ToList()
            : Parse($"{value}", $"{file}: {Key}");

    private object Parse(string text, string where)
    {
        if (Type == typeof(string))
            return text;
        if (Type == typeof(IReadOnlyList<string>))
            return text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        if (Type == typeof(bool))
            return text.ToLowerInvariant() switch
            {
                "true" or "1" => true,
                "false" or "0" => false,
                _ => throw new RequestException($"{where} is '{text}'; give true or false."),
            };
        if (Type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)
                ? count
                : throw new RequestException($"{where} is '{text}'; give a whole number.");
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RequestException($"{where} is '{text}'; give a number.");
    }

    private static double ToNumber(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
