using Spectre.Console;

namespace Argus.Cli.Output;

/// <summary>
/// Fits a table to a terminal so that every number stays whole: first headers and text wrap, then the table goes on in
/// another one below, which begins with the same names.
/// </summary>
internal static class TableLayout
{
    // The space around a cell, and the border.
    private const int ColumnOverhead = 3;
    private const int TableOverhead = 1;

    // A longer word without a number, such as a path, may be broken.
    private const int LongestWholeWord = 16;

    private sealed record Column(int Index, string Title, bool IsNumeric, int Widest, int Narrowest);

    /// <summary>Makes the tables that are printed one below the other; one where it fits.</summary>
    /// <param name="titles">The columns' headers.</param>
    /// <param name="rows">A cell for each column.</param>
    /// <param name="width">The terminal's width in characters.</param>
    public static IReadOnlyList<Table> Create(
        IReadOnlyList<string> titles,
        IReadOnlyList<IReadOnlyList<string>> rows,
        int width
    )
    {
        var columns = titles.Select((title, i) => Measure(title, rows, i)).ToList();
        var keys = columns.TakeWhile(column => !column.IsNumeric).ToList();
        if (keys.Count == columns.Count || NarrowestWidth(keys) > width / 2)
            keys = columns[..1];
        var tables = new List<Table>();
        for (var next = keys.Count; tables.Count == 0 || next < columns.Count; )
        {
            var part = keys.ToList();
            do
            {
                if (next < columns.Count)
                    part.Add(columns[next++]);
            } while (next < columns.Count && NarrowestWidth([.. part, columns[next]]) <= width);
            tables.Add(Draw(part, rows, width));
        }
        return tables;
    }

    private static Column Measure(string title, IReadOnlyList<IReadOnlyList<string>> rows, int index)
    {
        var numeric = TableStyle.IsNumeric(rows, index);
        var cells = rows.Select(row => row[index]).ToList();
        var titleWord = title.Split(' ').Max(word => word.Length);
        var narrowest = numeric
            ? cells.Select(cell => cell.Length).DefaultIfEmpty(0).Max()
            : cells.SelectMany(cell => cell.Split(' ', '\n')).Select(WholeLength).DefaultIfEmpty(0).Max();
        return new Column(
            index,
            title,
            numeric,
            cells.SelectMany(cell => cell.Split('\n')).Append(title).Max(line => line.Length),
            Math.Max(titleWord, narrowest)
        );
    }

    private static int WholeLength(string word) =>
        word.Any(char.IsAsciiDigit) && !word.Contains('/') ? word.Length : Math.Min(word.Length, LongestWholeWord);

    private static int NarrowestWidth(IReadOnlyList<Column> columns) =>
        columns.Sum(column => column.Narrowest + ColumnOverhead) + TableOverhead;

    private static Table Draw(IReadOnlyList<Column> columns, IReadOnlyList<IReadOnlyList<string>> rows, int width)
    {
        var widths = columns.Select(column => column.Widest).ToArray();
        // The widest column that can wrap gives way first.
        while (widths.Sum(one => one + ColumnOverhead) + TableOverhead > width)
        {
            var wrappable = Enumerable.Range(0, widths.Length).Where(i => widths[i] > columns[i].Narrowest).ToList();
            if (wrappable.Count == 0)
                break;
            widths[wrappable.MaxBy(i => widths[i])]--;
        }
        var table = new Table().Border(TableBorder.Simple);
        for (var i = 0; i < columns.Count; i++)
        {
            var column = new TableColumn(Markup.Escape(columns[i].Title)).Width(widths[i]);
            table.AddColumn(columns[i].IsNumeric && columns[i].Index > 0 ? column.RightAligned() : column);
        }
        foreach (var row in rows)
            table.AddRow([.. columns.Select(column => Markup.Escape(row[column.Index]))]);
        return table;
    }
}
