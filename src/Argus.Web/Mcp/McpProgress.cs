using ModelContextProtocol;

namespace Argus.Web.Mcp;

/// <summary>Tells a client how far an analysis is, from 0 to 1; at most a hundred times.</summary>
internal sealed class McpProgress(IProgress<ProgressNotificationValue> client) : IProgress<double>
{
    private const double Step = 0.01;
    private double said = -1;

    public void Report(double value)
    {
        if (value < said + Step && value < 1)
            return;
        said = value;
        client.Report(new ProgressNotificationValue { Progress = (float)value, Total = 1 });
    }
}
