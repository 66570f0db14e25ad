using System.Text;

namespace Argus.Recipes;

/// <summary>Writes flat values back as nested YAML, in the order of the schema.</summary>
internal static class RecipeText
{
    public static string Write(IReadOnlyDictionary<string, RecipeValue> values, bool withOrigins)
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
                text.Append(' ', depth * 2).Append(parts[depth]).Append(":\n");
            }
            open = parts[..^1];
            var value = values[key.Key];
            var line =
                new string(' ', open.Length * 2)
                + parts[^1]
                + ": "
                + (value.Items is null ? Quoted(value.Text) : $"[{string.Join(", ", value.Items.Select(Quoted))}]");
            text.Append(withOrigins ? $"{line, -44}# {value.Origin}" : line).Append('\n');
        }
        return text.ToString();
    }

    // Plain scalars where YAML reads them back as they are; quotes otherwise.
    private static string Quoted(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '+')
            ? text
            : $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
