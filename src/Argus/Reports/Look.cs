namespace Argus.Reports;

/// <summary>What plots, contact sheets, pages and tables have in common.</summary>
public static class Look
{
    internal const string RealColor = "#1b7f5c",
        FakeColor = "#c2410c",
        Font = "DejaVu Sans";

    /// <summary>Whether a column holds numbers (or nothing), which stand to the right.</summary>
    public static bool IsNumeric(IEnumerable<IReadOnlyList<string>> rows, int column) =>
        rows.All(row =>
            row[column].Length == 0 || row[column] == "-" || char.IsAsciiDigit(row[column].TrimStart('-')[0])
        );
}
