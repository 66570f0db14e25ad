using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>Who gets in, and what a wrong start says.</summary>
public class ServiceAccessTests(Material material)
{
    [Fact]
    public async Task With_keys_nobody_gets_in_without_one_and_everybody_sees_only_their_own()
    {
        using var folder = new TemporaryFolder();
        async Task<string> Key(string name) =>
            (await Cli.Tests.ArgusProcess.RunAsync(folder.Path, "keys", "add", name, "--data", "data")).Output.Trim();
        var anna = await Key("anna");
        var ben = await Key("ben");
        Assert.StartsWith("argus_", anna, StringComparison.Ordinal);
        Assert.Equal(
            2,
            (await Cli.Tests.ArgusProcess.RunAsync(folder.Path, "keys", "add", "ben", "--data", "data")).ExitCode
        );
        Assert.DoesNotContain(
            anna,
            Encoding.Latin1.GetString(await File.ReadAllBytesAsync(folder["data", "argus.db"])),
            StringComparison.Ordinal
        );

        using var service = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--require-key",
            "--uploads-per-minute",
            "2"
        );
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.Client.GetAsync("/v1/analyses")).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await service.Client.PostAsync("/v1/analyses", RunningService.Form(material.Video))).StatusCode
        );
        Assert.Empty(service.Files);
        await service.HealthyAsync();
        service.Client.DefaultRequestHeaders.Authorization = new("Bearer", anna);
        var minute = Stopwatch.StartNew();
        var id = await service.SendAsync(material.Video);
        await service.SendAsync(material.Video);
        var accepted = 2;
        HttpResponseMessage answer;
        while (
            (answer = await service.Client.PostAsync("/v1/analyses", RunningService.Form(material.Video))).StatusCode
            == HttpStatusCode.Accepted
        )
            accepted++;
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        // Only a minute that ended meanwhile lets more in.
        Assert.True(accepted == 2 || minute.Elapsed > TimeSpan.FromMinutes(1), $"{accepted} uploads were accepted");
        await service.WaitAsync(id, "done");

        // Ben, in a browser.
        service.Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await service.Client.PostAsJsonAsync("/v1/session", new { key = "argus_wrong" })).StatusCode
        );
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await service.Client.PostAsJsonAsync("/v1/session", new { })).StatusCode
        );
        using var signedIn = await service.Client.PostAsJsonAsync("/v1/session", new { key = ben });
        Assert.Contains("httponly", signedIn.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Empty((await service.GetAsync("/v1/analyses")).EnumerateArray());
        foreach (var path in new[] { $"/v1/analyses/{id}", $"/v1/analyses/{id}/report", $"/v1/analyses/{id}/events" })
            Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.DeleteAsync($"/v1/analyses/{id}")).StatusCode);

        // A key that is taken back ends at once.
        Assert.Equal(
            0,
            (await Cli.Tests.ArgusProcess.RunAsync(folder.Path, "keys", "remove", "ben", "--data", "data")).ExitCode
        );
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.Client.GetAsync("/v1/analyses")).StatusCode);
    }

    [Theory]
    [InlineData("--url not-an-address", "address")]
    [InlineData("--url https://127.0.0.1:8443", "has no certificate")]
    [InlineData("--proxy nginx", "--proxy nginx is no address")]
    [InlineData("--max-minutes 0", "--max-minutes")]
    [InlineData("--models nowhere", "nowhere")]
    [InlineData("--database nonsense", "connection string")]
    [InlineData("--database Host=127.0.0.1;Port=1;Timeout=2", "PostgreSQL cannot be used")]
    public async Task A_wrong_start_is_said(string options, string reason)
    {
        using var folder = new TemporaryFolder();
        var outcome = await Cli.Tests.ArgusProcess.RunAsync(
            folder.Path,
            [
                "serve",
                .. options.Contains("--models", StringComparison.Ordinal) ? [] : new[] { "--models", material.Models },
                "--data",
                "data",
                .. options.Split(' '),
            ]
        );
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(reason, outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said()
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var outcome = await Cli.Tests.ArgusProcess.RunAsync(
            folder.Path,
            "serve",
            "--models",
            material.Models,
            "--data",
            "data",
            "--url",
            $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}"
        );
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("in use", outcome.Error, StringComparison.Ordinal);
    }
}
