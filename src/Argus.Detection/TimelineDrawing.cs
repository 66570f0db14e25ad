using System.Globalization;
using System.Net;
using System.Text;

namespace Argus.Detection;

/// <summary>
/// What each specialist says of each clip, over the video: lines in an inline SVG that follows the page's colours.
/// </summary>
internal static class TimelineDrawing
{
    private const double Width = 720;
    private const double Height = 280;
    private const double Left = 56;
    private const double Right = 16;
    private const double Top = 34;
    private const double Bottom = 44;
    private const double LegendEntryWidth = 84;
    private const int MostTicks = 8;

    // Okabe and Ito's palette, whose colours stay apart for the colour-blind.
    private static readonly string[] Palette =
    [
        "#0072b2",
        "#d55e00",
        "#009e73",
        "#cc79a7",
        "#e69f00",
        "#56b4e9",
        "#999999",
    ];

    /// <summary>The drawing.</summary>
    /// <param name="durationSeconds">Length of the video.</param>
    /// <param name="points">At least one.</param>
    public static string Draw(double durationSeconds, IEnumerable<TimelinePoint> points)
    {
        var seconds = Math.Max(durationSeconds, 0.1);
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<svg viewBox="0 0 {Width} {Height}" role="img" aria-label="P(fake) over time" font-size="13" """
        );
        svg.Append("""fill="currentColor" style="width:100%;max-width:50rem;height:auto">""").Append('\n');
        AppendAxes(svg, seconds);
        var lines = points.GroupBy(point => point.Specialist).ToList();
        for (var i = 0; i < lines.Count; i++)
            AppendLine(svg, seconds, lines[i], i);
        return svg.Append("</svg>").ToString();
    }

    private static void AppendAxes(StringBuilder svg, double seconds)
    {
        foreach (var probability in new[] { 0, 0.25, 0.5, 0.75, 1 })
        {
            var dash = probability == 0.5 ? " stroke-dasharray=\"6 4\"" : "";
            var opacity = probability == 0.5 ? 0.8 : 0.2;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""
                <line x1="{Left}" x2="{Width - Right}" y1="{Y(probability):0.#}" y2="{Y(
                    probability
                ):0.#}" stroke="currentColor" stroke-opacity="{opacity}"{dash}/>
                <text x="{Left - 8}" y="{Y(probability) + 4:0.#}" text-anchor="end">{probability:0%}</text>

                """
            );
        }
        var step = TickSeconds(seconds);
        for (var tick = 0; tick * step <= seconds; tick++)
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""
                <text x="{X(tick * step, seconds):0.#}" y="{Height - Bottom + 20}" text-anchor="middle">{tick
                    * step:0.##}</text>

                """
            );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""
            <text x="{(Left + Width - Right) / 2}" y="{Height - 6}" text-anchor="middle">seconds</text>
            <text x="{Left - 8}" y="{Top - 16}" text-anchor="end">P(fake)</text>

            """
        );
    }

    private static void AppendLine(StringBuilder svg, double seconds, IGrouping<string, TimelinePoint> line, int place)
    {
        var color = Palette[place % Palette.Length];
        var dots = line.Select(point =>
                (X: X((point.FromSeconds + point.ToSeconds) / 2, seconds), Y: Y(point.Probability))
            )
            .OrderBy(dot => dot.X)
            .ToList();
        var corners = dots.Select(dot => string.Create(CultureInfo.InvariantCulture, $"{dot.X:0.#},{dot.Y:0.#}"));
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""
            <polyline points="{string.Join(' ', corners)}" fill="none" stroke="{color}" stroke-width="2"/>

            """
        );
        foreach (var (x, y) in dots)
            svg.Append(CultureInfo.InvariantCulture, $"""<circle cx="{x:0.#}" cy="{y:0.#}" r="3.5" fill="{color}"/>""");
        var legend = Left + 8 + place * LegendEntryWidth;
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""

            <rect x="{legend}" y="{Top - 26}" width="12" height="12" fill="{color}"/>
            <text x="{legend + 18}" y="{Top - 15}">{WebUtility.HtmlEncode(line.Key)}</text>

            """
        );
    }

    // 1, 2 or 5 times a power of ten.
    private static double TickSeconds(double seconds)
    {
        var rough = seconds / MostTicks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(step => step >= rough);
    }

    private static double X(double time, double seconds) => Left + (Width - Left - Right) * time / seconds;

    private static double Y(double probability) => Top + (Height - Top - Bottom) * (1 - probability);
}
