using Argus.Web.Mcp;

namespace Argus.Web.Http;

/// <summary>
/// The Model Context Protocol at <c>/mcp</c> (streamable HTTP, without sessions), where it is wanted.
/// </summary>
internal static class McpEndpoint
{
    private const string Path = "/mcp";

    /// <summary>Adds the tools.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="options">Whether it is wanted.</param>
    public static void Add(IServiceCollection services, ServeOptions options)
    {
        if (!options.Mcp)
            return;
        services.AddHttpContextAccessor().AddSingleton<UploadLimiter>();
        McpServers.Add(services).WithHttpTransport(transport => transport.Stateless = true).WithTools<McpQueueTools>();
    }

    /// <summary>Adds the endpoint, which asks for the same keys as the API.</summary>
    /// <param name="app">The application.</param>
    public static void Map(WebApplication app)
    {
        if (!app.Services.GetRequiredService<ServeOptions>().Mcp)
            return;
        app.MapGroup("").AddEndpointFilter(Access.FilterAsync).MapMcp(Path).ExcludeFromDescription();
    }
}
