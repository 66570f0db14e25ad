using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Argus.Web.Tests.Outbound;

/// <summary>A request as it arrived.</summary>
internal sealed record Arrived(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A web server of somebody else, on a free port of the loopback address, that notes what arrives.</summary>
internal sealed class OtherServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Arrived> requests = [];

    private OtherServer(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        app = builder.Build();
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            var headers = http.Request.Headers.ToDictionary(
                header => header.Key,
                header => $"{header.Value}",
                StringComparer.OrdinalIgnoreCase
            );
            requests.Enqueue(new Arrived(http.Request.Path, headers, body.ToArray()));
            await answer(http);
        });
    }

    public static async Task<OtherServer> StartAsync(RequestDelegate answer)
    {
        var server = new OtherServer(answer);
        await server.app.StartAsync();
        return server;
    }

    /// <summary>A server that answers with that status.</summary>
    public static Task<OtherServer> StartAsync(int status) =>
        StartAsync(http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });

    public int Port => new Uri(app.Urls.Single()).Port;

    /// <summary>Host and port, as settings name them.</summary>
    public string Peer => $"127.0.0.1:{Port}";

    public Uri Address => new($"http://{Peer}/");

    public IReadOnlyList<Arrived> Requests => [.. requests];

    public async ValueTask DisposeAsync()
    {
        // What hangs is not waited for.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}
