namespace Argus.Client;

/// <summary>Where a service is and how long it is waited for.</summary>
public sealed class ArgusClientOptions
{
    /// <summary>
    /// The address of the service, such as <c>https://argus.example.org</c>, with the path under which a proxy has it.
    /// Null takes the base address of the <see cref="HttpClient"/>.
    /// </summary>
    public Uri? Address { get; set; }

    /// <summary>
    /// The key, as <c>argus keys add</c> printed it, which goes with every request. Null sends none beside what the
    /// <see cref="HttpClient"/> has among its own headers.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>
    /// How long the service may take to answer a request, 100 seconds if nothing else is said. An upload may take as
    /// long as the <see cref="HttpClient"/> lets it.
    /// </summary>
    public TimeSpan RequestLimit { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// How long a service that fell silent is asked again for an analysis that is followed, 5 minutes if nothing else
    /// is said. <see cref="TimeSpan.Zero"/> gives up at once.
    /// </summary>
    public TimeSpan ResumeLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause before it is asked again, a second if nothing else is said.</summary>
    public TimeSpan ResumePause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a stream of events may bring nothing before the service is asked whether the analysis is still the
    /// same, 30 seconds if nothing else is said: a connection may be lost without a word.
    /// </summary>
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a request is repeated that was answered with 429 or 503 and a time to wait (<c>Retry-After</c>). 0,
    /// the default, never repeats one. A stream that cannot be read twice is not sent twice.
    /// </summary>
    public int MostRetries { get; set; }

    /// <summary>The longest such time that is waited for, 2 minutes if nothing else is said.</summary>
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Finds what makes no sense; null if everything does.</summary>
    internal string? FindFault()
    {
        if (Address is not null && (!Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https")))
            return $"Address {Address} is no address such as http://127.0.0.1:8080.";
        if (Key is not null && (Key.Length == 0 || Key.Any(letter => letter is <= ' ' or > '~')))
            return "Key is no key of the service: give what 'argus keys add NAME' printed, without spaces.";
        if (MostRetries < 0)
            return $"{nameof(MostRetries)} {MostRetries} makes no sense; give 0 or more.";
        (string Name, TimeSpan Value, bool MayBeZero)[] times =
        [
            (nameof(RequestLimit), RequestLimit, false),
            (nameof(ResumeLimit), ResumeLimit, true),
            (nameof(ResumePause), ResumePause, true),
            (nameof(SilenceLimit), SilenceLimit, false),
            (nameof(LongestRetryAfter), LongestRetryAfter, true),
        ];
        // Timers cannot count further.
        var longest = TimeSpan.FromMilliseconds(int.MaxValue);
        foreach (var (name, value, mayBeZero) in times)
        {
            if (value < TimeSpan.Zero || value > longest || (value == TimeSpan.Zero && !mayBeZero))
                return $"{name} {value} makes no sense; give a time {(mayBeZero ? "of 0" : "above 0")} to {longest}.";
        }
        return null;
    }
}
