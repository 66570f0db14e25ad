using Argus.Detection;

namespace Argus.Web.Mcp;

/// <summary>The Model Context Protocol over standard input and output, for a program that starts it.</summary>
public static class McpStandardServer
{
    /// <summary>Loads the models and answers until standard input ends or it is cancelled.</summary>
    /// <param name="models">The models folder; null for the starter.</param>
    /// <param name="files">Which files may be judged.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="RequestException">It is no models folder.</exception>
    /// <exception cref="ArgusException">A model is missing, changed or damaged.</exception>
    public static async Task RunAsync(string? models, McpFileOptions files, CancellationToken cancel)
    {
        using var detector = await Detector.LoadAsync(models, cancel: cancel);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        // Standard output is the protocol's alone.
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        McpServers.Add(builder.Services).WithStdioServerTransport().WithTools(new McpFileTools(detector, files));
        using var host = builder.Build();
        await host.RunAsync(cancel);
    }
}
