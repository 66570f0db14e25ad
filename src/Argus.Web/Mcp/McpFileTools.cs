using System.Collections.Concurrent;
using System.ComponentModel;
using Argus.Detection;
using Argus.Video;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Argus.Web.Mcp;

/// <summary>The tools of a server on this machine: files of the folders that it may read.</summary>
/// <param name="detector">Judges.</param>
/// <param name="options">Which files.</param>
[McpServerToolType]
internal sealed class McpFileTools(Detector detector, McpFileOptions options)
{
    private const int MostKept = 100;
    private readonly ConcurrentQueue<(string Id, Analysis Analysis)> kept = [];

    [McpServerTool(Name = McpTexts.Analyze, Title = McpTexts.AnalyzeTitle, ReadOnly = true, OpenWorld = false)]
    [Description(McpTexts.AnalyzeText)]
    public async Task<CallToolResult> AnalyzeAsync(
        [Description("The file, on the machine of this server.")] string path,
        IProgress<ProgressNotificationValue> progress,
        CancellationToken cancel
    )
    {
        try
        {
            var file = await options.CheckAsync(path, cancel);
            var analysis = await detector.AnalyzeAsync(file, new McpProgress(progress), cancel);
            var id = Guid.NewGuid().ToString("n");
            kept.Enqueue((id, analysis));
            while (kept.Count > MostKept)
                kept.TryDequeue(out _);
            return McpAnswer.CreateSummary(id, analysis);
        }
        catch (UnreadableVideoException error)
        {
            return McpAnswer.Refuse($"{path} cannot be judged: {error.Message}.");
        }
        catch (ArgusException error)
        {
            return McpAnswer.Refuse(error.Message);
        }
    }

    [McpServerTool(Name = McpTexts.Report, Title = McpTexts.ReportTitle, ReadOnly = true, OpenWorld = false)]
    [Description(McpTexts.ReportText)]
    public CallToolResult GetReport([Description(McpTexts.ReportId)] string id) =>
        kept.FirstOrDefault(entry => entry.Id == id).Analysis is { } analysis
            ? McpAnswer.CreateReport(analysis)
            : McpAnswer.Refuse(
                $"There is no analysis {id}; the last {MostKept} are kept. Call {McpTexts.Analyze} anew."
            );

    [McpServerTool(Name = McpTexts.Models, Title = McpTexts.ModelsTitle, ReadOnly = true, OpenWorld = false)]
    [Description(McpTexts.ModelsText)]
    public CallToolResult ListModels() => McpAnswer.CreateModels(detector);
}
