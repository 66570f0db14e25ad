using System.ComponentModel.DataAnnotations;
using System.Net;
using Argus.Web.Outbound;

namespace Argus.Web;

/// <summary>
/// The settings of a service. Each comes from the command line (<c>--max-megabytes</c>), else from the environment
/// (<c>ARGUS_MAX_MEGABYTES</c>), else from a settings file (<c>"max_megabytes"</c>), else it is what stands here:
/// <see cref="ServeSettings"/> is the table of them. <see cref="Check"/> says whether they make sense.
/// </summary>
public sealed record ServeOptions
{
    /// <summary>The least and the most that results can be kept, in hours.</summary>
    internal const double LeastKeepHours = 0.01;

    /// <inheritdoc cref="LeastKeepHours"/>
    internal const double MostKeepHours = 1_000_000;

    /// <summary>The models folder, as <c>argus export</c> makes it; null for the starter.</summary>
    [Setting(
        "models",
        "DIR",
        "A models folder that 'argus export' made; without it the starter, which comes with Argus."
    )]
    public string? Models { get; init; }

    /// <summary>
    /// The folder where uploads wait and where SQLite keeps the queue. Processes that share a queue must share it.
    /// </summary>
    [Setting("data", "DIR", "Where videos wait and results are kept.")]
    public string Data { get; init; } = "argus-serve";

    /// <summary>
    /// The addresses that the service listens on, e.g. <c>http://127.0.0.1:8080</c>, separated by semicolons.
    /// </summary>
    [Setting(
        "url",
        "URL",
        "Where to listen; several are separated by semicolons. http://0.0.0.0:8080 is reached from other machines."
    )]
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>The connection string of PostgreSQL. Null keeps the queue in SQLite, in <see cref="Data"/>.</summary>
    [Setting("database", "STRING", "PostgreSQL's connection string instead of SQLite in --data.")]
    public string? Database { get; init; }

    /// <summary>
    /// Whether a request needs one of the keys of <c>argus keys</c>. If so, each key sees only what was sent with it.
    /// </summary>
    [Setting("require-key", "", "Answer only to keys of 'argus keys', and show each only what it sent.")]
    public bool RequireKey { get; init; }

    /// <summary>
    /// The addresses and networks of the proxies in front of the service, e.g. <c>10.0.0.5</c> or <c>10.0.0.0/8</c>.
    /// What they say of a client's address, scheme and host is believed; what anybody else says of it is not.
    /// </summary>
    [Setting(
        "proxy",
        "ADDRESS",
        "Address or network of a proxy in front, whose X-Forwarded headers are believed; may be repeated."
    )]
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>The largest upload that is taken, in megabytes.</summary>
    [Setting("max-megabytes", "N", "The largest upload.")]
    [Range(1, 1_000_000)]
    public int LargestMegabytes { get; init; } = 500;

    /// <summary>The longest video that is taken, in minutes.</summary>
    [Setting("max-minutes", "N", "The longest video.")]
    [Range(0.01, 10_000)]
    public double LongestMinutes { get; init; } = 15;

    /// <summary>The number of uploads a minute that one client may send, counted by its key or its address.</summary>
    [Setting("uploads-per-minute", "N", "Of one key or address.")]
    [Range(1, 1_000_000)]
    public int UploadsPerMinute { get; init; } = 30;

    /// <summary>The number of videos that may wait in the queue.</summary>
    [Setting("max-queue", "N", "Videos that may wait.")]
    [Range(1, 10_000_000)]
    public int LongestQueue { get; init; } = 1000;

    /// <summary>The number of files that one batch may have.</summary>
    [Setting("max-batch", "N", "Files that may be sent at once.")]
    [Range(1, 1000)]
    public int LargestBatch { get; init; } = 100;

    /// <summary>How long results are kept, in hours after the analysis ended, unless a key says otherwise.</summary>
    [Setting("keep-hours", "N", "Then results are deleted; videos are as soon as there is an answer.")]
    [Range(LeastKeepHours, MostKeepHours)]
    public double KeepHours { get; init; } = 168;

    /// <summary>
    /// Whether whoever sends a file may ask for its original to be kept, sealed by its hash, as long as the result.
    /// </summary>
    [Setting(
        "keep-originals",
        "",
        "Let whoever sends a file ask for it to be kept as long as its result (keep_original=true)."
    )]
    public bool KeepOriginals { get; init; }

    /// <summary>The number of videos that this process analyses at a time. 0 only takes uploads in.</summary>
    [Setting("workers", "N", "Videos looked at at a time; 0 only takes them in, for others to look at.")]
    [Range(0, 1000)]
    public int Workers { get; init; } = 1;

    /// <summary>
    /// How long a worker that does not renew its lease keeps its video, in seconds. After that another takes over.
    /// </summary>
    [Setting("lease-seconds", "N", "When a worker was silent for so long another takes over its video.")]
    [Range(1.0, 100_000.0)]
    public double LeaseSeconds { get; init; } = 30;

    /// <summary>How long the analysis of one video may take, in minutes.</summary>
    [Setting("analysis-minutes", "N", "For how long a video may be looked at.")]
    [Range(0.01, 10_000)]
    public double AnalysisMinutes { get; init; } = 30;

    /// <summary>
    /// How long a service that is asked to stop finishes what is in work, in seconds, before it gives that back to the
    /// queue. Meanwhile it takes nothing new and <c>/health/ready</c> says so.
    /// </summary>
    [Setting(
        "drain-seconds",
        "N",
        "When asked to stop: how long what is in work may go on before others take it over."
    )]
    [Range(0.0, 100_000.0)]
    public double DrainSeconds { get; init; } = 25;

    /// <summary>
    /// The hosts that may be told of ended analyses: <c>hooks.example.org</c>, <c>*.example.org</c>, either with a
    /// port. Without any, webhooks are off.
    /// </summary>
    [Setting(
        "webhook-host",
        "HOST",
        "A host that may be told of ended analyses (webhook=URL): NAME, *.NAME or either with :PORT; may be repeated."
    )]
    public IReadOnlyList<string> WebhookHosts { get; init; } = [];

    /// <summary>
    /// The secret that webhooks are signed with: <c>whsec_</c> and the base64 of 24 to 64 bytes. It is never shown.
    /// </summary>
    [Setting(
        "webhook-secret",
        "SECRET",
        "What webhooks are signed with: whsec_ and the base64 of 24 to 64 bytes; better in the environment."
    )]
    public string? WebhookSecret { get; init; }

    /// <summary>
    /// The hosts that videos may be fetched from: <c>media.example.org</c>, <c>*.example.org</c>, either with a port.
    /// Without any, nothing is fetched.
    /// </summary>
    [Setting(
        "fetch-host",
        "HOST",
        "A host that videos may be fetched from ({\"url\": …}): NAME, *.NAME or either with :PORT; may be repeated."
    )]
    public IReadOnlyList<string> FetchHosts { get; init; } = [];

    /// <summary>How long it may take to fetch a video, in seconds.</summary>
    [Setting("fetch-seconds", "N", "For how long a video may be fetched.")]
    [Range(1.0, 3600.0)]
    public double FetchSeconds { get; init; } = 60;

    /// <summary>
    /// Hosts with ports that may have private addresses, for services in a private network. It allows nothing by
    /// itself: the host must be allowed besides.
    /// </summary>
    [Setting(
        "allow-private",
        "HOST:PORT",
        "An allowed host that may have a private or loopback address, at that port alone; may be repeated."
    )]
    public IReadOnlyList<string> PrivatePorts { get; init; } = [];

    /// <summary>Whether language models may ask over the Model Context Protocol, at <c>/mcp</c>.</summary>
    [Setting("mcp", "", "Also answer language models: the Model Context Protocol at /mcp.")]
    public bool Mcp { get; init; }

    /// <summary>How the log is written, on standard error.</summary>
    [Setting("log", "FORMAT", "How the log is written, on standard error: text or json.")]
    [AllowedValues("text", "json")]
    public string Log { get; init; } = "text";

    /// <summary>Whether the service listens on loopback addresses only, so that no other machine reaches it.</summary>
    public bool IsLoopback => Urls.Split(';').All(url => IsLoopbackHost(new Uri(url).Host));

    /// <summary>Checks the ranges of all numbers and the form of all addresses.</summary>
    /// <exception cref="RequestException">
    /// A number is out of range or an address is none; the message names the option.
    /// </exception>
    public void Check()
    {
        foreach (var setting in ServeSettings.All)
            setting.Check(this);
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
        CheckOutbound();
    }

    /// <summary>Without its values, since some are secret.</summary>
    public override string ToString() => nameof(ServeOptions);

    private void CheckOutbound()
    {
        foreach (var host in WebhookHosts)
            CheckHost("--webhook-host", host);
        foreach (var host in FetchHosts)
            CheckHost("--fetch-host", host);
        foreach (var host in PrivatePorts)
        {
            if (HostRule.Parse(host) is not { IsOnePort: true })
                throw new RequestException($"--allow-private {host} is no host with a port such as 10.0.0.5:8080.");
        }
        if (WebhookSecret is { } secret && WebhookSignature.Parse(secret) is null)
            throw new RequestException(
                "--webhook-secret is none: give whsec_ and the base64 of 24 to 64 bytes, e.g. "
                    + "\"whsec_$(openssl rand -base64 32)\"."
            );
        if (WebhookHosts.Count > 0 && WebhookSecret is null)
            throw new RequestException(
                "--webhook-host needs a secret to sign with: set ARGUS_WEBHOOK_SECRET to "
                    + "\"whsec_$(openssl rand -base64 32)\"."
            );
    }

    private static void CheckHost(string option, string host)
    {
        if (HostRule.Parse(host) is null)
            throw new RequestException(
                $"{option} {host} is no host such as media.example.org, *.example.org or media.example.org:8443."
            );
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
