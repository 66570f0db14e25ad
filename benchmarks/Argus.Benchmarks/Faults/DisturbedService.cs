using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Argus.Tests;

namespace Argus.Benchmarks.Faults;

/// <summary>The service with videos in its queue: it is killed, its clients go away, its models change.</summary>
/// <param name="models">A models folder, which is changed.</param>
/// <param name="video">A short video.</param>
/// <param name="data">The service's data folder.</param>
internal sealed class DisturbedService(string models, string video, string data)
{
    private const string Work = "serve";
    private const int VideosAtOnce = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Kills the service while it works; every video must be judged after it was started again.</summary>
    public async Task<FaultResult> KillAsync(int kills, Random random, CancellationToken cancel)
    {
        var lost = new List<string>();
        for (var kill = 0; kill < kills; kill++)
        {
            List<string> sent;
            using (var service = await StartAsync(cancel))
            {
                sent = await SendAsync(service, VideosAtOnce, cancel);
                await Task.Delay(TimeSpan.FromSeconds(2 * random.NextDouble()), cancel);
            }
            using var again = await StartAsync(cancel);
            lost.AddRange(await FindLostAsync(again, sent, cancel));
        }
        return new FaultResult(Work, "killed while it judges", kills, kills, lost);
    }

    /// <summary>Clients that break off within an upload leave nothing, and others are served.</summary>
    public async Task<FaultResult> AbandonAsync(int clients, Random random, CancellationToken cancel)
    {
        using var service = await StartAsync(cancel);
        // What a killed service left is swept after a while, because others may share the folder.
        var earlier = Files;
        var bytes = await File.ReadAllBytesAsync(video, cancel);
        var head = Encoding.ASCII.GetBytes(
            "POST /v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=edge\r\n"
                + $"Content-Length: {bytes.Length + 500}\r\n\r\n--edge\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\r\n"
        );
        for (var i = 0; i < clients; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(service.Address.Host, service.Address.Port, cancel);
            var stream = client.GetStream();
            await stream.WriteAsync(head, cancel);
            await stream.WriteAsync(bytes.AsMemory(0, random.Next(bytes.Length)), cancel);
        }
        var lost = new List<string>(await FindLostAsync(service, await SendAsync(service, 1, cancel), cancel));
        for (var clock = Stopwatch.StartNew(); Files.Except(earlier).Any() && clock.Elapsed < Patience; )
            await Task.Delay(100, cancel);
        lost.AddRange(Files.Except(earlier).Select(file => $"{Path.GetFileName(file)} is left"));
        return new FaultResult(Work, "clients go away", clients, 1, lost);
    }

    /// <summary>A model's file that is overwritten while the service runs changes no answer.</summary>
    public async Task<FaultResult> ReplaceModelAsync(CancellationToken cancel)
    {
        using var service = await StartAsync(cancel);
        var before = await WaitAsync(service, (await SendAsync(service, 1, cancel))[0], cancel);
        foreach (var model in Directory.EnumerateFiles(models, "*.onnx"))
        {
            await File.WriteAllTextAsync(model + ".new", "another file", cancel);
            File.Move(model + ".new", model, overwrite: true);
        }
        var after = await WaitAsync(service, (await SendAsync(service, 1, cancel))[0], cancel);
        var same =
            after.GetProperty("state").GetString() == "done"
            && after.GetProperty("result").GetProperty("probability").GetDouble()
                == before.GetProperty("result").GetProperty("probability").GetDouble();
        return new FaultResult(Work, "models replaced", 1, 1, same ? [] : ["the answer changed"]);
    }

    /// <summary>
    /// Stops the database at once while videos wait and are judged, and starts it again; every video must be judged.
    /// </summary>
    public async Task<FaultResult> StopDatabaseAsync(int times, Random random, CancellationToken cancel)
    {
        const string Fault = "database stopped";
        if (PostgresServer.FindObstacle() is { } obstacle)
            return FaultResult.Skip(Work, Fault, obstacle);
        using var database = PostgresServer.Start();
        using var service = await StartAsync(cancel, "--database", database.ConnectionString);
        var lost = new List<string>();
        for (var i = 0; i < times; i++)
        {
            var sent = await SendAsync(service, VideosAtOnce, cancel);
            await Task.Delay(TimeSpan.FromSeconds(2 * random.NextDouble()), cancel);
            database.Stop();
            await Task.Delay(TimeSpan.FromSeconds(4 * random.NextDouble()), cancel);
            database.Resume();
            lost.AddRange(await FindLostAsync(service, sent, cancel));
        }
        return new FaultResult(Work, Fault, times, times, lost);
    }

    /// <summary>Sets the clock back by an hour, and on again, while videos wait and are judged.</summary>
    public async Task<FaultResult> SetClockBackAsync(CancellationToken cancel)
    {
        const string Fault = "clock set back";
        if (!MovableClock.IsInstalled)
            return FaultResult.Skip(Work, Fault, "libfaketime is not installed");
        var clock = new MovableClock(data + ".clock");
        clock.Set(TimeSpan.Zero);
        using var service = await StartAsync(clock.Surroundings, cancel);
        var lost = new List<string>();
        foreach (var offset in new[] { TimeSpan.FromHours(-1), TimeSpan.Zero })
        {
            var sent = await SendAsync(service, VideosAtOnce, cancel);
            clock.Set(offset);
            sent.AddRange(await SendAsync(service, 1, cancel));
            lost.AddRange(await FindLostAsync(service, sent, cancel));
        }
        return new FaultResult(Work, Fault, 2, 2, lost);
    }

    /// <summary>Gives it so much memory and no more.</summary>
    public async Task<FaultResult> LimitMemoryAsync(long most, CancellationToken cancel)
    {
        var fault = $"{most >> 30} GB of memory";
        using var group = MemoryGroup.TryCreate(most);
        if (group is null)
            return FaultResult.Skip(Work, fault, "this user cannot limit memory");
        using var service = await StartAsync(group.Surroundings, cancel);
        var sent = await SendAsync(service, VideosAtOnce, cancel);
        return new FaultResult(Work, fault, 1, 1, await FindLostAsync(service, sent, cancel));
    }

    private string[] Files => Directory.GetFiles(Path.Combine(data, "videos"));

    private Task<ServiceProcess> StartAsync(CancellationToken cancel, params string[] options) =>
        StartAsync(Surroundings.Usual, cancel, options);

    private Task<ServiceProcess> StartAsync(
        Surroundings surroundings,
        CancellationToken cancel,
        params string[] options
    ) =>
        ServiceProcess.StartAsync(
            models,
            data,
            ["--lease-seconds", "2", "--uploads-per-minute", "1000000", .. options],
            cancel,
            surroundings
        );

    private async Task<List<string>> SendAsync(ServiceProcess service, int videos, CancellationToken cancel)
    {
        var sent = new List<string>();
        while (sent.Count < videos)
            sent.Add(await service.SendAsync(video, cancel) ?? throw new ArgusException("The service took no video."));
        return sent;
    }

    private static async Task<IReadOnlyList<string>> FindLostAsync(
        ServiceProcess service,
        IReadOnlyList<string> sent,
        CancellationToken cancel
    )
    {
        var lost = new List<string>();
        foreach (var id in sent)
        {
            var analysis = await WaitAsync(service, id, cancel);
            if (analysis.GetProperty("state").GetString() is not "done" and var state)
                lost.Add($"{id} is {state}: {analysis.GetProperty("error")}");
        }
        return lost;
    }

    private static async Task<JsonElement> WaitAsync(ServiceProcess service, string id, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            // While its database is away the service answers that it is.
            var now = await service.TryGetAsync(id, cancel);
            if (now is { } analysis && (ServiceProcess.HasEnded(analysis) || clock.Elapsed > Patience))
                return analysis;
            if (clock.Elapsed > Patience)
                throw new ArgusException("The service gave no answer for two minutes.");
            await Task.Delay(100, cancel);
        }
    }
}
