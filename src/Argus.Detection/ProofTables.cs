using System.Globalization;

namespace Argus.Detection;

/// <summary>The end of a verdict's page: what an answer was made of, so that somebody else can get the same.</summary>
internal static class ProofTables
{
    private static readonly string[] Columns = ["what", "value"];

    public static void AddCase(HtmlPage report, CaseRecord? details)
    {
        if (details is null)
            return;
        report.Table(
            Columns,
            Rows(
                ("Case", details.Number),
                ("Examiner", details.Examiner),
                ("Organization", details.Organization),
                ("Remarks", details.Remarks)
            )
        );
    }

    public static void AddProof(HtmlPage report, Analysis analysis)
    {
        if (analysis is not { Input: { } input, Models: { } models, Program: { } program, Coverage: { } coverage })
            return;
        report
            .Heading("How this answer was made")
            .Subheading("The file")
            .Table(
                Columns,
                Rows(
                    ("SHA-256", input.Sha256),
                    ("Size", $"{input.Bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes"),
                    ("Container and codecs", $"{input.Container}: {input.Codec}, {input.SoundCodec ?? "no sound"}"),
                    ("Picture", $"{input.Width} x {input.Height}, {Plural(input.Frames, "frame")}{Rate(input)}"),
                    ("Duration", analysis.DurationSeconds > 0 ? $"{analysis.DurationSeconds:0.00} s" : null),
                    ("Encoder, as the file says", Said(input.Encoder)),
                    ("Made at, as the file says", Said(input.CreationTime)),
                    ("Edit lists", EditLists(input))
                )
            )
            .Subheading("What was looked at")
            .Table(
                Columns,
                Rows(
                    ("Frames judged", $"{coverage.FramesJudged} of {coverage.Frames}"),
                    ("Share of the time", $"{coverage.ShareOfTime:0%}"),
                    ("Asked for", analysis.EveryFrame ? "all of the video" : "clips spread evenly over it"),
                    ("Frames", Frames(analysis))
                )
            )
            .List(coverage.Unseen.Select(DetectionReport.Sentence))
            .Subheading("The models")
            .Table(
                Columns,
                Rows(
                    ("Manifest, SHA-256", models.ManifestSha256),
                    ("Fitted on", Said(models.FittedOn)),
                    (
                        "Thresholds",
                        $"forged from P(fake) {DetectionReport.Percent(models.ForgedFrom)}, real below "
                            + DetectionReport.Percent(models.RealBelow)
                    ),
                    ("Where they come from", models.ThresholdsFrom),
                    ("Tested on", models.TestedOn ?? "the models do not say")
                )
            )
            .Table(
                ["model", "precision", "SHA-256 of file, recipe and weights", "calibrated on"],
                models.Specialists.Select(one =>
                    (IReadOnlyList<string>)
                        [
                            one.Name,
                            one.Precision,
                            $"{one.Sha256} {one.RecipeSha256} {one.WeightsSha256}",
                            one.CalibratedOn ?? "-",
                        ]
                )
            )
            .Subheading("The program")
            .Table(
                Columns,
                Rows(
                    ("Argus", program.Argus),
                    ("Runtimes", $"{program.DotNet}, ONNX Runtime {program.OnnxRuntime}, OpenCV {program.OpenCv}"),
                    ("Decoder", $"ffmpeg {program.Ffmpeg}"),
                    ("System", program.System),
                    ("Processor", program.Processor),
                    ("Began", Time(analysis.StartedAt)),
                    ("Ended", Time(analysis.FinishedAt))
                )
            )
            .Paragraph(
                $"NAME{ReportFile.Extension} beside this page holds all of it for machines; 'argus verify' computes it "
                    + "anew from the video and the models and says whether the answer is the same."
            );
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(params (string What, string? Value)[] rows) =>
        rows.Where(row => row.Value is not null).Select(row => (IReadOnlyList<string>)[row.What, row.Value!]);

    private static string Said(string text) => text.Length == 0 ? "nothing" : text;

    private static string Plural(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Rate(InputFile input) =>
        input.FramesPerSecond > 0 ? $", {input.FramesPerSecond:0.###} a second" : "";

    private static string EditLists(InputFile input) =>
        input.EditLists.Count == 0
            ? "none"
            : string.Join(
                "; ",
                input.EditLists.Select(edit =>
                    edit.MediaTime < 0
                        ? $"track {edit.Track}: nothing for {edit.DurationSeconds:0.###} s"
                        : $"track {edit.Track}: {edit.DurationSeconds:0.###} s from unit {edit.MediaTime}"
                            + (edit.Rate == 1 ? "" : $" at {edit.Rate:0.##} times the speed")
                )
            );

    private static string Time(DateTimeOffset? time) =>
        time is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) : "unknown";

    // The numbers of the frames; of neighbours the first and the last.
    private static string Frames(Analysis analysis)
    {
        var numbers = analysis
            .Faces.SelectMany(face => face.Timeline)
            .SelectMany(clip => clip.Frames)
            .Select(frame => frame.Number)
            .Distinct()
            .Order()
            .ToList();
        var runs = new List<(int First, int Last)>();
        foreach (var number in numbers)
        {
            if (runs.Count > 0 && runs[^1].Last == number - 1)
                runs[^1] = (runs[^1].First, number);
            else
                runs.Add((number, number));
        }
        return string.Join(
            ", ",
            runs.Select(run => run.First == run.Last ? $"{run.First}" : $"{run.First}-{run.Last}")
        );
    }
}
