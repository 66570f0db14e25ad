using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Argus.Cli.Tests;
using Argus.Tests;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>Language models' protocol, with the SDK's own client and with nonsense.</summary>
public class McpTests(Material material)
{
    // Only what hangs takes so long, on the slowest machine too.
    private static readonly McpClientOptions Patient = new() { InitializationTimeout = TimeSpan.FromMinutes(5) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_on_this_machine_judges_files_of_its_folders()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["videos"]);
        File.Copy(material.Video, folder["videos", "a.mp4"]);
        File.Copy(material.Video, folder.Write("secret/b.mp4")[..^5] + "c.mp4");
        File.CreateSymbolicLink(folder["videos", "link.mp4"], folder["secret", "c.mp4"]);
        Directory.CreateSymbolicLink(folder["videos", "door"], folder["secret"]);
        folder.Write("videos/words.txt", "no video");
        await using var client = await StartAsync(folder, "--folder", folder["videos"]);

        Assert.Equal("argus", client.ServerInfo!.Name);
        Assert.Contains("undecided", client.ServerInstructions!, StringComparison.Ordinal);
        var tools = await client.ListToolsAsync(cancellationToken: Cancel);
        Assert.Equal(["analyze_video", "get_report", "list_models"], tools.Select(tool => tool.Name).Order());
        Assert.All(tools, tool => Assert.True(tool.Description!.Length > 20));

        var steps = new List<float>();
        var answer = await CallAsync(client, "analyze_video", "path", folder["videos", "a.mp4"], steps);
        Assert.NotEqual(true, answer.IsError);
        var summary = answer.StructuredContent!.Value;
        Assert.Equal("undecided", summary.GetProperty("verdict").GetString());
        Assert.InRange(summary.GetProperty("probability").GetDouble(), 0, 1);
        Assert.Contains("undecided, P(fake)", Text(answer), StringComparison.Ordinal);
        Assert.Contains("limit: faces that were altered", Text(answer), StringComparison.Ordinal);
        Assert.NotEmpty(steps);

        var report = await CallAsync(client, "get_report", "id", summary.GetProperty("id").GetString()!);
        var face = report.StructuredContent!.Value.GetProperty("faces")[0];
        Assert.Equal(3, face.GetProperty("specialists").GetArrayLength());
        Assert.DoesNotContain("\"picture\"", Text(report), StringComparison.Ordinal);
        var models = await client.CallToolAsync("list_models", cancellationToken: Cancel);
        Assert.Equal(3, models.StructuredContent!.Value.GetProperty("members").GetArrayLength());

        foreach (
            var (path, why) in new[]
            {
                (folder["secret", "c.mp4"], "is not below a folder that may be read"),
                (folder["videos", "..", "secret", "c.mp4"], "is not below a folder that may be read"),
                (folder["videos", "link.mp4"], "is not below a folder that may be read"),
                (folder["videos", "door", "c.mp4"], "is not below a folder that may be read"),
                (folder["videos", "none.mp4"], "There is no file"),
                (folder["videos", "words.txt"], "cannot be judged"),
            }
        )
        {
            var refused = await CallAsync(client, "analyze_video", "path", path);
            Assert.True(refused.IsError);
            Assert.Contains(why, Text(refused), StringComparison.Ordinal);
        }
        Assert.True((await CallAsync(client, "get_report", "id", "none")).IsError);
    }

    [Fact]
    public async Task Nonsense_on_standard_input_ends_nothing_and_its_end_ends_the_program()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        using var process = ArgusProcess.StartWithInput(
            folder.Path,
            "mcp",
            "--models",
            material.Models,
            "--folder",
            folder.Path
        );
        string[] lines =
        [
            "nonsense",
            "{\"jsonrpc\": \"2.0\", \"id\": 1}",
            "[]",
            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\","
                + "\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"format_disk\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/call\",\"params\":{\"name\":\"analyze_video\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/list\"}",
        ];
        foreach (var line in lines)
            await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync(Cancel);
        var answers = new List<JsonElement>();
        var log = process.StandardError.ReadToEndAsync(Cancel);
        // Answers may come in another order.
        while (!new[] { 2, 3, 4, 5 }.All(Has))
        {
            var line = await process.StandardOutput.ReadLineAsync(Cancel);
            Assert.True(line is not null, line ?? await log);
            answers.Add(JsonDocument.Parse(line!).RootElement);
        }
        bool Has(int id) => answers.Any(answer => answer.TryGetProperty("id", out var own) && $"{own}" == $"{id}");
        JsonElement Of(string id) =>
            answers.Single(answer => answer.TryGetProperty("id", out var own) && $"{own}" == id);
        Assert.Equal("argus", Of("2").GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
        Assert.True(Of("3").TryGetProperty("error", out _));
        Assert.Contains(
            "'path'",
            Of("4").GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()
        );
        Assert.Equal(3, Of("5").GetProperty("result").GetProperty("tools").GetArrayLength());
        process.StandardInput.Close();
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task The_service_answers_with_its_keys_its_limits_and_its_queue()
    {
        using var folder = new TemporaryFolder();
        var anna = await AddKeyAsync(folder, "anna");
        var bert = await AddKeyAsync(folder, "bert");
        using var service = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--mcp",
            "--require-key",
            "--uploads-per-minute",
            "5",
            "--max-megabytes",
            "1"
        );
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => ConnectAsync(service, "wrong"));
        await using var client = await ConnectAsync(service, anna);
        var minute = Stopwatch.StartNew();
        Assert.Equal(3, (await client.ListToolsAsync(cancellationToken: Cancel)).Count);
        var answer = await SendAsync(client, "../clip.mp4", await File.ReadAllBytesAsync(material.Video, Cancel));
        Assert.True(answer.IsError is not true, Text(answer));
        var summary = answer.StructuredContent!.Value;
        var id = summary.GetProperty("id").GetString()!;
        Assert.Equal("clip.mp4", summary.GetProperty("video").GetString());
        Assert.NotEqual(true, (await CallAsync(client, "get_report", "id", id)).IsError);

        // It is an analysis as any other, and of this key alone.
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", anna);
        Assert.Equal("done", (await service.GetAsync($"/v1/analyses/{id}")).GetProperty("state").GetString());
        await using (var other = await ConnectAsync(service, bert))
            Assert.True((await CallAsync(other, "get_report", "id", id)).IsError);

        // Refusals are answers that a model can read.
        Assert.Contains(
            "no base64",
            Text(
                await client.CallToolAsync(
                    "analyze_video",
                    new Dictionary<string, object?> { ["name"] = "a.mp4", ["data"] = "!" },
                    cancellationToken: Cancel
                )
            )
        );
        Assert.Contains(
            "--fetch-host",
            Text(await CallAsync(client, "analyze_video", "url", "http://127.0.0.1/clip.mp4")),
            StringComparison.Ordinal
        );
        Assert.Contains("larger than 1 MB", Text(await SendAsync(client, "a.mp4", Mp4Of(1_200_000))));
        Assert.Contains("no video or picture", Text(await SendAsync(client, "a.mp4", "no video"u8.ToArray())));
        // On a machine that took longer than the minute, the first ones are forgotten.
        var sixth = Text(await SendAsync(client, "a.mp4", "no video"u8.ToArray()));
        Assert.True(
            sixth.Contains("More than 5 files a minute", StringComparison.Ordinal)
                || minute.Elapsed > TimeSpan.FromMinutes(1),
            sixth
        );
    }

    [Fact]
    public async Task The_service_survives_nonsense_and_other_sites_and_is_silent_unless_it_is_wanted()
    {
        using var folder = new TemporaryFolder();
        using (var service = await RunningService.StartAsync(material, folder, null, "--mcp"))
        {
            foreach (
                var body in new[] { "", "nonsense", "[]", "{}", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no\"}" }
            )
            {
                using var answer = await PostAsync(service, body);
                Assert.True((int)answer.StatusCode < 500, $"{body}: {answer.StatusCode}");
            }
            using var elsewhere = await PostAsync(service, "{}", "https://example.org");
            Assert.Equal(HttpStatusCode.Forbidden, elsewhere.StatusCode);
            await service.HealthyAsync();
        }
        using var silent = await RunningService.StartAsync(material, folder);
        using var absent = await PostAsync(silent, "{}");
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningService service, string body, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return await service.Client.SendAsync(request, Cancel);
    }

    // By its first bytes an MP4.
    private static byte[] Mp4Of(int length)
    {
        var bytes = new byte[length];
        "\0\0\0\u0018ftypisom"u8.CopyTo(bytes);
        return bytes;
    }

    private Task<McpClient> StartAsync(TemporaryFolder folder, params string[] options) =>
        McpClient.CreateAsync(
            new StdioClientTransport(
                new StdioClientTransportOptions
                {
                    Command = "dotnet",
                    Arguments =
                    [
                        Path.Combine(AppContext.BaseDirectory, "argus-cli.dll"),
                        "mcp",
                        "--models",
                        material.Models,
                        .. options,
                    ],
                    WorkingDirectory = folder.Path,
                }
            ),
            Patient,
            cancellationToken: Cancel
        );

    private static Task<McpClient> ConnectAsync(RunningService service, string key) =>
        McpClient.CreateAsync(
            new HttpClientTransport(
                new HttpClientTransportOptions
                {
                    Endpoint = new Uri(service.Address, "/mcp"),
                    AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}" },
                }
            ),
            Patient,
            cancellationToken: Cancel
        );

    private static async Task<string> AddKeyAsync(TemporaryFolder folder, string name) =>
        (await ArgusProcess.RunAsync(folder.Path, "keys", "add", name, "--data", folder["data"])).Output.Trim();

    private static async Task<CallToolResult> SendAsync(McpClient client, string name, byte[] file) =>
        await client.CallToolAsync(
            "analyze_video",
            new Dictionary<string, object?> { ["name"] = name, ["data"] = Convert.ToBase64String(file) },
            cancellationToken: Cancel
        );

    private static async Task<CallToolResult> CallAsync(
        McpClient client,
        string tool,
        string argument,
        string value,
        List<float>? steps = null
    ) =>
        await client.CallToolAsync(
            tool,
            new Dictionary<string, object?> { [argument] = value },
            steps is null ? null : new Steps(steps),
            cancellationToken: Cancel
        );

    private static string Text(CallToolResult answer) => answer.Content.OfType<TextContentBlock>().Single().Text;

    private sealed class Steps(List<float> kept) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => kept.Add(value.Progress);
    }
}
