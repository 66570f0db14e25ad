using System.Net;
using System.Net.Sockets;
using Argus.Cli.Tests;
using Argus.Client;
using Argus.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Argus.Web.Tests.Clients;

/// <summary>What the client makes of refusals, faults and services that are none.</summary>
public class ClientRefusalTests(Material material)
{
    [Fact]
    public async Task With_keys_everybody_sees_their_own_and_a_wrong_key_is_said()
    {
        using var folder = new TemporaryFolder();
        async Task<string> Key(string name) =>
            (await ArgusProcess.RunAsync(folder.Path, "keys", "add", name, "--data", "data")).Output.Trim();
        var anna = await Key("anna");
        var ben = await Key("ben");
        using var service = await RunningService.StartAsync(material, folder, null, "--require-key", "--workers", "0");
        ArgusClient Client(string? key) => new(service.Client, new ArgusClientOptions { Key = key });

        var sent = await Client(anna).CreateAsync(material.Video);
        Assert.Equal(sent.Id, (await Client(anna).GetAsync(sent.Id)).Id);
        Assert.Empty(await Client(ben).ListAsync().ToListAsync());
        foreach (var id in new[] { sent.Id, "../../x?y#z" })
        {
            var hidden = await Assert.ThrowsAsync<ArgusClientException>(() => Client(ben).GetAsync(id));
            Assert.Equal(HttpStatusCode.NotFound, hidden.Status);
            Assert.StartsWith("There is no such analysis", hidden.Detail, StringComparison.Ordinal);
        }
        foreach (var key in new[] { null, "argus_wrong" })
        {
            var refused = await Assert.ThrowsAsync<ArgusClientException>(() => Client(key).CreateAsync(material.Video));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
            Assert.StartsWith("A key is needed", refused.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<ArgusClientException>(() =>
                Client(key).FollowAsync(sent.Id).ToListAsync().AsTask()
            );
        }
        Assert.True((await Client(null).GetHealthAsync()).IsOk);
        // The key belongs to the client's requests: the HttpClient has none of its own.
        Assert.Null(service.Client.DefaultRequestHeaders.Authorization);
    }

    [Fact]
    public async Task A_refusal_says_its_status_and_what_to_do()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--workers",
            "0",
            "--max-megabytes",
            "3",
            "--max-queue",
            "1"
        );
        var client = new ArgusClient(service.Client);
        async Task Refused(HttpStatusCode status, string reason, Func<Task> call)
        {
            var error = await Assert.ThrowsAsync<ArgusClientException>(call);
            Assert.Equal(status, error.Status);
            Assert.Contains(reason, error.Detail, StringComparison.Ordinal);
            Assert.Contains(error.Detail!, error.Message, StringComparison.Ordinal);
        }
        await Refused(
            HttpStatusCode.UnsupportedMediaType,
            "no video or picture",
            () => client.CreateAsync(material.Broken)
        );
        await Refused(
            HttpStatusCode.BadRequest,
            "before: Give the id of an analysis.",
            () => client.ListAsync(before: "x").ToListAsync().AsTask()
        );
        // Refused by its size, it is not sent; otherwise the connection would end in the middle of it.
        File.Copy(material.Video, folder["large.mp4"]);
        await using (var file = new FileStream(folder["large.mp4"], FileMode.Open))
            file.SetLength(200 << 20);
        await Refused(HttpStatusCode.RequestEntityTooLarge, "large", () => client.CreateAsync(folder["large.mp4"]));
        await client.CreateAsync(material.Video);
        await Refused(
            HttpStatusCode.ServiceUnavailable,
            "No more than 1 videos may wait",
            () => client.CreateAsync(folder["large.mp4"])
        );
        Assert.Single(service.Files);
    }

    [Fact]
    public async Task Too_many_uploads_are_said_with_a_time_to_wait()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--workers",
            "0",
            "--uploads-per-minute",
            "1"
        );
        var client = new ArgusClient(service.Client);
        await client.CreateAsync(material.Video);
        var error = await Assert.ThrowsAsync<ArgusClientException>(async () =>
        {
            // Only a minute that ended meanwhile lets one more in.
            await client.CreateAsync(material.Video);
            await client.CreateAsync(material.Video);
        });
        Assert.Equal(HttpStatusCode.TooManyRequests, error.Status);
        Assert.True(error.RetryAfter > TimeSpan.Zero);
        var impatient = new ArgusClientOptions { MostRetries = 1000, LongestRetryAfter = TimeSpan.Zero };
        error = await Assert.ThrowsAsync<ArgusClientException>(async () =>
        {
            await new ArgusClient(service.Client, impatient).CreateAsync(material.Video);
            await new ArgusClient(service.Client, impatient).CreateAsync(material.Video);
        });
        Assert.Equal(HttpStatusCode.TooManyRequests, error.Status);
    }

    [Fact]
    public async Task A_gateway_that_asks_for_patience_is_asked_again_only_where_that_is_wanted()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        var refusals = 0;
        await using var gateway = await StartOtherAsync(http =>
        {
            if (refusals-- > 0)
            {
                http.Response.Headers.RetryAfter = "1";
                return TypedResults.StatusCode(refusals % 2 == 0 ? 429 : 503);
            }
            var there = new Uri(service.Address, http.Request.Path + http.Request.QueryString);
            return TypedResults.Redirect($"{there}", permanent: false, preserveMethod: true);
        });
        using var client = new HttpClient { BaseAddress = new Uri(gateway.Urls.Single()) };
        Task<Analysis> SendAsync(int retries, Stream video) =>
            new ArgusClient(client, new ArgusClientOptions { MostRetries = retries }).CreateAsync(video, "a.mp4");
        await using var video = File.OpenRead(material.Video);

        refusals = 2;
        Assert.Equal(video.Length, (await SendAsync(2, video)).Bytes);
        foreach (var retries in new[] { 0, 1 })
        {
            refusals = 2;
            video.Position = 0;
            var refused = await Assert.ThrowsAsync<ArgusClientException>(() => SendAsync(retries, video));
            Assert.Equal(TimeSpan.FromSeconds(1), refused.RetryAfter);
            Assert.Null(refused.Detail);
        }
    }

    [Fact]
    public async Task A_database_that_is_away_is_a_health_that_says_so()
    {
        if (PostgresServer.FindObstacle() is { } obstacle)
            Assert.Skip(obstacle);
        using var folder = new TemporaryFolder();
        using var server = PostgresServer.Start();
        using var service = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--database",
            server.ConnectionString
        );
        var client = new ArgusClient(service.Client);
        Assert.Equal("ok", (await client.GetHealthAsync()).Status);
        server.Stop();
        var health = await client.GetHealthAsync();
        Assert.False(health.IsOk);
        Assert.Equal(("the database does not answer", null, null), (health.Status, health.Queued, health.Running));
    }

    [Fact]
    public async Task What_is_no_service_is_said_with_its_address()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var address = new Uri($"http://{free.LocalEndpoint}");
        free.Stop();
        using var http = new HttpClient();
        var client = new ArgusClient(http, new ArgusClientOptions { Address = address });
        foreach (
            var call in new Func<Task>[]
            {
                () => client.GetHealthAsync(),
                () => client.CreateAsync(material.Video),
                () => client.WaitAsync("x"),
            }
        )
        {
            var error = await Assert.ThrowsAsync<ArgusClientException>(call);
            Assert.Contains($"{address} cannot be reached", error.Message, StringComparison.Ordinal);
            Assert.Null(error.Status);
        }

        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        // Its page is no API: nothing below it is there.
        var below = new ArgusClientOptions { Address = new Uri(service.Address, "/openapi") };
        var lost = await Assert.ThrowsAsync<ArgusClientException>(() =>
            new ArgusClient(service.Client, below).GetAsync("x")
        );
        Assert.Equal(HttpStatusCode.NotFound, lost.Status);
        // Another program's service, which answers everything.
        await using var other = await StartOtherAsync(_ => TypedResults.Json(new { state = "fine" }));
        var foreign = new ArgusClient(http, new ArgusClientOptions { Address = new Uri(other.Urls.Single()) });
        var strange = await Assert.ThrowsAsync<ArgusClientException>(() => foreign.GetAsync("x"));
        Assert.Contains("no answer of this API", strange.Message, StringComparison.Ordinal);
        strange = await Assert.ThrowsAsync<ArgusClientException>(() => foreign.CreateAsync(material.Video));
        Assert.Contains("was answered with 200 OK", strange.Message, StringComparison.Ordinal);

        // A server that takes connections and says nothing.
        using var mute = new TcpListener(IPAddress.Loopback, address.Port);
        mute.Start();
        var limited = new ArgusClientOptions { Address = address, RequestLimit = TimeSpan.FromSeconds(0.2) };
        var silent = await Assert.ThrowsAsync<ArgusClientException>(() => new ArgusClient(http, limited).GetAsync("x"));
        Assert.Contains("did not answer to GET /v1/analyses/x in 0.2 s", silent.Message, StringComparison.Ordinal);
        using var hasty = new HttpClient { Timeout = TimeSpan.FromSeconds(0.2) };
        limited.RequestLimit = TimeSpan.FromMinutes(5);
        silent = await Assert.ThrowsAsync<ArgusClientException>(() =>
            new ArgusClient(hasty, limited).CreateAsync(material.Video)
        );
        Assert.Contains("HttpClient.Timeout", silent.Message, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartOtherAsync(Func<HttpContext, IResult> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var other = builder.Build();
        other.Map("/{**path}", answer);
        await other.StartAsync();
        return other;
    }
}
