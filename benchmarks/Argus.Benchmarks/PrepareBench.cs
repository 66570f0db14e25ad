using System.CommandLine;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Metrics;
using Argus.Video;

namespace Argus.Benchmarks;

/// <summary>Measures what preparing videos costs, compared with only decoding them.</summary>
internal static class PrepareBench
{
    /// <summary>What was measured.</summary>
    /// <param name="Videos">The folder of the videos, or <c>drawn</c>.</param>
    /// <param name="Files">The number of files that a run prepares.</param>
    /// <param name="MegabitsPerSecond">The mean bit rate of the videos.</param>
    /// <param name="SecondsOfVideo">The mean length of the videos.</param>
    /// <param name="Decode">The time in which ffmpeg decodes all files.</param>
    /// <param name="Prepare">The time in which Argus prepares all files.</param>
    /// <param name="Ratio">How many times as long preparing takes: the median of the pairs.</param>
    /// <param name="Ratios">The same for each pair.</param>
    /// <param name="SecondsAVideo">The time in which one file is prepared.</param>
    /// <param name="TwiceTheVideos">How many times as long all files take as half of them.</param>
    /// <param name="PeakMegabytes">The largest memory with half of the files, ffmpeg included.</param>
    /// <param name="PeakMegabytesTwice">The largest memory with all files, ffmpeg included.</param>
    public sealed record Result(
        string Videos,
        int Files,
        double MegabitsPerSecond,
        double SecondsOfVideo,
        Timing Decode,
        Timing Prepare,
        double Ratio,
        IReadOnlyList<double> Ratios,
        double SecondsAVideo,
        double TwiceTheVideos,
        double PeakMegabytes,
        double PeakMegabytesTwice
    );

    private const int Repeats = 3;

    /// <summary>Creates the command <c>argus bench prepare</c>.</summary>
    public static Command CreateCommand()
    {
        var videos = new Option<string?>("--videos")
        {
            Description = "A folder of videos (default: ten-second 720p ones are drawn, which takes a minute or two).",
            HelpName = "DIR",
        };
        var count = BenchOptions.CreateCount("--count", "Files a run.", value: 48, least: 2, most: 720);
        var command = new Command(
            "prepare",
            "'argus data prepare' with face tracks against ffmpeg's bare decoding of the same files."
        )
        {
            videos,
            count,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var result = await RunAsync(parse.GetValue(videos), parse.GetValue(count), cancel);
                BenchOptions.Write(parse, result, Print);
            }
        );
        return command;
    }

    // The folder of videos is null to draw some. If it holds fewer videos than the count, each is used several times.
    /// <summary>Prepares videos, and decodes them.</summary>
    public static async Task<Result> RunAsync(string? videos, int count, CancellationToken cancel)
    {
        if (videos is not null && !Directory.Exists(videos))
            throw new RequestException($"There is no folder {videos}.");
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var sources = videos is null
                ? await DrawnVideos.WriteAsync(folder, cancel)
                : VideoFolder.Videos(videos).ToList();
            if (sources.Count == 0)
                throw new RequestException($"{videos} holds no video (mp4, mov, mkv, avi, webm).");
            LinkDataset(Path.Combine(folder, "half"), sources, count / 2);
            var whole = LinkDataset(Path.Combine(folder, "whole"), sources, count);
            double bytes = 0;
            double seconds = 0;
            foreach (var source in sources)
            {
                var info = await VideoProbe.ReadAsync(source, cancel);
                bytes += new FileInfo(source).Length;
                seconds += info.DurationSeconds;
            }
            Terminal.Note(
                $"{sources.Count} videos, {bytes * 8 / seconds / 1e6:0.0} Mbit/s, "
                    + $"{seconds / sources.Count:0.0} s each; {whole.Count} files a run"
            );

            List<double> decode = [];
            List<double> prepare = [];
            List<double> ratios = [];
            List<double> halves = [];
            double peak = 0;
            double peakTwice = 0;
            // The first repeat is not counted: it warms up the disk's cache.
            for (var i = -1; i < Repeats; i++)
            {
                var decoded = await MeasureDecodingAsync(whole, cancel);
                var one = await PrepareAsync(folder, "half", cancel);
                var two = await PrepareAsync(folder, "whole", cancel);
                if (i < 0)
                    continue;
                decode.Add(decoded);
                prepare.Add(two.Seconds);
                ratios.Add(two.Seconds / decoded);
                halves.Add(two.Seconds / one.Seconds);
                peak = Math.Max(peak, one.PeakMegabytes);
                peakTwice = Math.Max(peakTwice, two.PeakMegabytes);
                Terminal.Note($"  decode {decoded:0.00} s, prepare {two.Seconds:0.00} s: ratio {ratios[^1]:0.00}");
            }
            return new Result(
                videos ?? "drawn",
                whole.Count,
                bytes * 8 / seconds / 1e6,
                seconds / sources.Count,
                Timing.Compute(decode),
                Timing.Compute(prepare),
                Median.Compute(ratios),
                ratios,
                Median.Compute(prepare) / whole.Count,
                Median.Compute(halves),
                peak,
                peakTwice
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(Result result)
    {
        Terminal.Facts([
            (
                "videos",
                $"{result.Files} files, {result.Videos}, {result.SecondsOfVideo:0.0} s each, "
                    + $"{result.MegabitsPerSecond:0.0} Mbit/s"
            ),
            ("ffmpeg -i VIDEO -f null -", result.Decode.Text),
            ("argus data prepare (32 face crops, sound)", result.Prepare.Text),
            ("ratio", $"{result.Ratio:0.00}  ({string.Join(", ", result.Ratios.Select(ratio => $"{ratio:0.00}"))})"),
            ("a video", $"{result.SecondsAVideo:0.00} s"),
            ("twice the videos", $"{result.TwiceTheVideos:0.00} times the time"),
            (
                "peak memory, ffmpeg included",
                $"{result.PeakMegabytes:0} MB with half the videos, {result.PeakMegabytesTwice:0} MB with all"
            ),
        ]);
    }

    // Returns the seconds in which ffmpeg decodes the files, one after the other.
    private static async Task<double> MeasureDecodingAsync(IReadOnlyList<string> files, CancellationToken cancel)
    {
        var seconds = 0.0;
        foreach (var file in files)
        {
            var call = new ProgramCall(Ffmpeg.Program, ["-nostdin", "-v", "error", "-i", file, "-f", "null", "-"]);
            var run = await MeasuredProcess.RunAsync(call, cancel);
            seconds += run.Seconds;
        }
        return seconds;
    }

    private static async Task<MeasuredProcess> PrepareAsync(string folder, string dataset, CancellationToken cancel)
    {
        var store = Path.Combine(folder, "store");
        if (Directory.Exists(store))
            Directory.Delete(store, recursive: true);
        string[] settings = ["data.crop=face", "data.train_frames=32", "data.clip_frames=1"];
        return await MeasuredProcess.RunArgusAsync(
            ["data", "prepare", "ffpp", Path.Combine(folder, dataset), "--store", store, .. settings],
            cancel
        );
    }

    // Links to the files under names of training videos of FaceForensics++.
    private static List<string> LinkDataset(string folder, IReadOnlyList<string> sources, int count)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, "original")).FullName;
        var names = OfficialSplits
            .FaceForensicsPairs(Split.Train)
            .SelectMany(pair => new[] { pair.A, pair.B })
            .Take(count);
        var links = new List<string>();
        foreach (var name in names)
        {
            var source = sources[links.Count % sources.Count];
            var link = Path.Combine(target, name + Path.GetExtension(source));
            File.CreateSymbolicLink(link, Path.GetFullPath(source));
            links.Add(link);
        }
        return links;
    }
}
