using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Argus.Benchmarks.Faults;

/// <summary>The service with videos in its queue: it is killed, its clients go away, its models change.</summary>
/// <param name="models">A models folder, which is changed.</param>
/// <param name="video">A short video.</param>
/// <param name="data">The service's data folder.</param>
internal sealed class DisturbedService(string models, string video, string data)
{
    private const int VideosAtOnce = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Kills the service while it works; every video must be judged after it was started again.</summary>
    public async Task<FaultResult> KillAsync(int kills, Random random, CancellationToken cancel)
    {
        var lost = new List<string>();
        var judged = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            var sent = new List<string>();
            using (var service = await StartAsync(cancel))
            {
                for (var i = 0; i < VideosAtOnce; i++)
                    sent.Add(await SendAsync(service, cancel));
                await Task.Delay(TimeSpan.FromSeconds(2 * random.NextDouble()), cancel);
            }
            using var again = await StartAsync(cancel);
            foreach (var id in sent)
            {
                var state = await WaitAsync(again, id, cancel);
                if (state.GetProperty("state").GetString() == "done")
                    judged++;
                else
                    lost.Add($"{id} is {state.GetProperty("state")}: {state.GetProperty("error")}");
            }
        }
        return new FaultResult("serve, killed while it judges", kills, judged, lost);
    }

    /// <summary>Clients that break off within an upload leave nothing, and others are served.</summary>
    public async Task<FaultResult> AbandonAsync(int clients, Random random, CancellationToken cancel)
    {
        using var service = await StartAsync(cancel);
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
        var judged = await WaitAsync(service, await SendAsync(service, cancel), cancel);
        var lost = new List<string>();
        if (judged.GetProperty("state").GetString() != "done")
            lost.Add("the next client was not served");
        for (var clock = Stopwatch.StartNew(); Files.Length > 0 && clock.Elapsed < Patience; )
            await Task.Delay(100, cancel);
        lost.AddRange(Files.Select(file => $"{Path.GetFileName(file)} is left"));
        return new FaultResult("serve, clients that go away", clients, 1, lost);
    }

    /// <summary>A model's file that is overwritten while the service runs changes no answer.</summary>
    public async Task<FaultResult> ReplaceModelAsync(CancellationToken cancel)
    {
        using var service = await StartAsync(cancel);
        var before = await WaitAsync(service, await SendAsync(service, cancel), cancel);
        foreach (var model in Directory.EnumerateFiles(models, "*.onnx"))
        {
            await File.WriteAllTextAsync(model + ".new", "another file", cancel);
            File.Move(model + ".new", model, overwrite: true);
        }
        var after = await WaitAsync(service, await SendAsync(service, cancel), cancel);
        var same =
            after.GetProperty("state").GetString() == "done"
            && after.GetProperty("result").GetProperty("probability").GetDouble()
                == before.GetProperty("result").GetProperty("probability").GetDouble();
        return new FaultResult("serve, its models replaced", 1, 1, same ? [] : ["the answer changed"]);
    }

    private string[] Files => Directory.GetFiles(Path.Combine(data, "videos"));

    private Task<ServiceProcess> StartAsync(CancellationToken cancel) =>
        ServiceProcess.StartAsync(models, data, ["--lease-seconds", "2"], cancel);

    private async Task<string> SendAsync(ServiceProcess service, CancellationToken cancel) =>
        await service.SendAsync(video, cancel) ?? throw new ArgusException("The service took no video.");

    private static async Task<JsonElement> WaitAsync(ServiceProcess service, string id, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var now = await service.GetAsync(id, cancel);
            if (ServiceProcess.HasEnded(now) || clock.Elapsed > Patience)
                return now;
            await Task.Delay(100, cancel);
        }
    }
}
