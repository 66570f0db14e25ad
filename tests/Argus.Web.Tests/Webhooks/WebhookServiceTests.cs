using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Argus.Cli.Tests;
using Argus.Tests;
using Argus.Web.Tests.Outbound;
using Xunit;

namespace Argus.Web.Tests.Webhooks;

/// <summary>Webhooks of a service in a process of its own.</summary>
public class WebhookServiceTests(Material material)
{
    private const string Shell = $"export ARGUS_WEBHOOK_SECRET={DeliveringProcess.Secret}";

    [Fact]
    public async Task A_webhook_that_answers_500_twice_is_told_of_the_end_signed_and_shown()
    {
        var answers = new Queue<int>([500, 500, 200]);
        await using var receiver = await OtherServer.StartAsync(http =>
        {
            http.Response.StatusCode = answers.Dequeue();
            return Task.CompletedTask;
        });
        using var folder = new TemporaryFolder();
        using var service = await StartAsync(folder, receiver.Peer, []);
        var address = new Uri(receiver.Address, "ended?token=t%20k");
        using var answer = await service.Client.PostAsync(
            $"/v1/analyses?webhook={Uri.EscapeDataString(address.AbsoluteUri)}",
            RunningService.Form(material.Video)
        );
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var created = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("waiting", created.GetProperty("webhook").GetProperty("state").GetString());
        var id = created.GetProperty("id").GetString()!;
        await service.WaitAsync(id, "done");
        await RunningService.UntilAsync(async () =>
            await StateAsync(service, id) is { } webhook && webhook.GetProperty("state").GetString() == "delivered"
        );
        var shown = (await StateAsync(service, id))!.Value;
        Assert.Equal(address.AbsoluteUri, shown.GetProperty("address").GetString());
        Assert.Equal(3, shown.GetProperty("attempts").GetInt32());
        Assert.Equal(200, shown.GetProperty("last_status").GetInt32());

        Assert.Equal(3, receiver.Requests.Count);
        Assert.Single(receiver.Requests.Select(request => Convert.ToHexString(request.Body)).Distinct());
        Assert.Single(receiver.Requests.Select(request => request.Headers["webhook-id"]).Distinct());
        foreach (var request in receiver.Requests)
        {
            // The formula of the specification: base64(HMAC-SHA256(secret, id + "." + timestamp + "." + body)).
            var key = Convert.FromBase64String(DeliveringProcess.Secret["whsec_".Length..]);
            var signed = $"{request.Headers["webhook-id"]}.{request.Headers["webhook-timestamp"]}.";
            byte[] message = [.. Encoding.UTF8.GetBytes(signed), .. request.Body];
            Assert.Equal(
                "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, message)),
                request.Headers["webhook-signature"]
            );
        }
        var told = JsonDocument.Parse(receiver.Requests[0].Body).RootElement;
        var asked = await service.GetAsync($"/v1/analyses/{id}");
        Assert.False(told.TryGetProperty("webhook", out _));
        foreach (var property in told.EnumerateObject())
            Assert.Equal(asked.GetProperty(property.Name).GetRawText(), property.Value.GetRawText());
        Assert.True(told.GetProperty("result").GetProperty("faces").GetArrayLength() > 0);
        Assert.DoesNotContain("\"picture\"", told.GetRawText(), StringComparison.Ordinal);

        await service.CountedAsync("argus_webhook_attempts_total{outcome=\"retried\"} 2");
        await service.CountedAsync("argus_webhook_attempts_total{outcome=\"delivered\"} 1");
        var (exitCode, log) = await service.StopAsync();
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain(DeliveringProcess.Secret["whsec_".Length..], log, StringComparison.Ordinal);
        Assert.DoesNotContain("token", log, StringComparison.Ordinal);
        var exported = await ArgusProcess.RunAsync(folder.Path, "audit", "export", "--data", "data", "--out", "log");
        Assert.True(exported.ExitCode == 0, exported.Error);
        var last = (await File.ReadAllLinesAsync(folder["log"], TestContext.Current.CancellationToken))[^1];
        Assert.Contains("\"webhook_delivered\"", last, StringComparison.Ordinal);
        Assert.DoesNotContain("token", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_is_killed_while_it_tells_leaves_it_to_the_next()
    {
        var hold = new TaskCompletionSource();
        await using var receiver = await OtherServer.StartAsync(_ => hold.Task);
        using var folder = new TemporaryFolder();
        string id;
        using (var service = await StartAsync(folder, receiver.Peer, []))
        {
            using var answer = await service.Client.PostAsync(
                $"/v1/analyses?webhook={receiver.Address}",
                RunningService.Form(material.Video)
            );
            var created = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            id = created.GetProperty("id").GetString()!;
            await RunningService.UntilAsync(() => Task.FromResult(receiver.Requests.Count == 1));
            service.Kill();
        }
        hold.SetResult();
        using var next = await StartAsync(folder, receiver.Peer, ["--workers", "0"]);
        await RunningService.UntilAsync(async () =>
            await StateAsync(next, id) is { } webhook && webhook.GetProperty("state").GetString() == "delivered"
        );
        Assert.Equal(2, receiver.Requests.Count);
    }

    [Fact]
    public async Task A_webhook_that_is_not_allowed_is_refused_with_the_rule_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        async Task Refused(RunningService service, string address, int status, string reason)
        {
            using var answer = await service.Client.PostAsync(
                $"/v1/analyses?webhook={Uri.EscapeDataString(address)}",
                RunningService.Form(material.Video)
            );
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode == status, $"{address}: {answer.StatusCode} {text}");
            Assert.Contains(reason, text, StringComparison.Ordinal);
        }
        using (var service = await RunningService.StartAsync(material, folder))
            await Refused(service, "https://a.example/", 403, "started without --webhook-host");
        using (
            var service = await RunningService.StartAsync(material, folder, Shell, "--webhook-host", "*.hooks.example")
        )
        {
            await Refused(service, "https://a.example/", 403, "does not allow the host a.example");
            await Refused(service, "https://hooks.example/", 403, "does not allow the host hooks.example");
            await Refused(service, "https://a.hooks.example:8443/", 403, "does not allow port 8443");
            await Refused(service, "https://u:p@a.hooks.example/", 403, "no user name and no password");
            await Refused(service, "ftp://a.hooks.example/", 403, "http:// or https://");
            await Refused(service, "/path", 403, "http:// or https://");
            await Refused(service, "nothing", 400, "Give a whole address");
            await Refused(service, "", 400, "Give a whole address");
            Assert.Empty(service.Files);
            Assert.Empty((await service.GetAsync("/v1/analyses")).EnumerateArray());
        }
    }

    private Task<RunningService> StartAsync(TemporaryFolder folder, string peer, string[] options) =>
        RunningService.StartAsync(
            material,
            folder,
            Shell,
            ["--webhook-host", peer, "--allow-private", peer, .. options]
        );

    private static async Task<JsonElement?> StateAsync(RunningService service, string id) =>
        (await service.GetAsync($"/v1/analyses/{id}")).TryGetProperty("webhook", out var webhook) ? webhook : null;
}
