using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using Argus.Metrics;
using Argus.Tests;
using OpenCvSharp;
using Xunit;

namespace Argus.Detection.Tests;

/// <summary>The page of a verdict, word for word, pictures left out.</summary>
public partial class DetectionReportTests
{
    [Fact]
    public void The_page_says_what_it_said()
    {
        var page = DetectionReport.Page(Example());
        var body = page[page.IndexOf("<body>", StringComparison.Ordinal)..];
        GoldenText.Check("Argus.Detection.Tests", "report", Picture().Replace(body, "PICTURE") + "\n");
    }

    [Fact]
    public void The_page_fetches_nothing_and_runs_nothing()
    {
        var page = DetectionReport.Page(Example());
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_of_a_case_says_what_the_answer_is_worth_and_how_it_was_made()
    {
        var page = DetectionReport.Page(ReportFileTests.Example());
        var body = page[page.IndexOf("<body>", StringComparison.Ordinal)..];
        GoldenText.Check("Argus.Detection.Tests", "report-case", body + "\n");
    }

    [Fact]
    public void Outside_scope_stands_before_everything_but_the_case()
    {
        var inside = ReportFileTests.Example();
        var face = inside.Faces[0] with { Verdict = Verdict.OutsideScope, OutsideScope = ["its faces are small"] };
        var page = DetectionReport.Page(inside with { Verdict = Verdict.OutsideScope, Faces = [face] });
        Assert.True(
            page.IndexOf("Its faces are small.", StringComparison.Ordinal)
                < page.IndexOf("What the answer is worth</h2>", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_schema_in_the_documentation_is_the_answers()
    {
        var schema = DetectionReport.Json.GetJsonSchemaAsNode(
            typeof(Analysis),
            new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }
        );
        GoldenText.CheckFile("docs/analysis.schema.json", schema.ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    private static Analysis Example()
    {
        using var grey = new Mat(70, 70, MatType.CV_8UC3, new Scalar(120, 130, 140));
        var jpeg = grey.ToBytes(".jpg");
        var interval = new Interval(0.71, 0.93);
        SpecialistAnalysis[] specialists =
        [
            new("rr", "resolution mismatch", 0.9, new Interval(0.8, 0.95), 3, null, 0.7),
            new("av", "lip-sync", null, null, 0, "nobody speaks", 0.3),
        ];
        TimelinePoint[] timeline = [new(0, 0.5, "rr", 0.8), new(1, 1.5, "rr", 0.92), new(2, 2.5, "rr", 0.95)];
        Moment[] moments = [new(2.25, "rr", 0.95, [.. Enumerable.Range(0, 49).Select(i => i == 24 ? 1.0 : 0)], jpeg)];
        FaceAnalysis face = new(0, false, 0, 2.5, 0.86, interval, Verdict.Forged, specialists, timeline, moments);
        return new Analysis("a <b> & c.mp4", 2.5, 0.86, interval, Verdict.Forged, true, [face]);
    }

    [GeneratedRegex("data:image/[a-z]+;base64,[A-Za-z0-9+/=]+")]
    private static partial Regex Picture();
}
