using System.Buffers.Text;
using System.ComponentModel;
using Argus.Detection;
using Argus.Web.Mcp;
using Argus.Web.Queue;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Argus.Web.Http;

/// <summary>The tools of the service: uploads through its queue, with its limits and its keys.</summary>
[McpServerToolType]
internal sealed class McpQueueTools(
    IHttpContextAccessor context,
    AnalysisStore store,
    Uploads uploads,
    RemoteFiles remote,
    Intake intake,
    UploadLimiter limiter,
    ServeOptions options,
    Detector detector
)
{
    private const int LargestInlineMegabytes = 20;
    private const int BytesPerMegabyte = 1_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private HttpContext Http => context.HttpContext!;

    [McpServerTool(Name = McpTexts.Analyze, Title = McpTexts.AnalyzeTitle, ReadOnly = false, Destructive = false)]
    [Description(McpTexts.AnalyzeText)]
    public async Task<CallToolResult> AnalyzeAsync(
        IProgress<ProgressNotificationValue> progress,
        CancellationToken cancel,
        [Description("The file's address, where the service fetches from its host; or name and data instead.")]
            string? url = null,
        [Description("What the file is called, for the answer; with data.")] string? name = null,
        [Description("The file's bytes in base64, at most 20 MB. Larger files are sent to POST /v1/analyses.")]
            string? data = null
    )
    {
        if (!limiter.Allows(Http))
            return McpAnswer.Refuse($"More than {options.UploadsPerMinute} files a minute. Try again later.");
        try
        {
            intake.Check(keepOriginal: false, webhook: null);
            await intake.FindRoomAsync();
            var file = (url, data) switch
            {
                ({ } address, null) => await remote.ReceiveAsync(address, cancel),
                (null, { } bytes) => await ReceiveAsync(name ?? "", bytes, cancel),
                _ => throw new RefusedUploadException(
                    StatusCodes.Status400BadRequest,
                    "Give either the url of a file, or its name and its data."
                ),
            };
            var (added, _) = await intake.KeepAsync(Http, file, keepOriginal: false, address: null);
            return await FollowAsync(added, new McpProgress(progress), cancel);
        }
        catch (RefusedUploadException error)
        {
            return McpAnswer.Refuse(error.Message);
        }
    }

    [McpServerTool(Name = McpTexts.Report, Title = McpTexts.ReportTitle, ReadOnly = true, OpenWorld = false)]
    [Description(McpTexts.ReportText)]
    public async Task<CallToolResult> GetReportAsync([Description(McpTexts.ReportId)] string id)
    {
        if (await store.FindAsync(id, Access.FindOwner(Http), result: true) is not { } row)
            return McpAnswer.Refuse("There is no such analysis, or it was deleted.");
        return row.State switch
        {
            AnalysisState.Done => McpAnswer.CreateReport(AnalysisAnswer.ParseResult(row)!),
            AnalysisState.Failed => McpAnswer.Refuse(row.Error!),
            _ => McpAnswer.Refuse($"It is not judged yet ({100 * row.Progress:0}%). Ask again later."),
        };
    }

    [McpServerTool(Name = McpTexts.Models, Title = McpTexts.ModelsTitle, ReadOnly = true, OpenWorld = false)]
    [Description(McpTexts.ModelsText)]
    public CallToolResult ListModels() => McpAnswer.CreateModels(detector);

    private async Task<ReceivedFile> ReceiveAsync(string name, string data, CancellationToken cancel)
    {
        if (data.Length > LargestInlineMegabytes * BytesPerMegabyte / 3L * 4)
            throw new RefusedUploadException(
                StatusCodes.Status413PayloadTooLarge,
                $"The file is larger than {LargestInlineMegabytes} MB. Send it to POST /v1/analyses as a form, and ask "
                    + $"{McpTexts.Report} with the id that is answered."
            );
        if (!Base64.IsValid(data))
            throw new RefusedUploadException(StatusCodes.Status400BadRequest, "data is no base64.");
        using var content = new MemoryStream(Convert.FromBase64String(data));
        return new ReceivedFile(UploadFormReader.CleanName(name), await uploads.ReceiveAsync(content, cancel));
    }

    // Whoever stops waiting finds the answer by get_report.
    private async Task<CallToolResult> FollowAsync(AnalysisRow row, McpProgress progress, CancellationToken cancel)
    {
        while (true)
        {
            if (await store.FindAsync(row.Id, owner: null, result: true) is not { } now)
                return McpAnswer.Refuse("The analysis was deleted.");
            if (now.State == AnalysisState.Done)
                return McpAnswer.CreateSummary(now.Id, AnalysisAnswer.ParseResult(now)!);
            if (now.State == AnalysisState.Failed)
                return McpAnswer.Refuse(now.Error!);
            progress.Report(now.Progress);
            await Task.Delay(Pause, cancel);
        }
    }
}
