using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Detection;

namespace Argus.Benchmarks;

/// <summary>
/// Many clients at once: each sends a short video, asks after it or follows its events until it is judged, and sends
/// the next. No video may be lost, and answers stay quick.
/// </summary>
internal static class LoadBench
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>What was measured.</summary>
    /// <param name="Clients">How many there were at once.</param>
    /// <param name="Seconds">For how long they sent.</param>
    /// <param name="Sent">Videos that the service took.</param>
    /// <param name="Lost">Those of them that were not judged.</param>
    /// <param name="Polls">Answers to the question how far an analysis is.</param>
    /// <param name="PollMedianMilliseconds">Their median.</param>
    /// <param name="PollP95Milliseconds">The time that 95% of them stayed within.</param>
    /// <param name="EarlyMegabytes">The largest memory in the second quarter of the time.</param>
    /// <param name="LateMegabytes">The largest memory in the last quarter.</param>
    public sealed record Result(
        int Clients,
        int Seconds,
        int Sent,
        int Lost,
        int Polls,
        double PollMedianMilliseconds,
        double PollP95Milliseconds,
        double EarlyMegabytes,
        double LateMegabytes
    );

    /// <summary>Creates the command <c>argus bench load</c>.</summary>
    public static Command CreateCommand()
    {
        var clients = BenchOptions.CreateCount("--clients", "At once.", value: 200, least: 1, most: 10_000);
        var seconds = BenchOptions.CreateCount("--seconds", "That they send.", value: 120, least: 4, most: 100_000);
        var command = new Command("load", "How 'argus serve' bears many clients that send, poll and follow events.")
        {
            clients,
            seconds,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var result = await RunAsync(parse.GetValue(clients), parse.GetValue(seconds), cancel);
                BenchOptions.Write(parse, result, Print);
                return result.Lost == 0 ? 0 : 1;
            }
        );
        return command;
    }

    private static async Task<Result> RunAsync(int clients, int seconds, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var sample = Path.Combine(folder, "sample");
            await MeasuredProcess.RunArgusAsync(["data", "sample", sample, "--quads", "1,1,1"], cancel);
            var video = Directory.EnumerateFiles(sample, "*.mp4", SearchOption.AllDirectories).Order().First();
            var models = Path.Combine(folder, "models");
            var checkpoint = Path.Combine(folder, "rr");
            await Untrained.ExportAsync("rr", "smoke", ["model.image_size=64"], checkpoint, models, cancel);
            await ModelsFolder.SealAsync(models, Council.CreateEqual([new CouncilCandidate("rr", null)]), cancel);
            string[] generous = ["--uploads-per-minute", "1000000", "--max-queue", $"{2 * clients}"];
            using var service = await ServiceProcess.StartAsync(models, Path.Combine(folder, "data"), generous, cancel);
            return await MeasureAsync(service, video, clients, seconds, cancel);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Result> MeasureAsync(
        ServiceProcess service,
        string video,
        int clients,
        int seconds,
        CancellationToken cancel
    )
    {
        var sent = new ConcurrentBag<string>();
        var polls = new ConcurrentBag<double>();
        var memory = new List<(double Second, double Megabytes)>();
        var clock = Stopwatch.StartNew();
        var work = Task.WhenAll(Enumerable.Range(0, clients).Select(ServeClientAsync));
        while (await Task.WhenAny(work, Task.Delay(1000, cancel)) != work)
        {
            if (clock.Elapsed.TotalSeconds < seconds)
                memory.Add((clock.Elapsed.TotalSeconds, service.Megabytes));
        }
        await work;
        var lost = 0;
        foreach (var id in sent)
        {
            var state = await service.GetAsync(id, cancel);
            while (!ServiceProcess.HasEnded(state) && clock.Elapsed < Patience)
            {
                await Task.Delay(PollInterval, cancel);
                state = await service.GetAsync(id, cancel);
            }
            if (state.GetProperty("state").GetString() != "done")
                lost++;
        }
        var times = polls.Order().ToList();
        return new Result(
            clients,
            seconds,
            sent.Count,
            lost,
            times.Count,
            times[times.Count / 2],
            times[(int)(0.95 * (times.Count - 1))],
            memory.Where(at => at.Second > 0.25 * seconds && at.Second < 0.5 * seconds).Max(at => at.Megabytes),
            memory.Where(at => at.Second > 0.75 * seconds).Max(at => at.Megabytes)
        );

        // Every second client follows events, the others poll.
        async Task ServeClientAsync(int client)
        {
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                if (await service.SendAsync(video, cancel) is not { } id)
                {
                    await Task.Delay(PollInterval, cancel);
                    continue;
                }
                sent.Add(id);
                if (client % 2 == 0)
                    await FollowAsync(id);
                else
                    await PollAsync(id);
            }
        }

        async Task FollowAsync(string id)
        {
            await using var events = await service.Client.GetStreamAsync($"/v1/analyses/{id}/events", cancel);
            using var reader = new StreamReader(events);
            while (await reader.ReadLineAsync(cancel) is not null)
                continue;
        }

        async Task PollAsync(string id)
        {
            while (true)
            {
                var asked = Stopwatch.GetTimestamp();
                var state = await service.GetAsync(id, cancel);
                polls.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                if (ServiceProcess.HasEnded(state))
                    return;
                await Task.Delay(PollInterval, cancel);
            }
        }
    }

    private static void Print(Result result) =>
        Terminal.Facts([
            ("clients", $"{result.Clients}, for {result.Seconds} s"),
            ("videos sent", $"{result.Sent}"),
            ("lost", $"{result.Lost}"),
            ("polls", $"{result.Polls}"),
            ("a poll", $"{result.PollMedianMilliseconds:0} ms, 95% within {result.PollP95Milliseconds:0} ms"),
            ("memory", $"{result.EarlyMegabytes:0} MB in the second quarter, {result.LateMegabytes:0} MB in the last"),
        ]);
}
