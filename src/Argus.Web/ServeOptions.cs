using System.Net;

namespace Argus.Web;

/// <summary>The settings that a service is started with. <see cref="Check"/> says whether they make sense.</summary>
/// <param name="Models">The models folder, as <c>argus export</c> makes it; null for the starter.</param>
/// <param name="Data">
/// The folder where uploads wait and where SQLite keeps the queue. Processes that share a queue must share this folder.
/// </param>
/// <param name="Urls">
/// The addresses that the service listens on, e.g. <c>http://127.0.0.1:8080</c>, separated by semicolons.
/// </param>
public sealed record ServeOptions(string? Models, string Data, string Urls)
{
    private sealed record NumberRange(string Option, double Value, double Least, double Most);

    /// <summary>The connection string of PostgreSQL. Null keeps the queue in SQLite, in <see cref="Data"/>.</summary>
    public string? Database { get; init; }

    /// <summary>
    /// Whether a request needs one of the keys of <c>argus keys</c>. If so, each key sees only what was sent with it.
    /// </summary>
    public bool RequireKey { get; init; }

    /// <summary>
    /// The addresses and networks of the proxies in front of the service, e.g. <c>10.0.0.5</c> or <c>10.0.0.0/8</c>.
    /// What they say of a client's address, scheme and host is believed; what anybody else says of it is not.
    /// </summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>The largest upload that is taken, in megabytes.</summary>
    public int LargestMegabytes { get; init; } = 500;

    /// <summary>The longest video that is taken, in minutes.</summary>
    public double LongestMinutes { get; init; } = 15;

    /// <summary>The number of uploads a minute that one client may send, counted by its key or its address.</summary>
    public int UploadsPerMinute { get; init; } = 30;

    /// <summary>The number of videos that may wait in the queue.</summary>
    public int LongestQueue { get; init; } = 1000;

    /// <summary>The least and the most that results can be kept, in hours.</summary>
    internal const double LeastKeepHours = 0.01;

    /// <inheritdoc cref="LeastKeepHours"/>
    internal const double MostKeepHours = 1_000_000;

    /// <summary>
    /// Whether whoever sends a file may ask for its original to be kept, sealed by its hash, as long as the result.
    /// </summary>
    public bool KeepOriginals { get; init; }

    /// <summary>How long results are kept, in hours after the analysis ended, unless a key says otherwise.</summary>
    public double KeepHours { get; init; } = 168;

    /// <summary>The number of videos that this process analyses at a time. 0 only takes uploads in.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// How long a worker that does not renew its lease keeps its video, in seconds. After that another takes over.
    /// </summary>
    public double LeaseSeconds { get; init; } = 30;

    /// <summary>How long the analysis of one video may take, in minutes.</summary>
    public double AnalysisMinutes { get; init; } = 30;

    /// <summary>Whether the service listens on loopback addresses only, so that no other machine reaches it.</summary>
    public bool IsLoopback => Urls.Split(';').All(url => IsLoopbackHost(new Uri(url).Host));

    /// <summary>Checks the ranges of all numbers and the form of all addresses.</summary>
    /// <exception cref="RequestException">
    /// A number is out of range or an address is none; the message names the option.
    /// </exception>
    public void Check()
    {
        NumberRange[] ranges =
        [
            new("--max-megabytes", LargestMegabytes, 1, 1_000_000),
            new("--max-minutes", LongestMinutes, 0.01, 10_000),
            new("--uploads-per-minute", UploadsPerMinute, 1, 1_000_000),
            new("--max-queue", LongestQueue, 1, 10_000_000),
            new("--keep-hours", KeepHours, LeastKeepHours, MostKeepHours),
            new("--workers", Workers, 0, 1000),
            new("--lease-seconds", LeaseSeconds, 1, 100_000),
            new("--analysis-minutes", AnalysisMinutes, 0.01, 10_000),
        ];
        foreach (var (option, value, least, most) in ranges)
        {
            // The comparison is negated so that NaN is refused too.
            if (!(value >= least && value <= most))
                throw new RequestException($"{option} {value} makes no sense; give a number from {least} to {most}.");
        }
        foreach (var url in Urls.Split(';'))
        {
            if (!IsServerAddress(url))
                throw new RequestException($"--url {url} is no address such as http://127.0.0.1:8080.");
            if (new Uri(url).Scheme == Uri.UriSchemeHttps)
                throw new RequestException(
                    $"--url {url}: the service has no certificate. Give http:// and put a proxy with TLS in front "
                        + "(--proxy)."
                );
        }
        foreach (var proxy in Proxies)
        {
            if (!IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
                throw new RequestException($"--proxy {proxy} is no address or network such as 10.0.0.5 or 10.0.0.0/8.");
        }
    }

    private static bool IsServerAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.AbsolutePath == "/";

    private static bool IsLoopbackHost(string host)
    {
        if (host == "localhost")
            return true;
        return IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);
    }
}
