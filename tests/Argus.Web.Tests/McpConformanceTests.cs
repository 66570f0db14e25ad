using System.Diagnostics;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>
/// The protocol's own conformance tests (npm: @modelcontextprotocol/conformance) against the service.
/// </summary>
public class McpConformanceTests(Material material)
{
    private const string Variable = "ARGUS_MCP_CONFORMANCE";

    [Fact]
    public async Task The_protocols_conformance_tests_pass()
    {
        var installed = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(
            string.IsNullOrEmpty(installed),
            $"needs {Variable}: a folder in which npm installed @modelcontextprotocol/conformance"
        );
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--mcp");
        // The other scenarios are about tools of the test suite's own example server.
        foreach (var scenario in new[] { "server-initialize", "ping", "tools-list", "dns-rebinding-protection" })
        {
            var start = new ProcessStartInfo(
                Path.Combine(installed!, "node_modules", ".bin", "conformance"),
                ["server", "--url", $"{new Uri(service.Address, "/mcp")}", "--scenario", scenario]
            )
            {
                WorkingDirectory = folder.Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, said + await error);
            Assert.Contains(", 0 failed, 0 warnings", said + await error, StringComparison.Ordinal);
        }
    }
}
