using System.Net;
using System.Text;

namespace Argus;

/// <summary>A report in one file: pictures are embedded, nothing is fetched.</summary>
internal sealed class HtmlPage(string title)
{
    private const string Style = """
        :root { color-scheme: light dark; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .35rem .8rem; text-align: right; border-bottom: 1px solid #8884; white-space: nowrap; }
        th { white-space: normal; vertical-align: bottom; }
        th:nth-child(-n+2), td:nth-child(-n+2), .text { text-align: left; }
        td.text { white-space: normal; overflow-wrap: break-word; min-width: 7rem; }
        figure { margin: 1rem 0; } figcaption { opacity: .75; font-size: .9rem; }
        .half { display: inline-block; width: min(100% - .5rem, 32rem); vertical-align: top; margin: .5rem .25rem; }
        img { max-width: 100%; height: auto; background: #fff; border-radius: 6px; }
        .headline { font-size: 1.5rem; font-weight: 600; }
        pre { overflow-x: auto; padding: 1rem; background: #8881; border-radius: 6px; font-size: .85rem; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
        .card {
          border: 1px solid #8884; border-radius: 6px; padding: .75rem;
          overflow-wrap: anywhere; break-inside: avoid;
        }
        .card img { width: 22%; background: none; }
        .card.large img { width: 48%; }
        .card p { margin: .3rem 0 0; font-size: .85rem; }
        .confusion td { min-width: 6rem; text-align: center; }
        .confusion .right { background: #1b7f5c33; }
        .confusion .wrong { background: #c2410c33; }
        nav { font-size: .9rem; display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
        @page { size: A4; margin: 15mm; }
        @media print {
          body { margin: 0; max-width: none; font-size: 10pt; } nav { display: none; }
          .scroll { overflow: visible; }
          table { font-size: 7pt; }
          th, td { padding: .15rem .35rem; white-space: normal; }
          .wide { font-size: 5pt; } .wide th, .wide td { padding: .1rem .2rem; }
          figure, tr, .card { break-inside: avoid; } h2, h3 { break-after: avoid; }
          details::details-content { content-visibility: visible; } pre { white-space: pre-wrap; font-size: 6pt; }
        }
        """;

    // Nothing is fetched, and nothing runs.
    private const string ContentPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

    // So many fit on paper.
    private const int FewColumns = 11;

    // So few need no list of links.
    private const int FewHeadings = 3;

    private readonly StringBuilder body = new();
    private readonly List<string> headings = [];

    public HtmlPage Heading(string text)
    {
        headings.Add(text);
        return Add($"<h2 id=\"s{headings.Count}\">{Encode(text)}</h2>");
    }

    public HtmlPage Subheading(string text) => Add($"<h3>{Encode(text)}</h3>");

    public HtmlPage List(IEnumerable<string> items) =>
        Add($"<ul>{string.Concat(items.Select(item => $"<li>{Encode(item)}</li>"))}</ul>");

    public HtmlPage Headline(string text) => Add($"<p class=\"headline\">{Encode(text)}</p>");

    public HtmlPage Paragraph(string text) => Add($"<p>{Encode(text)}</p>");

    public HtmlPage Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var cells = rows.ToList();
        var text = columns.Select((_, i) => TableStyle.IsNumeric(cells, i) ? "" : " class=\"text\"").ToList();
        Add(
            $"<div class=\"scroll\"><table{(columns.Count > FewColumns ? " class=\"wide\"" : "")}><thead><tr>"
                + string.Concat(columns.Select((column, i) => $"<th scope=\"col\"{text[i]}>{Encode(column)}</th>"))
                + "</tr></thead><tbody>"
        );
        foreach (var row in cells)
            Add("<tr>" + string.Concat(row.Select((cell, i) => $"<td{text[i]}>{Encode(cell)}</td>")) + "</tr>");
        return Add("</tbody></table></div>");
    }

    /// <param name="path">A PNG file; left out where it is missing.</param>
    /// <param name="half">Two beside each other where there is room.</param>
    /// <param name="description">The caption.</param>
    public HtmlPage Picture(string path, string description, bool half = false) =>
        File.Exists(path)
            ? Add(
                $"<figure{(half ? " class=\"half\"" : "")}>{Image(File.ReadAllBytes(path), "png", description)}"
                    + $"<figcaption>{Encode(description)}</figcaption></figure>"
            )
            : this;

    /// <summary>A drawing with its caption. Unlike every other text it is taken as it is.</summary>
    /// <param name="svg">An <c>svg</c> element.</param>
    /// <param name="description">The caption.</param>
    public HtmlPage Drawing(string svg, string description) =>
        Add($"<figure>{svg}<figcaption>{Encode(description)}</figcaption></figure>");

    /// <summary>Cards with up to four small JPEG pictures and lines of text each.</summary>
    public HtmlPage Cards(IEnumerable<(IReadOnlyList<byte[]> Jpegs, IReadOnlyList<string> Lines)> cards) =>
        Add(
            "<div class=\"cards\">"
                + string.Concat(
                    cards.Select(card =>
                        $"<div class=\"card{(card.Jpegs.Count <= 2 ? " large" : "")}\">"
                        + string.Concat(card.Jpegs.Select(jpeg => Image(jpeg, "jpeg", "crop") + " "))
                        + string.Concat(card.Lines.Select(line => $"<p>{Encode(line)}</p>"))
                        + "</div>"
                    )
                )
                + "</div>"
        );

    /// <summary>Truth by rows, verdicts by columns.</summary>
    public HtmlPage Confusion(string caption, int realRight, int real, int fakeRight, int fake)
    {
        return Add(
            "<div class=\"half scroll\"><table class=\"confusion\">"
                + $"<caption>{Encode(caption)}</caption><thead><tr><th></th>"
                + "<th scope=\"col\">called real</th><th scope=\"col\">called fake</th></tr></thead><tbody>"
                + Row("real", Cell(realRight, real, true), Cell(real - realRight, real, false))
                + Row("fake", Cell(fake - fakeRight, fake, false), Cell(fakeRight, fake, true))
                + "</tbody></table></div>"
        );

        static string Row(string name, string asReal, string asFake) =>
            $"<tr><th scope=\"row\">{name}</th>{asReal}{asFake}</tr>";

        static string Cell(int count, int total, bool right)
        {
            var share = total > 0 ? $"<br><small>{(double)count / total:0%}</small>" : "";
            return $"<td class=\"{(right ? "right" : "wrong")}\">{count}{share}</td>";
        }
    }

    public HtmlPage Details(string summary, string text) =>
        Add($"<details><summary>{Encode(summary)}</summary><pre>{Encode(text)}</pre></details>");

    public void Save(string path) => File.WriteAllText(path, ToString());

    public override string ToString() =>
        $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="{ContentPolicy}">
            <link rel="icon" href="data:,"><title>{Encode(title)}</title><style>
            {Style}
            </style></head>
            <body><h1>{Encode(title)}</h1>
            {Navigation()}
            {body}</body>
            </html>

            """;

    private string Navigation()
    {
        if (headings.Count <= FewHeadings)
            return "";
        var links = headings.Select((heading, i) => $"<a href=\"#s{i + 1}\">{Encode(heading)}</a>");
        return $"<nav>{string.Concat(links)}</nav>";
    }

    private static string Image(byte[] bytes, string format, string description) =>
        $"<img alt=\"{Encode(description)}\" " + $"src=\"data:image/{format};base64,{Convert.ToBase64String(bytes)}\">";

    private HtmlPage Add(string html)
    {
        body.Append(html).Append('\n');
        return this;
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
