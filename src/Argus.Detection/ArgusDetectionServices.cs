using Argus.Detection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers detection in an application's services.</summary>
public static class ArgusDetectionServices
{
    /// <summary>
    /// Registers one <see cref="IDetector"/> for the whole application. Options are checked and models are loaded when
    /// the host starts: what is wrong with them ends the start with a sentence.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options; null for the starter's models and the defaults.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddArgusDetection(
        this IServiceCollection services,
        Action<DetectionOptions>? configure = null
    )
    {
        var options = services.AddOptions<DetectionOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.AddLogging();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<DetectionOptions>, DetectionOptionsValidation>()
        );
        services.TryAddSingleton<HostedDetector>();
        services.TryAddSingleton<IDetector>(provider => provider.GetRequiredService<HostedDetector>());
        services.AddHostedService(provider => provider.GetRequiredService<HostedDetector>());
        return services;
    }
}
