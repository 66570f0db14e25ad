using System.Text;

namespace Argus.Recipes;

/// <summary>
/// A whole recipe as nested YAML in the order of the schema, as run folders hold it and models of earlier versions
/// carry it. What is read here is exactly what is written here; YAML that people write is read where recipes are
/// merged.
/// </summary>
public static class RecipeText
{
    private const int Indent = 2;

    /// <summary>The values as YAML.</summary>
    /// <param name="values">One for every key.</param>
    /// <param name="withOrigins">Whether each line ends with a comment that says where its value came from.</param>
    public static string Write(IReadOnlyDictionary<string, RecipeValue> values, bool withOrigins = false)
    {
        var text = new StringBuilder();
        string[] open = [];
        foreach (var key in RecipeSchema.Keys)
        {
            var parts = key.Key.Split('.');
            for (var depth = 0; depth < parts.Length - 1; depth++)
            {
                if (depth < open.Length && open[depth] == parts[depth])
                    continue;
                text.Append(' ', depth * Indent).Append(parts[depth]).Append(":\n");
            }
            open = parts[..^1];
            var value = values[key.Key];
            var written = value.Items is null ? Quote(value.Text) : $"[{string.Join(", ", value.Items.Select(Quote))}]";
            var line = $"{new string(' ', open.Length * Indent)}{parts[^1]}: {written}";
            text.Append(withOrigins ? $"{line, -44}# {value.Origin}" : line).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>What <see cref="Write"/> was given, without the origins.</summary>
    /// <param name="text">What it wrote.</param>
    /// <param name="name">Where the text is from, for messages and origins.</param>
    /// <exception cref="RequestException">The text is something else.</exception>
    public static IReadOnlyDictionary<string, RecipeValue> Read(string text, string name)
    {
        var values = new Dictionary<string, RecipeValue>();
        var sections = new List<string>();
        var number = 0;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            var content = line.TrimStart(' ');
            if (content.Length == 0 || content[0] == '#')
                continue;
            var colon = content.IndexOf(':', StringComparison.Ordinal);
            var depth = (line.Length - content.Length) / Indent;
            if (colon <= 0 || depth > sections.Count)
                throw NotARecipe();
            sections.RemoveRange(depth, sections.Count - depth);
            var rest = content[(colon + 1)..].Trim();
            if (rest.Length == 0)
                sections.Add(content[..colon]);
            else
                values[string.Join('.', [.. sections, content[..colon]])] = ReadValue(rest);
        }
        return values;

        RecipeValue ReadValue(string rest)
        {
            var cursor = 0;
            if (rest[0] != '[')
                return new RecipeValue(ReadScalar(rest, ref cursor), null, $"{name}:{number}");
            cursor++;
            var items = new List<string>();
            while (cursor < rest.Length && rest[cursor] != ']')
            {
                items.Add(ReadScalar(rest, ref cursor));
                while (cursor < rest.Length && rest[cursor] is ',' or ' ')
                    cursor++;
            }
            return cursor < rest.Length ? new RecipeValue("", items, $"{name}:{number}") : throw NotARecipe();
        }

        string ReadScalar(string rest, ref int cursor)
        {
            var scalar = new StringBuilder();
            if (rest[cursor] != '"')
            {
                while (cursor < rest.Length && rest[cursor] is not (',' or ']' or ' '))
                    scalar.Append(rest[cursor++]);
                return scalar.ToString();
            }
            for (cursor++; cursor < rest.Length && rest[cursor] != '"'; cursor++)
            {
                if (rest[cursor] == '\\' && cursor + 1 < rest.Length)
                    cursor++;
                scalar.Append(rest[cursor]);
            }
            return cursor++ < rest.Length ? scalar.ToString() : throw NotARecipe();
        }

        RequestException NotARecipe() => new($"{name}:{number} is no line of a recipe as Argus writes it.");
    }

    // Plain scalars where YAML reads them back as they are; quotes otherwise.
    private static string Quote(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '+')
            ? text
            : $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
