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
    // Only what hangs takes so long, on the slowest machine too.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly Task<string> error;

    private RunningService(Process process, Uri address, string data)
    {
        this.process = process;
        Address = address;
        Data = data;
        error = process.StandardError.ReadToEndAsync();
        Client = new HttpClient { BaseAddress = address, Timeout = Limit };
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
            .. options.Contains("--url") ? [] : new[] { "--url", "http://127.0.0.1:0" },
            // A test that stops a service wants what was in work to go back to the queue, unless it says otherwise.
            .. options.Contains("--drain-seconds") ? [] : new[] { "--drain-seconds", "0" },
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

    /// <summary>For what follows soon but is not promised at once.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var clock = Stopwatch.StartNew(); !await holds(); await Task.Delay(20))
            Assert.True(clock.Elapsed < Limit, $"It did not happen in {Limit.TotalSeconds} s.");
    }

    /// <summary>An answer is there a moment before the file is gone.</summary>
    public Task NoFilesAsync() => UntilAsync(() => Task.FromResult(Files.Length == 0));

    /// <summary>An answer is there a moment before it is counted.</summary>
    public Task CountedAsync(string metric) =>
        UntilAsync(async () => (await Client.GetStringAsync("/metrics")).Contains(metric, StringComparison.Ordinal));

    /// <summary>
    /// A check that takes the service more than its two seconds says "unavailable" and may be repeated.
    /// </summary>
    public Task HealthyAsync() =>
        UntilAsync(async () =>
        {
            using var answer = await Client.GetAsync("/healthz");
            return answer.IsSuccessStatusCode;
        });

    /// <summary>Files that wait or are on their way.</summary>
    public string[] Files => Directory.GetFiles(Path.Combine(Data, "videos"));

    /// <summary>With its ffmpeg, which would otherwise go on and leave a file when a test's gate opens.</summary>
    public void Kill()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    /// <summary>Sends a signal.</summary>
    public void Ask(string signal) => Process.Start("kill", [$"-{signal}", $"{process.Id}"])!.WaitForExit();

    /// <summary>As Control-C does.</summary>
    public Task<(int ExitCode, string Log)> StopAsync()
    {
        Ask("INT");
        return ExitAsync();
    }

    /// <summary>Waits until it ended by itself.</summary>
    public async Task<(int ExitCode, string Log)> ExitAsync()
    {
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
