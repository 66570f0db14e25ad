using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Argus.Cli.Output;

namespace Argus.Benchmarks;

/// <summary>
/// The service under work: videos of ten seconds in 720p sent at once, and /healthz asked until the last is answered.
/// </summary>
internal static class ServeBench
{
    public sealed record Result(
        int Videos,
        Timing Health,
        double HealthP99,
        double SecondsPerVideo,
        double PeakMegabytes
    );

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    public static async Task<Result> RunAsync(int videos, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var video = (await PrepareBench.DrawAsync(folder, cancel))[0];
            var models = await Untrained.CouncilAsync("seed", [], folder, cancel);
            var start = new ProcessStartInfo(
                Environment.ProcessPath!,
                MeasuredProcess.Arguments([
                    "serve",
                    "--models",
                    models,
                    "--data",
                    Path.Combine(folder, "data"),
                    "--url",
                    "http://127.0.0.1:0",
                ])
            )
            {
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            try
            {
                var ready =
                    await process.StandardOutput.ReadLineAsync(cancel)
                    ?? throw new ArgusException("The service did not start.");
                using var client = new HttpClient
                {
                    BaseAddress = new Uri(
                        ready.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal))
                    ),
                };
                return await MeasureAsync(client, process.Id, video, videos, cancel);
            }
            finally
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Result> MeasureAsync(
        HttpClient client,
        int process,
        string video,
        int videos,
        CancellationToken cancel
    )
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < videos; i++)
        {
            using var form = new MultipartFormDataContent
            {
                { new StreamContent(File.OpenRead(video)), "file", "video.mp4" },
            };
            using var answer = await client.PostAsync("/v1/analyses", form, cancel);
            answer.EnsureSuccessStatusCode();
        }
        var seconds = new List<double>();
        var peak = 0.0;
        var waiting = true;
        while (waiting)
        {
            var asked = Stopwatch.GetTimestamp();
            var health = await client.GetFromJsonAsync<JsonElement>("/healthz", cancel);
            seconds.Add(Stopwatch.GetElapsedTime(asked).TotalSeconds);
            waiting = health.GetProperty("queued").GetInt32() + health.GetProperty("running").GetInt32() > 0;
            if (seconds.Count % 10 == 0)
                peak = Math.Max(peak, MeasuredProcess.TreeMegabytes(process));
            await Task.Delay(Between, cancel);
        }
        var last = await client.GetFromJsonAsync<JsonElement>("/v1/analyses", cancel);
        if (
            last.EnumerateArray().FirstOrDefault(one => one.GetProperty("state").GetString() != "done") is
            { ValueKind: JsonValueKind.Object } failed
        )
            throw new ArgusException($"A video was not judged: {failed.GetProperty("error")}");
        return new Result(
            videos,
            Timing.Compute(seconds),
            seconds.Order().ElementAt((int)(0.99 * (seconds.Count - 1))),
            clock.Elapsed.TotalSeconds / videos,
            peak
        );
    }

    public static void Print(Result result) =>
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
