using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Argus.Cli.Tests;
using Argus.Tests;
using Argus.Web.Tests.Outbound;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Argus.Web.Tests.Http;

/// <summary>Videos that the service fetches, from a real server.</summary>
public class FetchTests(Material material)
{
    [Fact]
    public async Task A_video_is_fetched_by_its_address_and_judged_and_what_cannot_be_fetched_says_why()
    {
        await using var other = await OtherServer.StartAsync(200);
        await using var server = await OtherServer.StartAsync(http => AnswerAsync(http, other));
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(
            material,
            folder,
            // No proxy of the environment may see what is fetched.
            "export http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1",
            "--fetch-host",
            server.Peer,
            "--allow-private",
            server.Peer,
            "--fetch-seconds",
            "5",
            "--max-megabytes",
            "3"
        );
        using var answer = await SendAsync(
            service,
            new Uri(server.Address, "redirect/a%20b.mp4?key=secret").AbsoluteUri
        );
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, text);
        var created = JsonDocument.Parse(text).RootElement;
        Assert.Equal("a b.mp4", created.GetProperty("name").GetString());
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(material.Video))),
            created.GetProperty("sha256").GetString()
        );
        var id = created.GetProperty("id").GetString()!;
        Assert.Equal(new Uri(service.Address, $"/v1/analyses/{id}"), answer.Headers.Location);
        await service.WaitAsync(id, "done");
        await service.NoFilesAsync();
        Assert.All(server.Requests, request => Assert.False(request.Headers.ContainsKey("Cookie")));

        async Task Refused(string path, int status, string reason)
        {
            using var refused = await SendAsync(service, new Uri(server.Address, path).AbsoluteUri);
            var detail = await refused.Content.ReadAsStringAsync();
            Assert.True((int)refused.StatusCode == status, $"{path}: {refused.StatusCode} {detail}");
            Assert.Contains(reason, JsonDocument.Parse(detail).RootElement.GetProperty("detail").GetString());
        }
        await Refused("missing", 422, "It answered 404.");
        await Refused("loop", 422, "redirects more than 5 times");
        await Refused("other", 403, "does not allow port");
        await Refused("name", 403, "redirects to another host");
        await Refused("metadata", 403, "redirects to another host");
        await Refused("file", 403, "redirects to another host");
        await Refused("packed", 422, "compressed");
        await Refused("large", 413, "larger than 3 MB");
        await Refused("endless", 413, "larger than 3 MB");
        await Refused("half", 422, "The address cannot be fetched.");
        await Refused("text", 415, "no video or picture");
        await Refused("empty", 400, "empty");
        await Refused("silent", 504, "within 5 seconds");
        await Refused("drop", 422, "The address cannot be fetched.");
        Assert.Empty(other.Requests);

        foreach (
            var body in new[]
            {
                "",
                "{",
                "{}",
                "[]",
                "\"x\"",
                "{\"url\": 5}",
                "{\"url\": \"a\", \"url\": \"b\"}",
                "{\"urls\": [\"http://a.example/\"]}",
                "{\"url\": \"\\ud800\"}",
                "{\"url\": \"nothing\"}",
                $"{{\"url\": \"http://{server.Peer}/{new string('a', 20_000)}\"}}",
            }
        )
        {
            using var refused = await service.Client.PostAsync(
                "/v1/analyses",
                new StringContent(body, Encoding.UTF8, "application/json")
            );
            Assert.True(refused.StatusCode == HttpStatusCode.BadRequest, $"{body}: {refused.StatusCode}");
        }
        Assert.Empty(service.Files);
        Assert.Single((await service.GetAsync("/v1/analyses")).EnumerateArray());
        var (_, log) = await service.StopAsync();
        Assert.DoesNotContain("fail:", log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
        await ArgusProcess.RunAsync(folder.Path, "audit", "export", "--data", "data", "--out", "log");
        var accepted = (await File.ReadAllLinesAsync(folder["log"], TestContext.Current.CancellationToken))[0];
        Assert.Contains($"a b.mp4; fetched from {server.Peer}", accepted, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", accepted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_fetched_that_is_not_allowed_and_nothing_of_a_private_network()
    {
        await using var server = await OtherServer.StartAsync(http => http.Response.SendFileAsync(material.Video));
        string[] hosts =
        [
            "localhost",
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "169.254.169.254",
        ];
        using var folder = new TemporaryFolder();
        async Task Refused(RunningService service, string address, string reason)
        {
            using var refused = await SendAsync(service, address);
            var detail = await refused.Content.ReadAsStringAsync();
            Assert.True(refused.StatusCode == HttpStatusCode.Forbidden, $"{address}: {refused.StatusCode} {detail}");
            Assert.Contains(reason, JsonDocument.Parse(detail).RootElement.GetProperty("detail").GetString());
        }
        using (var service = await RunningService.StartAsync(material, folder))
            await Refused(service, $"{server.Address}clip.mp4", "started without --fetch-host");
        using (
            var service = await RunningService.StartAsync(
                material,
                folder,
                null,
                ["--fetch-host", "*.media.example", .. hosts.SelectMany(host => Allow($"{host}:{server.Port}"))]
            )
        )
        {
            foreach (var host in hosts)
                await Refused(service, $"http://{host}:{server.Port}/clip.mp4", "not of the public internet");
            await Refused(service, "http://127.0.0.1/clip.mp4", "does not allow port 80");
            await Refused(service, "http://other.example/clip.mp4", "does not allow the host other.example");
            await Refused(service, "http://a:b@a.media.example/", "no user name and no password");
            await Refused(service, "file:///etc/passwd", "http:// or https://");
            await Refused(service, material.Video, "http:// or https://");
            Assert.Empty(service.Files);
        }
        Assert.Empty(server.Requests);
    }

    private static string[] Allow(string host) => ["--fetch-host", host];

    private static Task<HttpResponseMessage> SendAsync(RunningService service, string url) =>
        service.Client.PostAsJsonAsync("/v1/analyses", new { url });

    private async Task AnswerAsync(HttpContext http, OtherServer other)
    {
        var answer = http.Response;
        answer.Headers.SetCookie = "a=b";
        var video = await File.ReadAllBytesAsync(material.Video);
        switch (http.Request.Path.Value!.Split('/')[1])
        {
            case "redirect":
                answer.Redirect("/clip.mp4");
                break;
            case "clip.mp4":
                await answer.Body.WriteAsync(video);
                break;
            case "loop":
                answer.Redirect("/loop");
                break;
            case "other":
                answer.Redirect(other.Address.AbsoluteUri);
                break;
            case "name":
                answer.Redirect($"http://localhost:{other.Port}/");
                break;
            case "metadata":
                answer.Redirect("http://169.254.169.254/latest/meta-data/");
                break;
            case "file":
                answer.Redirect("file:///etc/passwd");
                break;
            case "packed":
                answer.Headers.ContentEncoding = "gzip";
                await answer.Body.WriteAsync(video);
                break;
            case "large":
                answer.ContentLength = 3_000_001;
                await answer.Body.WriteAsync(video);
                break;
            case "endless":
                await answer.Body.WriteAsync(video);
                for (var i = 0; i < 4000 && !http.RequestAborted.IsCancellationRequested; i++)
                    await answer.Body.WriteAsync(new byte[1000]);
                break;
            case "half":
                answer.ContentLength = video.Length;
                await answer.Body.WriteAsync(video.AsMemory(0, 2000));
                await answer.Body.FlushAsync();
                http.Abort();
                break;
            case "text":
                await answer.WriteAsync("This is no video.");
                break;
            case "silent":
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "drop":
                http.Abort();
                break;
            case "empty":
                break;
            default:
                answer.StatusCode = 404;
                break;
        }
    }
}
