using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Argus.Cli.Output;
using Argus.Clips;
using Argus.Detection;
using Argus.Video;

namespace Argus.Cli.Commands;

internal static class DetectCommand
{
    // In bytes of UTF-8, without the extension.
    private const int LongestPageName = 200;

    public static Command Create()
    {
        var videos = new Argument<string[]>("video")
        {
            Description = "Videos, folders of videos, or - for a list of them on standard input, one a line.",
            Arity = ArgumentArity.OneOrMore,
        };
        var models = new Option<string?>("--models")
        {
            Description = "A models folder that 'argus export' made; without it the starter, which comes with Argus.",
            HelpName = "DIR",
        };
        var report = new Option<string?>("--report")
        {
            Description = "Also write a page with pictures for each video.",
            HelpName = "DIR",
        };
        var json = new Option<bool>("--json")
        {
            Description = "A line of JSON for each video, as soon as it is judged.",
        };
        var all = new Option<bool>("--all")
        {
            Description = "Look at every frame instead of clips that are spread over the video.",
        };
        var details = new CaseOptions();
        var command = new Command(
            "detect",
            "Say of videos whether they are forged, how sure that is, by which trace, when and where in the picture."
        )
        {
            videos,
            models,
            report,
            json,
            all,
        };
        details.AddTo(command);
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var pages = parse.GetValue(report);
                var lines = parse.GetValue(json);
                if (pages is not null && File.Exists(pages))
                    throw new RequestException($"{pages} is a file; --report wants a folder.");
                if (pages is not null)
                    OutputFolder.Create(pages);
                var belongsTo = details.Read(parse, hasReport: pages is not null);
                using var certificate = details.ReadCertificate(parse, hasReport: pages is not null);
                var wanted = parse.GetRequiredValue(videos);
                var settings = new DetectionOptions { ModelsFolder = parse.GetValue(models), ConcurrentAnalyses = 0 };
                using var detector = File.Exists(wanted[0])
                    ? await Detector.LoadWhileReadingAsync(settings, wanted[0], parse.GetValue(all), cancel)
                    : await Detector.LoadAsync(settings, null, cancel);
                if (detector.DeviceWarning is { } warning)
                    Terminal.Note(warning);
                var judged = 0;
                var failed = 0;
                var names = new HashSet<string>();
                var said = new List<string>(); // what is the same for several videos is said once, at the end
                try
                {
                    foreach (var video in wanted.SelectMany(Files))
                    {
                        try
                        {
                            judged++;
                            if (!File.Exists(video))
                                throw new UnreadableVideoException(UnreadableVideoException.WhyMissing(video));
                            var found = parse.GetValue(all)
                                ? await detector.AnalyzeEveryFrameAsync(video, null, cancel)
                                : await detector.AnalyzeAsync(video, null, cancel);
                            var analysis = found with { Case = belongsTo };
                            said.AddRange([
                                .. analysis.Evidence.Skip(analysis.LikelihoodRatio is null ? 0 : 1).Except(said),
                            ]);
                            if (lines)
                                Terminal.Line(JsonSerializer.Serialize(analysis, DetectionReport.Json));
                            else
                                Print(analysis);
                            if (pages is null)
                                continue;
                            var page = Path.Combine(pages, PageName(video, names) + ".html");
                            var file = DetectionReport.Write(page, analysis);
                            if (certificate is not null)
                                ReportSignature.Write(file, certificate);
                            if (!lines)
                                Terminal.Line(
                                    $"  page: {page}, and {Path.GetFileName(file)}"
                                        + (certificate is null ? "" : $", signed by {certificate.Subject}")
                                );
                        }
                        catch (Exception error)
                            when (error is UnreadableVideoException or IOException or UnauthorizedAccessException)
                        {
                            failed++;
                            if (lines)
                                Terminal.Line(
                                    JsonSerializer.Serialize(
                                        new { Video = video, Error = error.Message },
                                        DetectionReport.Json
                                    )
                                );
                            else
                                Terminal.Error($"{Printable(video)}: {error.Message}");
                        }
                    }
                    cancel.ThrowIfCancellationRequested();
                }
                catch (OperationCanceledException)
                {
                    Terminal.Error("Stopped.");
                    return 1;
                }
                if (judged == 0)
                    throw new RequestException("The list on standard input names no video.");
                if (!lines && failed < judged)
                    foreach (var note in said.Concat(detector.Limits))
                        Terminal.Text($"note: {note}");
                return failed == 0 ? 0 : 1;
            }
        );
        return command;
    }

    private static IEnumerable<string> Files(string name)
    {
        if (name == "-")
            return Listed().SelectMany(line => line == "-" ? [] : Files(line));
        if (!Directory.Exists(name))
            return [name];
        var found = VideoFolder.Videos(name).Order(StringComparer.Ordinal).ToList();
        return found.Count > 0 ? found : throw new RequestException($"{name} holds no video.");
    }

    // Names may begin and end with spaces: only the line's end and a byte order mark are not theirs.
    private static IEnumerable<string> Listed()
    {
        for (var first = true; Console.In.ReadLine() is { } line; first = false)
        {
            var name = first ? line.TrimStart('\uFEFF') : line;
            if (name.Length > 0)
                yield return name;
        }
    }

    // Two videos of one name get two pages.
    private static string PageName(string video, HashSet<string> taken)
    {
        var plain = Shorten(Printable(Path.GetFileNameWithoutExtension(video)));
        var name = plain;
        for (var i = 2; !taken.Add(name); i++)
            name = $"{plain}-{i}";
        return name;
    }

    // A file system takes 255 bytes. Names that begin alike are told apart by their hash.
    private static string Shorten(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= LongestPageName)
            return name;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8];
        var begin = new StringBuilder();
        var bytes = hash.Length + 1;
        foreach (
            var rune in name.EnumerateRunes().TakeWhile(rune => (bytes += rune.Utf8SequenceLength) <= LongestPageName)
        )
            begin.Append(rune);
        return $"{begin}-{hash}";
    }

    // A name may hold what a terminal takes for commands.
    private static string Printable(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));

    private static void Print(Analysis analysis)
    {
        Terminal.Text($"{Printable(analysis.Video)}: {DetectionReport.Headline(analysis)}");
        foreach (var remark in analysis.Remarks)
            Terminal.Text($"  note: {remark}");
        foreach (var sentence in analysis.Provenance?.Sentences ?? [])
            Terminal.Text($"  provenance: {sentence}");
        if (analysis.LikelihoodRatio is not null)
            Terminal.Text($"  evidence: {analysis.Evidence[0]}");
        foreach (var face in analysis.Faces)
        {
            var verdict = DetectionReport.Verdict(face);
            var ofSeveral = analysis.Faces.Count > 1 ? $": {verdict}" : "";
            Terminal.Text($"  {DetectionReport.Title(face, analysis)}{ofSeveral}");
            foreach (var specialist in face.Specialists)
                Terminal.Text(
                    $"    {specialist.Name}  {DetectionReport.Says(specialist, analysis)}  ({specialist.LooksFor})"
                );
            if (analysis.DurationSeconds > 0 && face is { Moments: [var moment, ..], Verdict: not Verdict.Real })
                Terminal.Text($"    most telling: {DetectionReport.Says(moment, analysis)}");
        }
    }
}
