namespace Argus.Cli.Output;

/// <summary>Breaks lines between words, where a terminal itself would break numbers too.</summary>
internal static class TextLayout
{
    private const int HangingIndent = 2;

    /// <summary>Makes the lines of a text; what goes on stands two characters further in.</summary>
    /// <param name="text">One line, with spaces before it or not.</param>
    /// <param name="width">The terminal's width in characters. A longer word is kept whole.</param>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var rest = text.TrimEnd();
        var start = rest.Length - rest.TrimStart().Length;
        var further = new string(' ', start + HangingIndent);
        while (rest.Length > width)
        {
            var end = rest.LastIndexOf(' ', width);
            if (end <= start)
                end = rest.IndexOf(' ', Math.Max(width, start));
            if (end < 0)
                break;
            yield return rest[..end].TrimEnd();
            rest = further + rest[end..].TrimStart();
            start = further.Length;
        }
        yield return rest;
    }
}
