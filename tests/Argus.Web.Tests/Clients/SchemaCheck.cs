using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Argus.Client;

namespace Argus.Web.Tests.Clients;

/// <summary>Compares the schemas of answers with the client's records, and with answers.</summary>
/// <param name="document">The service's description of its API.</param>
internal sealed class SchemaCheck(ApiDocument document)
{
    private static readonly Dictionary<(string Type, string Format), Type> Scalars = new()
    {
        [("string", "")] = typeof(string),
        [("string", "date-time")] = typeof(DateTimeOffset),
        [("string", "byte")] = typeof(byte[]),
        [("boolean", "")] = typeof(bool),
        [("integer", "int32")] = typeof(int),
        [("integer", "int64")] = typeof(long),
        [("number", "double")] = typeof(double),
    };

    private readonly List<string> faults = [];
    private readonly HashSet<Type> seen = [];

    /// <summary>What does not fit, each with its place.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>The records of the client that schemas were compared with.</summary>
    public IReadOnlySet<Type> Seen => seen;

    /// <summary>Compares a schema with the type that the client reads it into.</summary>
    public void Compare(JsonElement given, Type type, string place)
    {
        var schema = document.Resolve(given).Schema;
        type = Nullable.GetUnderlyingType(type) ?? type;
        var kind = ApiDocument.Types(schema).FirstOrDefault(name => name != "null") ?? "";
        if (schema.TryGetProperty("enum", out var words))
            CompareWords(words, type, place);
        else if (kind == "array" && type.IsGenericType)
            Compare(schema.GetProperty("items"), type.GetGenericArguments().Single(), place + "[]");
        else if (kind == "object" && AnswerJson.Default.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object } info)
            CompareMembers(schema, info, place);
        else if (Scalars.GetValueOrDefault((kind, FormatOf(schema))) != type)
            faults.Add($"{place}: {schema} is read as {type}");
    }

    /// <summary>Compares an answer with its schema: what is there is described, and what must be there is.</summary>
    public void Compare(JsonElement given, JsonElement answer, string place)
    {
        var (schema, mayBeNull) = document.Resolve(given);
        if (answer.ValueKind == JsonValueKind.Null)
        {
            if (!mayBeNull)
                faults.Add($"{place} is null");
            return;
        }
        if (schema.TryGetProperty("enum", out var words))
        {
            if (!words.EnumerateArray().Any(word => word.ValueEquals(answer.GetString())))
                faults.Add($"{place}: {answer} is not described");
            return;
        }
        var expected = answer.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => ApiDocument.Types(schema).Contains("integer") ? "integer" : "number",
            _ => "boolean",
        };
        if (!ApiDocument.Types(schema).Contains(expected))
            faults.Add($"{place}: {expected} is described as {schema}");
        else if (expected == "array")
            foreach (var item in answer.EnumerateArray())
                Compare(schema.GetProperty("items"), item, place + "[]");
        else if (expected == "object")
            CompareMembers(schema, answer, place);
    }

    private void CompareMembers(JsonElement schema, JsonTypeInfo info, string place)
    {
        if (!seen.Add(info.Type))
            return;
        var required = ApiDocument.Required(schema);
        var members = info.Properties.Where(IsRead).ToDictionary(member => member.Name);
        var described = schema.GetProperty("properties").EnumerateObject().ToDictionary(each => each.Name);
        foreach (var (name, property) in described)
        {
            if (!members.TryGetValue(name, out var member))
            {
                faults.Add($"{place}.{name} is lost: {info.Type.Name} has no such member");
                continue;
            }
            if (document.Resolve(property.Value).MayBeNull && !MayBeNull(member))
                faults.Add($"{place}.{name} may be null, but not in {info.Type.Name}");
            Compare(property.Value, member.PropertyType, $"{place}.{name}");
        }
        foreach (var member in members.Values)
        {
            if (!described.ContainsKey(member.Name))
                faults.Add($"{place}.{member.Name} is not described");
            else if (IsNeeded(member) && !info.Type.IsValueType && !required.Contains(member.Name))
                faults.Add($"{place}.{member.Name} may be left out, but {info.Type.Name} needs it");
        }
    }

    private void CompareMembers(JsonElement schema, JsonElement answer, string place)
    {
        var described = schema.GetProperty("properties");
        foreach (var member in answer.EnumerateObject())
        {
            if (described.TryGetProperty(member.Name, out var property))
                Compare(property, member.Value, $"{place}.{member.Name}");
            else
                faults.Add($"{place}.{member.Name} is not described");
        }
        foreach (var name in ApiDocument.Required(schema).Where(name => !answer.TryGetProperty(name, out _)))
            faults.Add($"{place}.{name} is left out");
    }

    private void CompareWords(JsonElement words, Type type, string place)
    {
        if (!type.IsEnum)
        {
            faults.Add($"{place}: words are read as {type}");
            return;
        }
        var known = Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).ToList();
        var described = words.EnumerateArray().Select(word => word.GetString()!);
        if (known[0] != "unknown" || !known.Skip(1).Order().SequenceEqual(described.Order()))
            faults.Add($"{place}: {words} are not the words of {type.Name}");
    }

    private static bool IsRead(JsonPropertyInfo member) =>
        member.Set is not null || member.AssociatedParameter is not null;

    private static bool IsNeeded(JsonPropertyInfo member) =>
        member.AssociatedParameter is { IsMemberInitializer: false, HasDefaultValue: false };

    private static bool MayBeNull(JsonPropertyInfo member) =>
        member.PropertyType.IsValueType
            ? Nullable.GetUnderlyingType(member.PropertyType) is not null
            : member.IsSetNullable;

    private static string FormatOf(JsonElement schema) =>
        schema.TryGetProperty("format", out var format) ? format.GetString()! : "";
}
