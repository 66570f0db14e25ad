using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Argus.Metrics;
using OpenCvSharp;

namespace Argus.Detection;

/// <summary>
/// An <see cref="Analysis"/> for people: a page in one file, and the sentences that the command line prints.
/// </summary>
public static class DetectionReport
{
    /// <summary>How an analysis is written for machines, whole: pictures are base64.</summary>
    public static JsonSerializerOptions JsonWithPictures { get; } =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        };

    /// <summary>How an analysis is written for machines, without its pictures.</summary>
    public static JsonSerializerOptions Json { get; } =
        new(JsonWithPictures)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver
            {
                Modifiers =
                {
                    type =>
                    {
                        if (type.Type == typeof(Moment))
                            type
                                .Properties.Single(property => property.PropertyType == typeof(byte[]))
                                .ShouldSerialize = (_, _) => false;
                    },
                },
            },
        };

    private const int HeatmapSide = CouncilModel.CellsAcross;
    private const int JpegQuality = 88;

    // Log odds that a part must move to be as red as it gets: what moves less is paler, so that a video that is found
    // real is not full of red.
    private const double FullRed = 1;

    /// <summary>The answer in a line.</summary>
    public static string Headline(Analysis analysis) =>
        Verdict(analysis.Verdict, analysis.Probability, analysis.Interval)
        + (analysis.Verdict == Detection.Verdict.OutsideScope ? $": {Reasons(analysis)}" : "")
        + (analysis.Calibrated || analysis.Probability is null ? "" : ", uncalibrated");

    /// <summary>A verdict in words, with its probability.</summary>
    public static string Verdict(Verdict verdict, double? probability, Interval? interval) =>
        verdict == Detection.Verdict.OutsideScope ? "outside scope"
        : probability is not { } value ? "undecided: nobody could judge"
        : $"{verdict.ToString().ToLowerInvariant()}, P(fake) "
            + $"{Percent(value)}{(interval is null ? "" : $" ({Range(interval)} over its clips)")}";

    /// <summary>What is said of one face, with the reasons where it is outside scope.</summary>
    public static string Verdict(FaceAnalysis face) =>
        Verdict(face.Verdict, face.Probability, face.Interval)
        + (face.OutsideScope.Count > 0 ? $": {string.Join("; ", face.OutsideScope)}" : "");

    /// <summary>Why a video is outside of what the models were tested on.</summary>
    public static string Reasons(Analysis analysis) => string.Join("; ", ReasonsOf(analysis));

    private static IEnumerable<string> ReasonsOf(Analysis analysis) =>
        analysis.Faces.SelectMany(face => face.OutsideScope).Distinct();

    /// <summary>Which face, and in a video when it is seen.</summary>
    public static string Title(FaceAnalysis face, Analysis analysis) =>
        (
            face.Whole ? "the whole picture"
            : analysis.Faces.Count > 1 ? $"face {face.Number + 1}"
            : "face"
        ) + (IsPicture(analysis) ? "" : $", {face.FromSeconds:0.0} to {face.ToSeconds:0.0} s");

    /// <summary>A specialist's answer, and in a video of how many clips.</summary>
    public static string Says(SpecialistAnalysis specialist, Analysis analysis) =>
        specialist.Probability is not { } probability ? $"abstains: {specialist.Abstains}"
        : IsPicture(analysis) ? Percent(probability)
        : $"{Percent(probability)} of {specialist.Clips} {(specialist.Clips == 1 ? "clip" : "clips")}";

    /// <summary>What was found in a clip, and in a video when.</summary>
    public static string Says(Moment moment, Analysis analysis) =>
        (IsPicture(analysis) ? "" : $"{moment.Seconds:0.0} s: ")
        + $"{moment.Specialist}, {Percent(moment.Probability)}";

    private static bool IsPicture(Analysis analysis) => analysis.DurationSeconds == 0;

    private static string Range(Interval interval) =>
        Percent(interval.Low) is var low && Percent(interval.High) is var high && low == high
            ? low
            : $"{low} to {high}";

    /// <summary>A share in percent; what is all but 0 or 100 says so.</summary>
    public static string Percent(double value) =>
        value switch
        {
            > 0.9995 => ">99.9%",
            < 0.0005 => "<0.1%",
            > 0.995 or < 0.005 => $"{value:0.0%}",
            _ => $"{value:0%}",
        };

    /// <summary>A remark with a capital letter and a full stop.</summary>
    internal static string Sentence(string remark) => char.ToUpperInvariant(remark[0]) + remark[1..] + ".";

    /// <summary>
    /// Writes the page and beside it, as <c>NAME.argus.json</c>, what <see cref="ReportFile"/> reads; their folder is
    /// made.
    /// </summary>
    /// <returns>The path of the second.</returns>
    public static string Write(string path, Analysis analysis)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var page = Page(analysis);
        AtomicFile.Write(path, page);
        var file = Path.ChangeExtension(path, null) + ReportFile.Extension;
        ReportFile.Write(file, analysis, page);
        return file;
    }

    /// <summary>The page's text.</summary>
    public static string Page(Analysis analysis)
    {
        var report = new HtmlPage(Path.GetFileName(analysis.Video)).Headline(Headline(analysis));
        ProofTables.AddCase(report, analysis.Case);
        if (analysis.Verdict == Detection.Verdict.OutsideScope)
            report
                .Heading("Outside scope")
                .Paragraph(
                    "The models were not tested on such a video: nobody knows how often they would be wrong. The "
                        + "numbers below are shown, but are no verdict."
                )
                .List(ReasonsOf(analysis).Select(Sentence));
        report.Paragraph(
            analysis.Calibrated
                ? "Probabilities and thresholds were fitted on validation videos of the data that the models were "
                    + "trained on. Other cameras, codecs and forgeries may be judged worse."
                : "The models are not calibrated: the numbers order videos, but are no probabilities."
        );
        if (analysis.Evidence.Count > 0)
            report.Heading("What the answer is worth").List(analysis.Evidence.Select(Sentence));
        if (analysis.Provenance is { } provenance)
            report.Heading("Provenance").List(provenance.Sentences.Select(Sentence));
        else if (analysis.Input is not null)
            report.Heading("Provenance").Paragraph("The file carries no C2PA manifest: it says nothing of its origin.");
        if (analysis.Remarks.Count > 0)
            report.Heading("About this video").List(analysis.Remarks.Select(Sentence));
        foreach (var face in analysis.Faces)
            Add(report, face, analysis);
        report
            .Heading("What this does not say")
            .List([
                .. analysis.Limits.Select(Sentence),
                "A score is evidence, no proof. It says how much this video resembles the forgeries that the "
                    + "models were "
                    + "trained on.",
                "Real videos that were edited, filtered or encoded many times may look forged; forgeries of a new kind "
                    + "may look real.",
                "A specialist that abstains could not look: that is neither for nor against a forgery.",
            ]);
        ProofTables.AddProof(report, analysis);
        return report.ToString();
    }

    private static void Add(HtmlPage report, FaceAnalysis face, Analysis analysis)
    {
        report.Heading(char.ToUpperInvariant(Title(face, analysis)[0]) + Title(face, analysis)[1..]);
        if (analysis.Faces.Count > 1)
            report.Paragraph(Verdict(face));
        report.Table(
            ["specialist", "looks for", "P(fake)", "95% interval", "clips", "say in the council"],
            face.Specialists.Select(specialist =>
                (IReadOnlyList<string>)
                    [
                        specialist.Name,
                        specialist.LooksFor,
                        specialist.Probability is { } p ? Percent(p) : $"abstains: {specialist.Abstains}",
                        specialist.Interval is { } i ? Range(i) : "-",
                        $"{specialist.Clips}",
                        $"{specialist.Weight:0.00}",
                    ]
            )
        );
        if (face.Timeline.Count > 1)
            report.Drawing(
                TimelineDrawing.Draw(analysis.DurationSeconds, face.Timeline),
                "What each specialist says of each clip, over the video"
            );
        if (face.Moments.Count == 0)
            return;
        report
            .Subheading(IsPicture(analysis) ? "Where it speaks" : "The most telling moments")
            .Paragraph(
                "The picture, and beside it where it speaks for a forgery (red): the parts without which the "
                    + "specialist would find it less so."
            )
            .Cards(
                face.Moments.Select(moment =>
                    (
                        (IReadOnlyList<byte[]>)[moment.Picture, Overlay(moment)],
                        (IReadOnlyList<string>)[Says(moment, analysis)]
                    )
                )
            );
    }

    // Only what speaks for a forgery is coloured.
    private static byte[] Overlay(Moment moment)
    {
        using var picture = Cv2.ImDecode(moment.Picture, ImreadModes.Color);
        var largest = Math.Max(FullRed, moment.Heatmap.Max());
        using var cells = Mat.FromPixelData(
            HeatmapSide,
            HeatmapSide,
            MatType.CV_32FC1,
            moment.Heatmap.Select(value => (float)Math.Max(0, value / largest)).ToArray()
        );
        using Mat weight = new();
        using Mat red = new(picture.Size(), MatType.CV_32FC3, new Scalar(40, 40, 230));
        using Mat mixed = new();
        using Mat weights = new();
        using Mat plain = new();
        Cv2.Resize(cells, weight, picture.Size(), 0, 0, InterpolationFlags.Cubic);
        Cv2.Max(weight, 0, weight);
        Cv2.Min(weight, 1, weight);
        weight.ConvertTo(weight, MatType.CV_32FC1, 0.6);
        Cv2.Merge([weight, weight, weight], weights);
        picture.ConvertTo(plain, MatType.CV_32FC3);
        Cv2.Subtract(red, plain, mixed);
        Cv2.Multiply(mixed, weights, mixed);
        Cv2.Add(plain, mixed, mixed);
        mixed.ConvertTo(mixed, MatType.CV_8UC3);
        return mixed.ToBytes(".jpg", [new ImageEncodingParam(ImwriteFlags.JpegQuality, JpegQuality)]);
    }
}
