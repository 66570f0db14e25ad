using System.Collections;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Argus.Detection;
using Argus.Web.Queue;
using Argus.Web.Webhooks;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging.Console;

namespace Argus.Web.Http;

/// <summary>The service: a page and an API in front of a queue and its workers.</summary>
public static partial class Service
{
    private const int FormOverheadBytes = 1 << 20;
    private const string OwnMeters = "Argus.";
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Finds the environment's variables that would tell another ASP.NET Core program where to listen and how. The
    /// service does not read them: only its options count.
    /// </summary>
    /// <returns>Their names, in order.</returns>
    public static IReadOnlyList<string> FindIgnoredVariables() =>
        [
            .. Environment
                .GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .Select(variable => (string)variable.Key)
                .Where(name => FrameworkVariable().IsMatch(name))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Loads the models, opens the queue and serves until cancelled.</summary>
    /// <param name="options">The options of the service.</param>
    /// <param name="ready">Called with the addresses as soon as the service answers.</param>
    /// <param name="cancel">
    /// Asks the service to stop: it takes nothing more, finishes what is in work within
    /// <see cref="ServeOptions.DrainSeconds"/>, and gives the rest back to the queue.
    /// </param>
    /// <exception cref="RequestException">
    /// The options make no sense, there are no models, or the data folder or the database cannot be used.
    /// </exception>
    public static async Task RunAsync(ServeOptions options, Action<IEnumerable<string>> ready, CancellationToken cancel)
    {
        options.Check();
        // The sweeper finds there what a crash leaves of a file on its way.
        var detection = new DetectionOptions
        {
            ModelsFolder = options.Models,
            ConcurrentAnalyses = 0,
            TemporaryFolder = Uploads.FindFolder(options),
        };
        using var detector = await Detector.LoadAsync(detection, null, cancel);
        // The database and what is unpacked of uploads need the folder before the first upload comes.
        Uploads.CreateFolder(options);
        await using var database = await Database.OpenAsync(options.Database, options.Data, cancel);

        // Argus's own figures are there under their Prometheus names already.
        Prometheus.Metrics.ConfigureMeterAdapter(adapter =>
            adapter.InstrumentFilterPredicate = instrument =>
                !instrument.Meter.Name.StartsWith(OwnMeters, StringComparison.Ordinal)
        );
        // The other builders read ASP.NET Core's own variables and appsettings.json, which can open more addresses.
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }
        );
        builder.Services.AddRouting();
        ConfigureServer(builder.WebHost, options);
        ConfigureLogging(builder, options);
        OtlpExport.Add(builder);
        ConfigureHost(builder.Services, options);
        ConfigureJson(builder.Services);
        AddQueue(builder.Services, options, detector, database);
        builder.Services.AddProblemDetails();
        AddOpenApi(builder.Services);
        AnswerSchemas.Add(builder.Services);
        Limits.Add(builder.Services, options);
        McpEndpoint.Add(builder.Services, options);

        await using var app = builder.Build();
        Pipeline.Add(app);
        ServiceMetrics.ObserveQueue(app.Services.GetRequiredService<AnalysisStore>());
        if (detector.DeviceWarning is { } warning)
            app.Logger.LogWarning("{Warning}.", warning);
        await app.StartAsync(cancel);
        ready(app.Urls);
        await DrainAsync(app, options, cancel);
        await app.StopAsync(CancellationToken.None);
    }

    // Returns when the service was asked to stop and nothing is in work any more, or when that took too long.
    private static async Task DrainAsync(WebApplication app, ServeOptions options, CancellationToken cancel)
    {
        using var asked = CancellationTokenSource.CreateLinkedTokenSource(cancel, app.Lifetime.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, asked.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        app.Services.GetRequiredService<Drain>().Begin();
        var work = app
            .Services.GetServices<IHostedService>()
            .Where(service => service is Worker or WebhookDeliverer)
            .Select(service => ((BackgroundService)service).ExecuteTask!);
        await Task.WhenAny(
            Task.WhenAll(work),
            Task.Delay(TimeSpan.FromSeconds(options.DrainSeconds), CancellationToken.None)
        );
    }

    private static void ConfigureServer(ConfigureWebHostBuilder host, ServeOptions options)
    {
        host.UseUrls(options.Urls.Split(';'));
        host.UseKestrelCore();
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The form around a file is small. A file that is too large is refused with a reason by Uploads.
            kestrel.Limits.MaxRequestBodySize = options.LargestMegabytes * 1_000_000L + FormOverheadBytes;
        });
    }

    private static void ConfigureLogging(WebApplicationBuilder builder, ServeOptions options)
    {
        if (options.Log == "json")
            builder.Logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        else
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
            });
        builder
            .Logging.AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
        // Standard output is for the addresses alone.
        builder.Services.Configure<ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace
        );
    }

    private static void ConfigureHost(IServiceCollection services, ServeOptions options)
    {
        services.Configure<HostOptions>(host =>
        {
            // A page that follows an analysis must not keep the worker from giving its video back.
            host.ServicesStopConcurrently = true;
            host.ShutdownTimeout = ShutdownLimit;
        });
        // A page whose own name resolves to this machine could otherwise read what is meant for its user alone.
        services.AddHostFiltering(hosts => hosts.AllowedHosts = ListAllowedHosts(options));
        services.Configure<ForwardedHeadersOptions>(headers => TrustProxies(headers, options.Proxies));
    }

    private static void TrustProxies(ForwardedHeadersOptions headers, IReadOnlyList<string> proxies)
    {
        headers.ForwardedHeaders =
            ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        // A request may come through several proxies; the first one that is not known ends the belief.
        headers.ForwardLimit = null;
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
                headers.KnownProxies.Add(address);
            else
                headers.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
        }
    }

    // A proxy on this machine passes on the names that it is reached by, and it is the one to choose them.
    private static string[] ListAllowedHosts(ServeOptions options) =>
        options.IsLoopback && options.Proxies.Count == 0
            ? [.. options.Urls.Split(';').Select(url => new Uri(url).Host), "localhost", "127.0.0.1", "[::1]"]
            : ["*"];

    private static void ConfigureJson(IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            foreach (var converter in DetectionReport.Json.Converters)
                json.SerializerOptions.Converters.Add(converter);
        });

    private static void AddQueue(
        IServiceCollection services,
        ServeOptions options,
        Detector detector,
        Database database
    ) =>
        services
            .AddSingleton(options)
            .AddSingleton<Uploads>()
            .AddSingleton(detector)
            .AddSingleton(database)
            .AddSingleton<AnalysisStore>()
            .AddSingleton<DeliveryStore>()
            .AddSingleton<WebhookSender>()
            .AddSingleton<BatchStore>()
            .AddSingleton<WebhookBody>(all =>
                row =>
                    WebhookBodies.CreateAsync(
                        all.GetRequiredService<AnalysisStore>(),
                        all.GetRequiredService<BatchStore>(),
                        row
                    )
            )
            .AddSingleton<RemoteFiles>()
            .AddSingleton<Intake>()
            .AddSingleton<BatchIntake>()
            .AddSingleton<AuditLog>()
            .AddSingleton<ApiKeys>()
            .AddSingleton<ServiceMetrics>()
            .AddSingleton<Drain>()
            .AddHostedService<Worker>()
            .AddHostedService<WebhookDeliverer>()
            .AddHostedService<Sweeper>();

    private static void AddOpenApi(IServiceCollection services) =>
        services.AddOpenApi(
            "v1",
            api =>
                api.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        document.Info.Title = "Argus";
                        document.Info.Description =
                            "Says of videos whether they are forged, how sure that is, by which trace, "
                            + "when and where in the picture. Probabilities are P(fake).";
                        return Task.CompletedTask;
                    }
                )
        );

    [GeneratedRegex("^(ASPNETCORE_.*|(DOTNET_)?(URLS|HTTPS?_PORTS|KESTREL__.*))$", RegexOptions.IgnoreCase)]
    private static partial Regex FrameworkVariable();
}
