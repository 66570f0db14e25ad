using System.Globalization;
using Argus.Data.Samples;
using Argus.Specialists;

namespace Argus.Benchmarks;

/// <summary>Formats the result of <see cref="SpecialistsBench"/> as Markdown, a table for each profile.</summary>
internal static class SpecialistsTable
{
    /// <summary>Formats all tables.</summary>
    /// <param name="result">The result of the bench.</param>
    public static string Format(SpecialistsBench.Result result)
    {
        var kinds = SampleOptions.Kinds.Select(kind => $"{kind}".ToLowerInvariant()).ToList();
        var lines = new List<string>();
        foreach (var profile in result.Cells.GroupBy(cell => cell.Profile))
        {
            lines.Add("");
            lines.Add($"### `{profile.Key}`");
            lines.Add("");
            lines.Add($"| trained on its own kind | {string.Join(" | ", kinds)} | people |");
            lines.Add($"|---|{string.Concat(kinds.Select(_ => "---|"))}---|");
            foreach (var row in profile.GroupBy(cell => cell.Specialist))
                lines.Add(FormatRow(row.Key, [.. row], kinds));
        }
        return string.Join('\n', lines);
    }

    private static string FormatRow(
        string specialist,
        IReadOnlyList<SpecialistsBench.Cell> cells,
        IEnumerable<string> kinds
    )
    {
        var ownKind = Specialist.Find(specialist).OwnKind;
        var figures = kinds.Select(kind => FormatCell(cells.FirstOrDefault(cell => cell.Kind == kind), ownKind));
        var abstained = cells[0].Abstained;
        var left = abstained > 0 ? $", abstained from {abstained}" : "";
        return $"| `{specialist}` | {string.Join(" | ", figures)} | {cells[0].People}{left} |";
    }

    // The specialist's own kind is printed in bold.
    private static string FormatCell(SpecialistsBench.Cell? cell, string ownKind)
    {
        if (cell is null)
            return "-";
        var bold = cell.Kind == ownKind ? "**" : "";
        var interval = $"{FormatNumber(cell.Interval.Low)}-{FormatNumber(cell.Interval.High)}";
        return $"{bold}{FormatNumber(cell.Auc)}{bold} ({interval})";
    }

    private static string FormatNumber(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
