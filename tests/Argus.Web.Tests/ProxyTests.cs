using System.Net;
using System.Net.Http.Json;
using Argus.Cli.Tests;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>The service behind a proxy with TLS, and what else decides where it listens.</summary>
public class ProxyTests(Material material)
{
    private const string PublicName = "argus.test";

    [Fact]
    public async Task Behind_nginx_with_TLS_uploads_cookies_addresses_and_events_are_as_they_should()
    {
        using var folder = new TemporaryFolder();
        var key = await AddKeyAsync(folder);
        using var service = await StartAsync(folder, "--proxy", "127.0.0.1", "--require-key");
        using var nginx = await NginxServer.StartAsync(folder, service.Address);
        var origin = nginx.Address.GetLeftPart(UriPartial.Authority);

        using var signIn = new HttpRequestMessage(HttpMethod.Post, "/v1/session");
        signIn.Headers.Add("Origin", origin);
        signIn.Content = JsonContent.Create(new { key });
        using var signedIn = await nginx.Client.SendAsync(signIn);
        Assert.Equal(HttpStatusCode.NoContent, signedIn.StatusCode);
        Assert.Contains("; secure", signedIn.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);

        // The client keeps the cookie, as a browser does.
        using var upload = Upload(origin);
        using var answer = await nginx.Client.SendAsync(upload);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(origin, answer.Headers.Location!.GetLeftPart(UriPartial.Authority));

        // Nobody works on the analysis, so the stream stays open after its first event.
        using var events = await nginx.Client.GetAsync(
            answer.Headers.Location + "/events",
            HttpCompletionOption.ResponseHeadersRead
        );
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync());
        Assert.Equal("event: progress", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.0/8")]
    public async Task What_a_configured_proxy_says_of_a_request_is_believed(string proxy)
    {
        using var folder = new TemporaryFolder();
        using var service = await StartAsync(
            folder,
            "--proxy",
            "10.1.2.3",
            "--proxy",
            proxy,
            "--uploads-per-minute",
            "1"
        );
        // Each client has its own limit of uploads.
        foreach (var client in new[] { "192.0.2.1", "192.0.2.2" })
        {
            using var upload = Forwarded(Upload($"https://{PublicName}"), client);
            using var answer = await service.Client.SendAsync(upload);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.StartsWith(
                $"https://{PublicName}/v1/analyses/",
                $"{answer.Headers.Location}",
                StringComparison.Ordinal
            );
            using var events = await service.Client.GetAsync(
                answer.Headers.Location!.AbsolutePath + "/events",
                HttpCompletionOption.ResponseHeadersRead
            );
            Assert.Equal("no", events.Headers.GetValues("X-Accel-Buffering").Single());
        }
        using var otherSite = Forwarded(Upload("https://other.test"), "192.0.2.3");
        using var refused = await service.Client.SendAsync(otherSite);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.1.2.3, 10.2.0.0/16")]
    public async Task What_others_say_of_a_request_is_ignored(string proxies)
    {
        using var folder = new TemporaryFolder();
        var key = await AddKeyAsync(folder);
        using var service = await RunningService.StartAsync(
            material,
            folder,
            $"export ARGUS_PROXY='{proxies}'",
            "--workers",
            "0",
            "--require-key"
        );
        service.Client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        using var upload = Forwarded(Upload(null), "192.0.2.1");
        using var answer = await service.Client.SendAsync(upload);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.StartsWith($"{service.Address}", $"{answer.Headers.Location}", StringComparison.Ordinal);

        using var secure = Forwarded(Upload($"https://{service.Address.Authority}"), "192.0.2.1");
        using var refused = await service.Client.SendAsync(secure);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("--proxy", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var signIn = Forwarded(new HttpRequestMessage(HttpMethod.Post, "/v1/session"), "192.0.2.1");
        signIn.Content = JsonContent.Create(new { key });
        using var signedIn = await service.Client.SendAsync(signIn);
        Assert.DoesNotContain("secure", signedIn.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_options_and_the_environment_of_Argus_say_where_it_listens()
    {
        using var folder = new TemporaryFolder();
        folder.Write(
            "appsettings.json",
            """{ "Kestrel": { "Endpoints": { "x": { "Url": "http://127.0.0.1:1" } } } }"""
        );
        string[] variables =
        [
            "ASPNETCORE_HTTP_PORTS=1",
            "ASPNETCORE_URLS=http://127.0.0.1:1",
            "DOTNET_URLS=http://127.0.0.1:1",
            "Kestrel__Endpoints__x__Url=http://127.0.0.1:1",
            "URLS=http://127.0.0.1:1",
        ];
        using var service = await RunningService.StartAsync(
            material,
            folder,
            $"export ASPNETCORE_FORWARDEDHEADERS_ENABLED=true {string.Join(' ', variables)}",
            "--workers",
            "0"
        );
        using var upload = Upload(null);
        upload.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await service.Client.SendAsync(upload);
        Assert.StartsWith($"{service.Address}", $"{answer.Headers.Location}", StringComparison.Ordinal);
        var log = (await service.StopAsync()).Log;
        Assert.All(
            variables.Append("ASPNETCORE_FORWARDEDHEADERS_ENABLED=true"),
            variable =>
                Assert.Single(
                    log.Split('\n'),
                    line => line.StartsWith($"{variable.Split('=')[0]} is ignored", StringComparison.Ordinal)
                )
        );
    }

    private async Task<RunningService> StartAsync(TemporaryFolder folder, params string[] options) =>
        await RunningService.StartAsync(material, folder, null, ["--workers", "0", .. options]);

    private static async Task<string> AddKeyAsync(TemporaryFolder folder) =>
        (await ArgusProcess.RunAsync(folder.Path, "keys", "add", "anna", "--data", "data")).Output.Trim();

    private HttpRequestMessage Upload(string? origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/analyses")
        {
            Content = RunningService.Form(material.Video),
        };
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return request;
    }

    private static HttpRequestMessage Forwarded(HttpRequestMessage request, string client)
    {
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", PublicName);
        request.Headers.Add("X-Forwarded-For", client);
        return request;
    }
}
