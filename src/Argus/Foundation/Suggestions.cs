namespace Argus;

/// <summary>What somebody who typed a wrong word may have meant.</summary>
public static class Suggestions
{
    /// <summary>"one of a, b, c", preceded by the likeliest where one is close.</summary>
    public static string OneOf(string typed, IReadOnlyCollection<string> valid)
    {
        var list = $"one of {string.Join(", ", valid)}";
        return Closest(typed, valid) is { } nearest ? $"{list} (did you mean '{nearest}'?)" : list;
    }

    /// <summary>"; did you mean a?" where a valid word is close; else nothing.</summary>
    internal static string Hint(string typed, IEnumerable<string> valid) =>
        Closest(typed, valid) is { } near ? $"; did you mean {near}?" : "";

    /// <summary>
    /// The valid word with the smallest edit distance, if at most a third of it would have to change.
    /// </summary>
    public static string? Closest(string typed, IEnumerable<string> valid) =>
        valid
            // The distance is at least the difference of the lengths; a typed word may be as long as a file.
            .Where(word => Math.Abs(typed.Length - word.Length) <= MostChanges(word))
            .Select(word => (Word: word, Distance: Distance(typed, word)))
            .Where(candidate => candidate.Distance <= MostChanges(candidate.Word))
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Word)
            .FirstOrDefault();

    private static int MostChanges(string word) => Math.Max(2, word.Length / 3);

    // Levenshtein, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
