using System.Net;
using System.Text;

namespace Argus.Reports;

/// <summary>A report in one file: pictures are embedded, nothing is fetched.</summary>
public sealed class HtmlReport(string title)
{
    private const string Style = """
        :root { color-scheme: light dark; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .35rem .8rem; text-align: right; border-bottom: 1px solid #8884; white-space: nowrap; }
        th:nth-child(-n+2), td:nth-child(-n+2), .text { text-align: left; }
        td.text { white-space: normal; overflow-wrap: break-word; }
        figure { margin: 1rem 0; } figcaption { opacity: .75; font-size: .9rem; }
        .half { display: inline-block; width: min(100%, 29rem); margin: .5rem .25rem; }
        img { max-width: 100%; height: auto; background: #fff; border-radius: 6px; }
        .headline { font-size: 1.5rem; font-weight: 600; }
        pre { overflow-x: auto; padding: 1rem; background: #8881; border-radius: 6px; font-size: .85rem; }
        @media print { body { margin: 0; max-width: none; } }
        """;

    private readonly StringBuilder body = new();

    public HtmlReport Heading(string text) => Add($"<h2>{Encode(text)}</h2>");
    public HtmlReport Headline(string text) => Add($"<p class=\"headline\">{Encode(text)}</p>");
    public HtmlReport Paragraph(string text) => Add($"<p>{Encode(text)}</p>");

    public HtmlReport Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var cells = rows.ToList();
        var text = columns.Select((_, i) => Look.IsNumeric(cells, i) ? "" : " class=\"text\"").ToList();
        Add("<div class=\"scroll\"><table><thead><tr>" + string.Concat(columns.Select((column, i) => $"<th scope=\"col\"{text[i]}>{Encode(column)}</th>")) + "</tr></thead><tbody>");
        foreach (var row in cells) Add("<tr>" + string.Concat(row.Select((cell, i) => $"<td{text[i]}>{Encode(cell)}</td>")) + "</tr>");
        return Add("</tbody></table></div>");
    }

    /// <param name="path">A PNG file; left out where it is missing.</param>
    /// <param name="half">Two beside each other where there is room.</param>
    public HtmlReport Picture(string path, string description, bool half = false) => File.Exists(path)
        ? Add($"<figure{(half ? " class=\"half\"" : "")}><img alt=\"{Encode(description)}\" src=\"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(path))}\"><figcaption>{Encode(description)}</figcaption></figure>")
        : this;

    public HtmlReport Details(string summary, string text) => Add($"<details><summary>{Encode(summary)}</summary><pre>{Encode(text)}</pre></details>");

    public void Save(string path) => File.WriteAllText(path, $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Encode(title)}</title><style>
        {Style}
        </style></head>
        <body><h1>{Encode(title)}</h1>
        {body}</body>
        </html>

        """);

    private HtmlReport Add(string html)
    {
        body.Append(html).Append('\n');
        return this;
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
