using System.Net;
using System.Security.Cryptography;
using Argus.Pretrained;
using Argus.Tests;
using Xunit;

namespace Argus.Tests.Pretrained;

public sealed class ModelDownloadTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31))];

    private readonly HttpListener server;
    private readonly TemporaryFolder folder = new();
    private readonly string address;
    private readonly List<string?> ranges = [];
    private int breakAfter = int.MaxValue;

    public ModelDownloadTests()
    {
        (server, address) = Started();
        _ = ServeAsync();
    }

    public void Dispose()
    {
        server.Close();
        folder.Dispose();
    }

    [Fact]
    public async Task A_download_that_broke_off_goes_on_where_it_stopped()
    {
        var model = Model(Convert.ToHexStringLower(SHA256.HashData(Content)));
        using var client = new HttpClient();
        breakAfter = 60_000;
        var error = await Assert.ThrowsAsync<ArgusException>(() =>
            ModelDownload.PullAsync(model, client, null, CancellationToken.None)
        );
        Assert.Contains("goes on from there", error.Message, StringComparison.Ordinal);
        Assert.False(model.IsThere);
        breakAfter = int.MaxValue;
        await ModelDownload.PullAsync(model, client, null, CancellationToken.None);
        Assert.Equal(Content, await File.ReadAllBytesAsync(model.Path));
        Assert.Null(ranges[0]);
        Assert.Matches(@"^bytes=[1-9]\d*-$", ranges[1]);
    }

    [Fact]
    public async Task A_file_with_another_hash_is_deleted_and_refused()
    {
        var model = Model(new string('0', 64));
        using var client = new HttpClient();
        var error = await Assert.ThrowsAsync<ArgusException>(() =>
            ModelDownload.PullAsync(model, client, null, CancellationToken.None)
        );
        Assert.Contains("not the pinned file", error.Message, StringComparison.Ordinal);
        Assert.False(model.IsThere);
        Assert.False(File.Exists(model.Path + ".partial"));
    }

    [Fact]
    public async Task Without_a_network_the_way_around_is_named()
    {
        server.Stop();
        using var client = new HttpClient();
        var error = await Assert.ThrowsAsync<ArgusException>(() =>
            ModelDownload.PullAsync(Model("00"), client, null, CancellationToken.None)
        );
        Assert.Contains("--from FILE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_has_an_official_https_address_and_a_pinned_hash() =>
        Assert.All(
            ModelCatalog.All,
            model =>
            {
                Assert.Equal("https", model.Address.Scheme);
                Assert.All(model.Hashes, hash => Assert.Matches("^([0-9a-f]{8}|[0-9a-f]{64})$", hash));
            }
        );

    private PretrainedModel Model(string hash) =>
        new("test", "a test file", "MIT", folder["model.bin"], new Uri(address), [hash]);

    private async Task ServeAsync()
    {
        while (server.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await server.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var range = context.Request.Headers["Range"];
            ranges.Add(range);
            var from = range is null ? 0 : int.Parse(range["bytes=".Length..^1]);
            context.Response.StatusCode = range is null ? 200 : 206;
            context.Response.ContentLength64 = Content.Length - from;
            var length = Math.Min(Content.Length - from, breakAfter);
            await context.Response.OutputStream.WriteAsync(Content.AsMemory(from, length));
            await context.Response.OutputStream.FlushAsync();
            if (length < Content.Length - from)
                context.Response.Abort();
            else
                context.Response.Close();
        }
    }

    // Another program may take a free port before the server does; then another one is looked for.
    private static (HttpListener Server, string Address) Started()
    {
        for (var attempt = 1; ; attempt++)
        {
            var server = new HttpListener();
            var address = $"http://127.0.0.1:{FreePort()}/";
            server.Prefixes.Add(address);
            try
            {
                server.Start();
                return (server, address);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                server.Close();
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
