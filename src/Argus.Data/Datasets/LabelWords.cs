namespace Argus.Data.Datasets;

/// <summary>Words that people call labels and sides of a split, in folders and in lists.</summary>
internal static class LabelWords
{
    private static readonly string[][] Folders =
    [
        ["real", "0_real"],
        ["fake", "1_fake"],
    ];

    private static readonly Dictionary<Split, string[]> Sides = new()
    {
        [Split.Train] = ["train", "training"],
        [Split.Validation] = ["validation", "val", "valid"],
        [Split.Test] = ["test", "testing"],
    };

    /// <summary>The words of all sides, for people.</summary>
    public static string AllSides => string.Join(", ", Sides.Values.SelectMany(words => words));

    /// <summary>The label that a folder's name states; null for any other name.</summary>
    public static int? OfFolder(string name) =>
        Array.FindIndex(Folders, words => words.Contains(name, StringComparer.OrdinalIgnoreCase)) is >= 0 and var label
            ? label
            : null;

    /// <summary>The label that a list's cell states: real, fake, 0 or 1.</summary>
    public static int? OfCell(string text) =>
        text.ToLowerInvariant() switch
        {
            "real" or "0" => 0,
            "fake" or "1" => 1,
            _ => null,
        };

    /// <summary>The side that a word names; null for any other word.</summary>
    public static Split? FindSide(string word)
    {
        foreach (var (side, words) in Sides)
        {
            if (words.Contains(word, StringComparer.OrdinalIgnoreCase))
                return side;
        }
        return null;
    }
}
