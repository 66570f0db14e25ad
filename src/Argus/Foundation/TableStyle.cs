namespace Argus;

/// <summary>What tables on pages and terminals have in common.</summary>
internal static class TableStyle
{
    /// <summary>Whether a column holds numbers (or nothing), which stand to the right.</summary>
    public static bool IsNumeric(IEnumerable<IReadOnlyList<string>> rows, int column) =>
        rows.All(row =>
            row[column].Length == 0 || row[column] == "-" || char.IsAsciiDigit(row[column].TrimStart('-')[0])
        );
}
