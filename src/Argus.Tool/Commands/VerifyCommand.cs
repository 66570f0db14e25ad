using System.CommandLine;
using Argus.Cli.Output;
using Argus.Detection;
using Argus.Video;

namespace Argus.Cli.Commands;

internal static class VerifyCommand
{
    public static Command Create()
    {
        var report = new Argument<string>("report")
        {
            Description = $"NAME{ReportFile.Extension}, which 'argus detect --report' wrote.",
        };
        var video = new Argument<string>("video") { Description = "The video or picture that it is about." };
        var models = new Option<string?>("--models")
        {
            Description = "The models folder that gave the answer; without it the starter, which comes with Argus.",
            HelpName = "DIR",
        };
        var command = new Command(
            "verify",
            "Say of a report whether it is intact, and whether its answer is still the same."
        )
        {
            report,
            video,
            models,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                return await RunAsync(
                    parse.GetRequiredValue(report),
                    parse.GetRequiredValue(video),
                    parse.GetValue(models),
                    cancel
                );
            }
        );
        return command;
    }

    private static async Task<int> RunAsync(string report, string video, string? models, CancellationToken cancel)
    {
        var file = ReportFile.Read(report);
        Terminal.Text($"report: intact, of {file.Analysis.StartedAt?.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
        if (file.Analysis.FinishedAt < file.Analysis.StartedAt)
            Terminal.Text("note: the clock went back while the answer was computed; its times are not to be trusted");
        var sound = Signature(report) & Page(report, file);
        if (file.Analysis.Input is not { } input)
            throw new ArgusException($"{report} does not name the file that it is about.");
        if (!File.Exists(video))
            throw new RequestException($"{video}: {UnreadableVideoException.WhyMissing(video)}.");
        if (await FileHash.Sha256Async(video, cancel) != input.Sha256)
        {
            Terminal.Text("video: different: it is not the file that the report is about, or it was changed since");
            return 1;
        }
        Terminal.Text("video: the same, byte for byte");
        using var detector = await Detector.LoadAsync(models, cancel: cancel);
        var computed = file.Analysis.EveryFrame
            ? await detector.AnalyzeEveryFrameAsync(video, null, cancel)
            : await detector.AnalyzeAsync(video, null, cancel);
        if (computed.Models!.ManifestSha256 != file.Analysis.Models?.ManifestSha256)
        {
            Terminal.Text(
                "models: different: the report's manifest has the SHA-256 "
                    + $"{file.Analysis.Models?.ManifestSha256}, these have {computed.Models.ManifestSha256}. Name the "
                    + "folder that gave the answer with --models"
            );
            return 1;
        }
        Terminal.Text("models: the same");
        var result = ReportVerification.Compare(file.Analysis, computed);
        Terminal.Text(
            result.Agreement switch
            {
                Agreement.Equal => "answer: equal, to the last digit",
                Agreement.WithinTolerance => $"answer: equal within {ReportVerification.Tolerance}",
                _ => "answer: different",
            }
        );
        foreach (var finding in result.Findings)
            Terminal.Text($"  {finding}");
        return sound && result.Agreement != Agreement.Different ? 0 : 1;
    }

    private static bool Signature(string report)
    {
        if (ReportSignature.Read(report) is not { } signature)
        {
            Terminal.Text("signature: none: whoever could write the file could have changed it");
            return true;
        }
        Terminal.Text(
            $"signature: fits, by {signature.Subject}"
                + (signature.SignedAt is { } at ? $" at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "")
                + $", certificate {signature.Thumbprint}; whether it is to be trusted is not judged"
        );
        if (signature.FindExpiry(DateTimeOffset.Now) is not { } expiry)
            return true;
        Terminal.Text($"  {expiry}");
        return signature.IsValidAt(signature.SignedAt ?? DateTimeOffset.Now);
    }

    private static bool Page(string report, ReportFile file)
    {
        var page = report[..^Math.Min(report.Length, ReportFile.Extension.Length)] + ".html";
        if (file.PageSha256 is null || !File.Exists(page))
            return true;
        var same = file.IsPage(File.ReadAllText(page));
        Terminal.Text(same ? "page: intact" : $"page: different: {page} was changed since it was written");
        return same;
    }
}
