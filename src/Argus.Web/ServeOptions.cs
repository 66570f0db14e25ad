using System.Net;

namespace Argus.Web;

/// <summary>What a service is started with.</summary>
/// <param name="Models">A models folder.</param>
/// <param name="Data">
/// Where uploads wait and, without another database, everything is kept. Processes that share a queue share it too.
/// </param>
/// <param name="Urls">Where it listens, e.g. <c>http://127.0.0.1:8080</c>; several are separated by semicolons.</param>
public sealed record ServeOptions(string Models, string Data, string Urls)
{
    /// <summary>PostgreSQL's connection string; null: SQLite in <see cref="Data"/>.</summary>
    public string? Database { get; init; }

    /// <summary>
    /// Whether requests need a key of <see cref="ApiKeys"/>; with it everybody sees only what was sent with the same
    /// key.
    /// </summary>
    public bool RequireKey { get; init; }

    /// <summary>Largest upload in megabytes.</summary>
    public int LargestMegabytes { get; init; } = 500;

    /// <summary>Longest video in minutes.</summary>
    public double LongestMinutes { get; init; } = 15;

    /// <summary>Uploads of one client, by its key or address.</summary>
    public int UploadsPerMinute { get; init; } = 30;

    /// <summary>Videos that may wait.</summary>
    public int LongestQueue { get; init; } = 1000;

    /// <summary>How long results are kept.</summary>
    public double KeepHours { get; init; } = 168;

    /// <summary>Videos that this process looks at at a time; 0: it only takes them in.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>For how long a worker that says nothing keeps its video; then another takes over.</summary>
    public double LeaseSeconds { get; init; } = 30;

    /// <summary>For how long a video may be looked at.</summary>
    public double AnalysisMinutes { get; init; } = 30;

    /// <exception cref="RequestException">Something in it makes no sense.</exception>
    public void Check()
    {
        foreach (
            var (value, name, least, most) in new[]
            {
                (LargestMegabytes, "--max-megabytes", 1, 1_000_000),
                (LongestMinutes, "--max-minutes", 0.01, 10_000),
                (UploadsPerMinute, "--uploads-per-minute", 1, 1_000_000),
                (LongestQueue, "--max-queue", 1, 10_000_000),
                (KeepHours, "--keep-hours", 0.01, 1_000_000),
                (Workers, "--workers", 0, 1000),
                (LeaseSeconds, "--lease-seconds", 1, 100_000),
                (AnalysisMinutes, "--analysis-minutes", 0.01, 10_000),
            }
        )
        {
            if (!(value >= least && value <= most))
                throw new RequestException($"{name} {value} makes no sense; give a number from {least} to {most}.");
        }
        foreach (var url in Urls.Split(';'))
        {
            if (
                !Uri.TryCreate(url, UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https")
                || uri.AbsolutePath != "/"
            )
                throw new RequestException($"--url {url} is no address such as http://127.0.0.1:8080.");
        }
    }

    /// <summary>Whether only this machine reaches it.</summary>
    public bool Loopback =>
        Urls.Split(';')
            .All(url =>
                new Uri(url).Host is var host
                && (
                    host == "localhost"
                    || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
                )
            );
}
