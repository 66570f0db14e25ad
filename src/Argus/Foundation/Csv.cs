using System.Text;

namespace Argus;

/// <summary>Comma-separated values (RFC 4180).</summary>
internal static class Csv
{
    public static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";

    /// <summary>What <see cref="Cell"/> was made of.</summary>
    public static string Text(string cell) => cell is ['"', .., '"'] ? cell[1..^1].Replace("\"\"", "\"") : cell;

    /// <summary>All rows of a file.</summary>
    /// <exception cref="RequestException">A quote is not closed.</exception>
    public static IReadOnlyList<(int Line, IReadOnlyList<string> Cells)> ReadFile(string path)
    {
        using var reader = new StreamReader(path);
        try
        {
            return [.. Rows(reader)];
        }
        catch (FormatException error)
        {
            throw new RequestException($"{path}: {error.Message}.", error);
        }
    }

    /// <summary>Rows of cells with the line that each begins on, from 1; empty lines are left out.</summary>
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static IEnumerable<(int Line, IReadOnlyList<string> Cells)> Rows(TextReader reader)
    {
        var number = 0;
        while (reader.ReadLine() is { } line)
        {
            var first = ++number;
            if (line.Length == 0)
                continue;
            var cells = new List<string>();
            var place = 0;
            while (true)
            {
                var cell = new StringBuilder();
                if (place < line.Length && line[place] == '"')
                {
                    place++;
                    while (true)
                    {
                        if (place >= line.Length)
                        {
                            line =
                                reader.ReadLine()
                                ?? throw new FormatException($"a quote that opens on line {first} is not closed");
                            number++;
                            place = 0;
                            cell.Append('\n');
                        }
                        else if (line[place] != '"')
                            cell.Append(line[place++]);
                        else if (place + 1 < line.Length && line[place + 1] == '"')
                        {
                            _ = cell.Append('"');
                            place = place + 2;
                        }
                        else
                            break;
                    }
                    place++;
                }
                while (place < line.Length && line[place] != ',')
                    cell.Append(line[place++]);
                cells.Add(cell.ToString());
                if (place >= line.Length)
                    break;
                place++;
            }
            yield return (first, cells);
        }
    }
}
