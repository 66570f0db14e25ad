using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Argus.Client;

/// <summary>Adds an <see cref="ArgusClient"/> to the services of a program.</summary>
public static class ArgusClientServices
{
    /// <summary>
    /// Adds an <see cref="ArgusClient"/>, whose <see cref="HttpClient"/> comes from the program's factory. Its options
    /// are checked when the program's host starts.
    /// </summary>
    /// <param name="services">The services of the program.</param>
    /// <param name="configure">Sets the options; <see cref="ArgusClientOptions.Address"/> is needed.</param>
    /// <returns>
    /// The builder of the <see cref="HttpClient"/>, for handlers of your own. A time limit that such a handler has for
    /// a request is one for uploads too.
    /// </returns>
    public static IHttpClientBuilder AddArgusClient(
        this IServiceCollection services,
        Action<ArgusClientOptions> configure
    )
    {
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ArgusClientOptions>, ArgusClientOptionsCheck>()
        );
        services.AddOptions<ArgusClientOptions>().Configure(configure).ValidateOnStart();
        return services
            .AddHttpClient(nameof(ArgusClient))
            // The client has limits of its own, and a long upload is no fault.
            .ConfigureHttpClient(http => http.Timeout = Timeout.InfiniteTimeSpan)
            .AddTypedClient(
                (http, provider) =>
                    new ArgusClient(http, provider.GetRequiredService<IOptions<ArgusClientOptions>>().Value)
            );
    }
}
