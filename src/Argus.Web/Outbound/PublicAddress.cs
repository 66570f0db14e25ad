using System.Net;
using System.Net.Sockets;

namespace Argus.Web.Outbound;

/// <summary>
/// Tells addresses of the public internet from all others: IANA's registries of special-purpose addresses (RFC 6890 and
/// its updates). What carries another address within (IPv4-mapped, NAT64, 6to4, Teredo) counts as special, whatever it
/// carries.
/// </summary>
internal static class PublicAddress
{
    private static readonly (IPNetwork Network, string Kind)[] Special =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "unspecified"),
        (IPNetwork.Parse("10.0.0.0/8"), "private"),
        (IPNetwork.Parse("100.64.0.0/10"), "carrier-grade NAT"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local"),
        (IPNetwork.Parse("172.16.0.0/12"), "private"),
        (IPNetwork.Parse("192.0.0.0/24"), "reserved"),
        (IPNetwork.Parse("192.0.2.0/24"), "documentation"),
        (IPNetwork.Parse("192.88.99.0/24"), "6to4 relay"),
        (IPNetwork.Parse("192.168.0.0/16"), "private"),
        (IPNetwork.Parse("198.18.0.0/15"), "benchmarking"),
        (IPNetwork.Parse("198.51.100.0/24"), "documentation"),
        (IPNetwork.Parse("203.0.113.0/24"), "documentation"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),
        (IPNetwork.Parse("::/128"), "unspecified"),
        (IPNetwork.Parse("::1/128"), "loopback"),
        (IPNetwork.Parse("::ffff:0:0/96"), "IPv4-mapped"),
        (IPNetwork.Parse("64:ff9b::/96"), "NAT64"),
        (IPNetwork.Parse("64:ff9b:1::/48"), "NAT64"),
        (IPNetwork.Parse("fc00::/7"), "private"),
        (IPNetwork.Parse("fe80::/10"), "link-local"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
        (IPNetwork.Parse("2001::/23"), "reserved"),
        (IPNetwork.Parse("2001:db8::/32"), "documentation"),
        (IPNetwork.Parse("2002::/16"), "6to4"),
        (IPNetwork.Parse("3fff::/20"), "documentation"),
    ];

    // Of IPv6 only this part is given out (RFC 4291); all else is refused without a name of its own.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>What makes an address none of the public internet, in a word; null for a public one.</summary>
    /// <param name="address">Of IPv4 or IPv6.</param>
    public static string? FindKind(IPAddress address)
    {
        foreach (var (network, kind) in Special)
        {
            if (IsWithin(network, address))
                return kind;
        }
        return address.AddressFamily == AddressFamily.InterNetwork || IsWithin(GlobalUnicast, address)
            ? null
            : "reserved";
    }

    // IPNetwork.Contains converts between the families; here ::ffff:8.8.8.8 and 8.8.8.8 are two addresses.
    private static bool IsWithin(IPNetwork network, IPAddress address)
    {
        var (own, other) = (network.BaseAddress.GetAddressBytes(), address.GetAddressBytes());
        if (own.Length != other.Length)
            return false;
        for (var bit = 0; bit < network.PrefixLength; bit++)
        {
            if (((own[bit / 8] ^ other[bit / 8]) >> (7 - bit % 8) & 1) != 0)
                return false;
        }
        return true;
    }
}
