using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Argus.Tests;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>A service that is asked to stop while it works, and what it says of itself meanwhile.</summary>
public class DrainTests(Material material)
{
    [Fact]
    public async Task What_is_in_work_is_finished_and_nothing_new_is_taken()
    {
        using var folder = new TemporaryFolder();
        var gate = new Gate(folder);
        gate.Hold();
        string id;
        using (
            var service = await RunningService.StartAsync(
                material,
                folder,
                gate.Shell,
                "--drain-seconds",
                "600",
                "--mcp"
            )
        )
        {
            Assert.Equal("ok", (await service.GetAsync("/health/ready")).GetProperty("status").GetString());
            id = await service.SendAsync(material.Video);
            await RunningService.UntilAsync(() => Task.FromResult(gate.Begun(id) > 0));
            service.Ask("TERM");
            await RunningService.UntilAsync(async () =>
                await StatusAsync(service, "/health/ready") == (HttpStatusCode)503
            );
            var ready = await ReadAsync(service, "/health/ready");
            Assert.Equal("the service is stopping", ready.GetProperty("checks").GetProperty("work").GetString());
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(service, "/health/live"));
            using (var refused = await service.Client.PostAsync("/v1/analyses", RunningService.Form(material.Video)))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                Assert.NotNull(refused.Headers.RetryAfter);
            }
            Assert.Contains("is stopping", await AskToolAsync(service), StringComparison.Ordinal);
            gate.Open();
            Assert.Equal(0, (await service.ExitAsync()).ExitCode);
        }
        using var next = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        Assert.Equal("done", (await next.GetAsync($"/v1/analyses/{id}")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task What_takes_too_long_goes_back_to_the_queue()
    {
        using var folder = new TemporaryFolder();
        var gate = new Gate(folder);
        gate.Hold();
        string id;
        using (var service = await RunningService.StartAsync(material, folder, gate.Shell, "--drain-seconds", "0.5"))
        {
            id = await service.SendAsync(material.Video);
            await RunningService.UntilAsync(() => Task.FromResult(gate.Begun(id) > 0));
            service.Ask("TERM");
            Assert.Equal(0, (await service.ExitAsync()).ExitCode);
        }
        gate.Open();
        using (var front = await RunningService.StartAsync(material, folder, null, "--workers", "0"))
            Assert.Equal("queued", (await front.GetAsync($"/v1/analyses/{id}")).GetProperty("state").GetString());
        using var worker = await RunningService.StartAsync(material, folder);
        await worker.WaitAsync(id, "done");
    }

    [Fact]
    public async Task A_disk_without_room_for_the_largest_upload_is_not_ready_and_lives()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--max-megabytes", "1000000");
        var free = new DriveInfo(folder.Path).AvailableFreeSpace;
        Assert.SkipWhen(free > 1_000_000_000_000, "The disk has more than a terabyte free.");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(service, "/health/ready"));
        var ready = await ReadAsync(service, "/health/ready");
        Assert.Equal("not ready", ready.GetProperty("status").GetString());
        Assert.Contains("MB are free", ready.GetProperty("checks").GetProperty("disk").GetString());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(service, "/health/live"));
    }

    [Fact]
    public async Task Logs_are_lines_of_JSON_where_that_is_wanted()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(
            material,
            folder,
            "export ARGUS_LOG=json ARGUS_DRAIN_SECONDS=30"
        );
        await service.WaitAsync(await service.SendAsync(material.Video), "done");
        var (exitCode, log) = await service.StopAsync();
        Assert.Equal(0, exitCode);
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(
            lines,
            line => Assert.NotNull(JsonDocument.Parse(line).RootElement.GetProperty("Timestamp").GetString())
        );
    }

    private async Task<string> AskToolAsync(RunningService service)
    {
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(new HttpClientTransportOptions { Endpoint = new Uri(service.Address, "/mcp") }),
            new McpClientOptions { InitializationTimeout = TimeSpan.FromMinutes(5) }
        );
        var video = Convert.ToBase64String(await File.ReadAllBytesAsync(material.Video));
        var answer = await client.CallToolAsync(
            "analyze_video",
            new Dictionary<string, object?> { ["name"] = "a.mp4", ["data"] = video }
        );
        Assert.True(answer.IsError);
        return answer.Content.OfType<TextContentBlock>().Single().Text;
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningService service, string path)
    {
        using var answer = await service.Client.GetAsync(path);
        return answer.StatusCode;
    }

    private static async Task<JsonElement> ReadAsync(RunningService service, string path)
    {
        using var answer = await service.Client.GetAsync(path);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }
}
