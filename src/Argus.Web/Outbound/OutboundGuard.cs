using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Argus.Web.Outbound;

/// <summary>
/// Where the service may connect to when somebody else names the address. A name must be one of the allowed hosts, and
/// every address that it resolves to must be of the public internet. The connection is made to the very address that
/// was checked: no second look-up can give another one.
/// </summary>
internal sealed class OutboundGuard
{
    /// <summary>The longest address that is taken, in characters.</summary>
    public const int LongestAddress = 2000;

    private const int LargestHeaderKilobytes = 16;
    private const int LargestDrainBytes = 4096;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<HostRule> hosts;
    private readonly IReadOnlyList<HostRule> privatePorts;
    private readonly string option;

    /// <param name="option">The option that allows hosts, for messages.</param>
    /// <param name="hosts">Its values; they were checked. Without any, everything is refused.</param>
    /// <param name="privatePorts">Hosts with ports that may have addresses of any kind.</param>
    public OutboundGuard(string option, IEnumerable<string> hosts, IEnumerable<string> privatePorts)
    {
        this.option = option;
        this.hosts = [.. hosts.Select(host => HostRule.Parse(host)!)];
        this.privatePorts = [.. privatePorts.Select(host => HostRule.Parse(host)!)];
    }

    /// <summary>Whether no host is allowed.</summary>
    public bool IsOff => hosts.Count == 0;

    /// <summary>Reads an address and checks everything that can be checked without a look-up.</summary>
    /// <param name="text">As somebody sent it.</param>
    /// <exception cref="RefusedAddressException">A rule forbids it.</exception>
    /// <exception cref="UriFormatException">It is no absolute address.</exception>
    public Uri Parse(string text)
    {
        CheckOn();
        if (text.Length > LongestAddress)
            throw new UriFormatException($"An address has at most {LongestAddress} characters.");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address))
            throw new UriFormatException("Give a whole address such as https://media.example.org/clip.mp4.");
        Check(address);
        return address;
    }

    /// <summary>Checks that some host is allowed.</summary>
    /// <exception cref="RefusedAddressException">None is.</exception>
    public void CheckOn()
    {
        if (IsOff)
            throw new RefusedAddressException($"This service connects to no host: it was started without {option}.");
    }

    /// <summary>Checks everything of an address that can be checked without a look-up.</summary>
    /// <param name="address">Absolute.</param>
    /// <exception cref="RefusedAddressException">A rule forbids it.</exception>
    public void Check(Uri address)
    {
        CheckOn();
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            throw new RefusedAddressException("Only addresses that begin with http:// or https:// are allowed.");
        if (address.UserInfo.Length > 0)
            throw new RefusedAddressException("An address must hold no user name and no password.");
        if (!hosts.Any(rule => rule.CoversHost(address.IdnHost)))
            throw new RefusedAddressException($"{option} does not allow the host {address.IdnHost}.");
        var ownPort = address.Scheme == Uri.UriSchemeHttps ? 443 : 80;
        if (!hosts.Any(rule => rule.Covers(address.IdnHost, address.Port, ownPort)))
            throw new RefusedAddressException($"{option} does not allow port {address.Port} of {address.IdnHost}.");
    }

    /// <summary>
    /// A client over <see cref="CreateHandler"/>, with Argus's name and without a limit on time: each request has its
    /// own.
    /// </summary>
    public HttpClient CreateClient()
    {
        var client = new HttpClient(CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Argus", ProgramVersion.Text));
        return client;
    }

    /// <summary>
    /// A handler of requests that connects to checked addresses only. It follows no redirect, asks no proxy, keeps no
    /// cookies, sends no credentials and unpacks nothing.
    /// </summary>
    public SocketsHttpHandler CreateHandler() =>
        new()
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            Credentials = null,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = LargestHeaderKilobytes,
            MaxResponseDrainSize = LargestDrainBytes,
            ResponseDrainTimeout = DrainLimit,
        };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(host, cancel);
        if (!privatePorts.Any(rule => rule.Covers(host.ToLowerInvariant(), port, port)))
            CheckAddresses(host, addresses);
        return await ConnectAsync(addresses, port, cancel);
    }

    // The address itself is not told: whoever asked may not know the names of a private network.
    private static void CheckAddresses(string host, IPAddress[] addresses)
    {
        foreach (var address in addresses)
        {
            if (PublicAddress.FindKind(address) is { } kind)
                throw new RefusedAddressException(
                    $"{host} has an address that is not of the public internet ({kind})."
                );
        }
    }

    private static async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancel)
    {
        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException error)
            {
                socket.Dispose();
                last = error;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }
}
