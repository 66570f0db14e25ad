using System.CommandLine;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Argus.Cli;
using Argus.Cli.Output;

namespace Argus.Benchmarks;

/// <summary>
/// Measures the service under load: videos of ten seconds in 720p are sent at once, and /healthz is asked until the
/// last of them is answered.
/// </summary>
internal static class ServeBench
{
    /// <summary>What was measured.</summary>
    /// <param name="Videos">The number of videos that were sent.</param>
    /// <param name="Health">The time of an answer of /healthz.</param>
    /// <param name="HealthP99">The time that 99% of the answers of /healthz stayed within, in seconds.</param>
    /// <param name="SecondsPerVideo">The time from the first upload to the last verdict, per video.</param>
    /// <param name="PeakMegabytes">The largest memory, ffmpeg included.</param>
    public sealed record Result(
        int Videos,
        Timing Health,
        double HealthP99,
        double SecondsPerVideo,
        double PeakMegabytes
    );

    private const int RequestsPerMemorySample = 10;
    private static readonly TimeSpan RequestInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Creates the command <c>argus bench serve</c>.</summary>
    public static Command CreateCommand()
    {
        var videos = BenchOptions.CreateCount("--videos", "That are sent at once.", value: 4, least: 1, most: 100);
        var command = new Command(
            "serve",
            "How soon 'argus serve' answers /healthz while videos are in its queue, with five B4 specialists "
                + "of random weights."
        )
        {
            videos,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var result = await RunAsync(parse.GetValue(videos), cancel);
                BenchOptions.Write(parse, result, Print);
            }
        );
        return command;
    }

    private static async Task<Result> RunAsync(int videos, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var video = (await DrawnVideos.WriteAsync(folder, cancel))[0];
            var models = await Untrained.ExportCouncilAsync("seed", [], folder, cancel);
            using var service = await ServiceProcess.StartAsync(models, Path.Combine(folder, "data"), [], cancel);
            return await MeasureAsync(service, video, videos, cancel);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Result> MeasureAsync(
        ServiceProcess service,
        string video,
        int videos,
        CancellationToken cancel
    )
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < videos; i++)
        {
            if (await service.SendAsync(video, cancel) is null)
                throw new ArgusException("The service took no video.");
        }
        var seconds = new List<double>();
        var peak = 0.0;
        var waiting = true;
        while (waiting)
        {
            var asked = Stopwatch.GetTimestamp();
            var health = await service.Client.GetFromJsonAsync<JsonElement>("/healthz", cancel);
            seconds.Add(Stopwatch.GetElapsedTime(asked).TotalSeconds);
            waiting = health.GetProperty("queued").GetInt32() + health.GetProperty("running").GetInt32() > 0;
            if (seconds.Count % RequestsPerMemorySample == 0)
                peak = Math.Max(peak, service.Megabytes);
            await Task.Delay(RequestInterval, cancel);
        }
        var analyses = await service.Client.GetFromJsonAsync<JsonElement>("/v1/analyses", cancel);
        foreach (var analysis in analyses.EnumerateArray())
        {
            if (analysis.GetProperty("state").GetString() != "done")
                throw new ArgusException($"A video was not judged: {analysis.GetProperty("error")}");
        }
        return new Result(
            videos,
            Timing.Compute(seconds),
            seconds.Order().ElementAt((int)(0.99 * (seconds.Count - 1))),
            clock.Elapsed.TotalSeconds / videos,
            peak
        );
    }

    private static void Print(Result result) =>
        Terminal.Facts([
            (
                "/healthz",
                $"{1000 * result.Health.Median:0.0} ms "
                    + $"({1000 * result.Health.Min:0.0}-{1000 * result.Health.Max:0.0}, 99% within "
                    + $"{1000 * result.HealthP99:0.0}), asked {result.Health.Repeats} times"
            ),
            (
                "while",
                $"{result.Videos} videos of 10 s in 1280x720 were in the queue, five B4 specialists, profile seed"
            ),
            ("a video", $"{result.SecondsPerVideo:0.0} s, upload to verdict, one after another"),
            ("peak memory", $"{result.PeakMegabytes:0} MB, ffmpeg included"),
        ]);
}
