using System.Net;
using Argus.Web.Outbound;
using Xunit;

namespace Argus.Web.Tests.Outbound;

/// <summary>What may be connected to, tried with real connections to a server that would answer.</summary>
public class OutboundGuardTests
{
    [Theory]
    [InlineData("8.8.8.8", null)]
    [InlineData("172.15.255.255", null)]
    [InlineData("172.32.0.0", null)]
    [InlineData("100.63.255.255", null)]
    [InlineData("2606:4700:4700::1111", null)]
    [InlineData("2a00:1450:4001:81b::200e", null)]
    [InlineData("0.0.0.0", "unspecified")]
    [InlineData("10.1.2.3", "private")]
    [InlineData("100.64.0.1", "carrier-grade NAT")]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("127.255.255.254", "loopback")]
    [InlineData("169.254.169.254", "link-local")]
    [InlineData("172.16.0.1", "private")]
    [InlineData("172.31.255.255", "private")]
    [InlineData("192.168.1.1", "private")]
    [InlineData("198.19.0.1", "benchmarking")]
    [InlineData("224.0.0.1", "multicast")]
    [InlineData("255.255.255.255", "reserved")]
    [InlineData("::", "unspecified")]
    [InlineData("::1", "loopback")]
    [InlineData("::ffff:127.0.0.1", "IPv4-mapped")]
    [InlineData("::ffff:8.8.8.8", "IPv4-mapped")]
    [InlineData("::127.0.0.1", "reserved")]
    [InlineData("64:ff9b::7f00:1", "NAT64")]
    [InlineData("64:ff9b:1::a00:1", "NAT64")]
    [InlineData("2002:7f00:1::", "6to4")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2", "reserved")]
    [InlineData("2001:db8::1", "documentation")]
    [InlineData("fc00::1", "private")]
    [InlineData("fd12:3456::1", "private")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("fec0::1", "reserved")]
    [InlineData("ff02::1", "multicast")]
    public void Only_addresses_of_the_public_internet_are_public(string address, string? kind) =>
        Assert.Equal(kind, PublicAddress.FindKind(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://other.example/", "does not allow the host other.example")]
    [InlineData("http://media.example:8080/", "does not allow port 8080")]
    [InlineData("https://media.example:80/", "does not allow port 80")]
    [InlineData("ftp://media.example/", "http:// or https://")]
    [InlineData("file:///etc/passwd", "http:// or https://")]
    [InlineData("gopher://media.example:80/", "http:// or https://")]
    [InlineData("http://anna:secret@media.example/", "no user name and no password")]
    [InlineData("http://media.example@other.example/", "no user name and no password")]
    [InlineData("http://media.example./", "does not allow the host")]
    public void An_address_that_a_rule_forbids_is_refused_by_its_name(string address, string reason)
    {
        var guard = new OutboundGuard("--fetch-host", ["media.example"], []);
        guard.Parse("http://media.example/a");
        guard.Parse("https://MEDIA.example:443/a");
        var error = Assert.Throws<RefusedAddressException>(() => guard.Parse(address));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0x7f000001")]
    [InlineData("017700000001")]
    [InlineData("0")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("169.254.169.254")]
    public async Task An_allowed_host_with_an_address_of_this_machine_or_network_is_not_connected_to(string host)
    {
        await using var server = await OtherServer.StartAsync(200);
        var address = new Uri($"http://{host}:{server.Port}/");
        var guard = new OutboundGuard("--fetch-host", [$"{host}:{server.Port}"], []);
        guard.Check(address);
        using var client = new HttpClient(guard.CreateHandler());
        var error = await Assert.ThrowsAsync<HttpRequestException>(() =>
            client.GetAsync(address, TestContext.Current.CancellationToken)
        );
        Assert.Contains("not of the public internet", OutboundFault.Describe(error), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_private_address_is_connected_to_only_where_its_host_and_port_are_named()
    {
        await using var server = await OtherServer.StartAsync(200);
        await using var second = await OtherServer.StartAsync(200);
        var guard = new OutboundGuard(
            "--fetch-host",
            [$"localhost:{server.Port}", $"localhost:{second.Port}"],
            [$"localhost:{server.Port}"]
        );
        using var client = new HttpClient(guard.CreateHandler());
        var cancel = TestContext.Current.CancellationToken;
        using var answer = await client.GetAsync(new Uri($"http://localhost:{server.Port}/"), cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            client.GetAsync(new Uri($"http://localhost:{second.Port}/"), cancel)
        );
        Assert.Empty(second.Requests);
        // By itself it allows nothing.
        var closed = new OutboundGuard("--fetch-host", [], [$"localhost:{server.Port}"]);
        Assert.Throws<RefusedAddressException>(() => closed.Check(new Uri($"http://localhost:{server.Port}/")));
    }

    [Fact]
    public async Task A_handler_takes_no_proxy_keeps_no_cookies_and_unpacks_nothing()
    {
        await using var server = await OtherServer.StartAsync(async http =>
        {
            http.Response.Headers.SetCookie = "a=b";
            http.Response.Headers.ContentEncoding = "gzip";
            await http.Response.Body.WriteAsync("not packed"u8.ToArray());
        });
        var guard = new OutboundGuard("--fetch-host", [server.Peer], [server.Peer]);
        using var handler = guard.CreateHandler();
        Assert.False(handler.UseProxy);
        using var client = new HttpClient(handler);
        for (var i = 0; i < 2; i++)
            Assert.Equal(
                "not packed",
                await client.GetStringAsync(server.Address, TestContext.Current.CancellationToken)
            );
        Assert.All(server.Requests, request => Assert.False(request.Headers.ContainsKey("Cookie")));
    }
}
