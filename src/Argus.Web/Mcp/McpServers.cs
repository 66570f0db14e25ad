using ModelContextProtocol.Protocol;

namespace Argus.Web.Mcp;

/// <summary>What servers of the protocol have in common, whatever carries it.</summary>
internal static class McpServers
{
    // It logs what clients do wrong with stack traces; they are told.
    private const string SdkLog = "ModelContextProtocol";

    /// <summary>Adds a server without transport and tools.</summary>
    /// <param name="services">The services of the application.</param>
    public static IMcpServerBuilder Add(IServiceCollection services) =>
        services
            .AddLogging(log => log.AddFilter(SdkLog, LogLevel.Critical))
            .AddMcpServer(server =>
            {
                server.ServerInfo = new Implementation
                {
                    Name = "argus",
                    Title = "Argus",
                    Version = ProgramVersion.Text,
                };
                server.ServerInstructions = McpTexts.Instructions;
            })
            .WithRequestFilters(filters =>
                filters.AddCallToolFilter(next =>
                    async (request, cancel) =>
                    {
                        try
                        {
                            return await next(request, cancel);
                        }
                        // An argument is missing or of another kind.
                        catch (Exception error) when (error is ArgumentException or System.Text.Json.JsonException)
                        {
                            return McpAnswer.Refuse(error.Message);
                        }
                    }
                )
            );
}
