using System.Text.Json;
using System.Text.Json.Serialization;

namespace Argus.Client;

/// <summary>
/// Values of an enum as words in snake case. A word that it lacks becomes its first value, which is the unknown one.
/// </summary>
/// <typeparam name="T">The enum.</typeparam>
internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> Values = Enum.GetValues<T>().ToDictionary(ToWord);

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? Values.GetValueOrDefault(reader.GetString()!)
            : throw new JsonException($"A word was expected, not {reader.TokenType}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ToWord(value));

    private static string ToWord(T value) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}");
}
