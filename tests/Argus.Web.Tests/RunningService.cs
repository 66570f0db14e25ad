using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Argus.Cli.Tests;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>'argus serve' in a process of its own, on a free port.</summary>
internal sealed partial class RunningService : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Process process;
    private readonly Task<string> error;

    private RunningService(Process process, Uri address, string data)
    {
        (this.process, Address, Data) = (process, address, data);
        error = process.StandardError.ReadToEndAsync();
        Client = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }
    public string Data { get; }
    public HttpClient Client { get; }

    /// <param name="shell">A command before it, such as a limit.</param>
    public static async Task<RunningService> StartAsync(
        Material material,
        TemporaryFolder folder,
        string? shell = null,
        params string[] options
    )
    {
        string[] arguments =
        [
            "serve",
            "--models",
            material.Models,
            "--data",
            folder["data"],
            "--url",
            "http://127.0.0.1:0",
            .. options,
        ];
        var process = shell is null
            ? ArgusProcess.Start(folder.Path, arguments)
            : ArgusProcess.StartAfter(folder.Path, shell, arguments);
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        Assert.True(line is not null, line ?? await process.StandardError.ReadToEndAsync());
        return new RunningService(process, new Uri(Listening().Match(line!).Value), folder["data"]);
    }

    public static HttpContent Form(string path, string? name = null) =>
        Form(File.OpenRead(path), name ?? Path.GetFileName(path));

    public static HttpContent Form(Stream stream, string name) =>
        new MultipartFormDataContent { { new StreamContent(stream), "file", name } };

    /// <returns>The id.</returns>
    public async Task<string> SendAsync(string path)
    {
        using var answer = await Client.PostAsync("/v1/analyses", Form(path));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == System.Net.HttpStatusCode.Accepted, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    public async Task<JsonElement> GetAsync(string path) => await Client.GetFromJsonAsync<JsonElement>(path);

    /// <returns>The analysis once its state is that.</returns>
    public async Task<JsonElement> WaitAsync(string id, params string[] states)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Limit; await Task.Delay(50))
        {
            var now = await GetAsync($"/v1/analyses/{id}");
            if (states.Contains(now.GetProperty("state").GetString()))
                return now;
        }
        throw new TimeoutException($"{id} did not become {string.Join(" or ", states)} in {Limit.TotalSeconds} s.");
    }

    /// <summary>Files that wait or are on their way.</summary>
    public string[] Files => Directory.GetFiles(Path.Combine(Data, "videos"));

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>As Control-C does.</summary>
    public async Task<(int ExitCode, string Log)> StopAsync()
    {
        Process.Start("kill", ["-INT", $"{process.Id}"])!.WaitForExit();
        await process.WaitForExitAsync().WaitAsync(Limit);
        return (process.ExitCode, await error);
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    [GeneratedRegex(@"http://[\d.]+:\d+")]
    private static partial Regex Listening();
}
