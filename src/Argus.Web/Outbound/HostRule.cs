using System.Globalization;
using System.Text.RegularExpressions;

namespace Argus.Web.Outbound;

/// <summary>
/// A host that the service may connect to, as a setting names it: <c>media.example.org</c>, <c>*.example.org</c> (any
/// name below it and not that itself) or either with a port.
/// </summary>
internal sealed partial record HostRule
{
    private const string WildcardPrefix = "*.";

    private readonly string host;
    private readonly bool isWildcard;
    private readonly int? port;

    private HostRule(string host, bool isWildcard, int? port)
    {
        this.host = host;
        this.isWildcard = isWildcard;
        this.port = port;
    }

    /// <summary>Whether it names a port of one host, which a wildcard and a host alone do not.</summary>
    public bool IsOnePort => port is not null && !isWildcard;

    /// <summary>Reads a setting's value; null for what is no such host.</summary>
    /// <param name="text">As the setting has it.</param>
    public static HostRule? Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
            return null;
        var name = match.Groups["host"].Value;
        var isWildcard = name.StartsWith(WildcardPrefix, StringComparison.Ordinal);
        // An address has one spelling once it went through Uri: lower case, ASCII, and 0x7f.1 is 127.0.0.1.
        if (
            !Uri.TryCreate(
                $"http://{(isWildcard ? name[WildcardPrefix.Length..] : name)}/",
                UriKind.Absolute,
                out var uri
            )
        )
            return null;
        // The end of an address's digits is no domain.
        if (isWildcard && uri.HostNameType != UriHostNameType.Dns)
            return null;
        int? port = match.Groups["port"] is { Success: true } digits
            ? int.Parse(digits.Value, CultureInfo.InvariantCulture)
            : null;
        return port is null or (> 0 and <= ushort.MaxValue) ? new HostRule(uri.IdnHost, isWildcard, port) : null;
    }

    /// <summary>Tells whether it names a host and, where it names one, the port.</summary>
    /// <param name="name">In ASCII and lower case, as <see cref="Uri.IdnHost"/> has it.</param>
    /// <param name="requested">The port.</param>
    /// <param name="ownPort">The port that the address's scheme implies, for rules that name none.</param>
    public bool Covers(string name, int requested, int ownPort) => CoversHost(name) && requested == (port ?? ownPort);

    /// <summary>Tells whether it names a host, whatever the port.</summary>
    /// <param name="name">In ASCII and lower case, as <see cref="Uri.IdnHost"/> has it.</param>
    public bool CoversHost(string name) =>
        isWildcard
            ? name.EndsWith("." + host, StringComparison.Ordinal) && Uri.CheckHostName(name) == UriHostNameType.Dns
            : name == host;

    [GeneratedRegex(@"^(?<host>(\*\.)?[\p{L}\p{N}._-]+|\[[0-9A-Fa-f:.]+\])(:(?<port>\d{1,5}))?$")]
    private static partial Regex Form();
}
