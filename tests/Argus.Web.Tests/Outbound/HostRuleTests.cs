using Argus.Web.Outbound;
using Xunit;

namespace Argus.Web.Tests.Outbound;

public class HostRuleTests
{
    [Theory]
    [InlineData("media.example.org", "media.example.org", 443, true)]
    [InlineData("Media.Example.org", "media.example.org", 443, true)]
    [InlineData("media.example.org", "media.example.org", 8443, false)]
    [InlineData("media.example.org:8443", "media.example.org", 8443, true)]
    [InlineData("media.example.org:8443", "media.example.org", 443, false)]
    [InlineData("media.example.org", "media.example.org.evil.example", 443, false)]
    [InlineData("media.example.org", "xmedia.example.org", 443, false)]
    [InlineData("*.example.org", "a.example.org", 443, true)]
    [InlineData("*.example.org", "a.b.example.org", 443, true)]
    [InlineData("*.example.org", "example.org", 443, false)]
    [InlineData("*.example.org", "badexample.org", 443, false)]
    [InlineData("*.example.org:8443", "a.example.org", 8443, true)]
    [InlineData("bücher.example", "xn--bcher-kva.example", 443, true)]
    [InlineData("[::1]", "::1", 443, true)]
    [InlineData("0x7f.1", "127.0.0.1", 443, true)]
    public void Hosts_are_allowed_exactly_or_below_a_name(string rule, string host, int port, bool allowed) =>
        Assert.Equal(allowed, HostRule.Parse(rule)!.Covers(host, port, ownPort: 443));

    [Theory]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("*.0.0.1")]
    [InlineData("*.1")]
    [InlineData("a.*.org")]
    [InlineData("https://example.org")]
    [InlineData("example.org/path")]
    [InlineData("user@example.org")]
    [InlineData("example.org:0")]
    [InlineData("example.org:99999")]
    [InlineData("")]
    public void What_is_no_host_is_no_rule(string text) => Assert.Null(HostRule.Parse(text));
}
