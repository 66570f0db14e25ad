namespace Argus;

/// <summary>A cell of a comma-separated file (RFC 4180).</summary>
public static class Csv
{
    public static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";

    /// <summary>What <see cref="Cell"/> was made of.</summary>
    public static string Text(string cell) => cell is ['"', .., '"'] ? cell[1..^1].Replace("\"\"", "\"") : cell;
}
