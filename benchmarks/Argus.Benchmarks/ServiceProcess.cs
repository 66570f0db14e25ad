using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Argus.Benchmarks.Faults;

namespace Argus.Benchmarks;

/// <summary>A service of its own process, on a free port; disposing of it kills the process.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process process;

    private ServiceProcess(Process process, Uri address)
    {
        this.process = process;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>A client of it.</summary>
    public HttpClient Client { get; }

    /// <summary>Resident memory of the service with the programs that it started.</summary>
    public double Megabytes => MeasuredProcess.MeasureTreeMegabytes(process.Id);

    /// <summary>Starts a service and waits until it listens.</summary>
    /// <param name="models">A models folder.</param>
    /// <param name="data">The service's data folder.</param>
    /// <param name="options">More options of <c>argus serve</c>.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <param name="surroundings">What it is started in; null: what the bench runs in.</param>
    /// <exception cref="ArgusException">It did not start.</exception>
    public static async Task<ServiceProcess> StartAsync(
        string models,
        string data,
        IReadOnlyList<string> options,
        CancellationToken cancel,
        Surroundings? surroundings = null
    )
    {
        string[] arguments = ["serve", "--models", models, "--data", data, "--url", "http://127.0.0.1:0"];
        var call = ProgramCall.CreateArgus([.. arguments, .. options]);
        var process = Process.Start((surroundings ?? Surroundings.Usual).CreateStartInfo(call))!;
        process.BeginErrorReadLine();
        var line =
            await process.StandardOutput.ReadLineAsync(cancel)
            ?? throw new ArgusException("The service did not start.");
        var address = line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal));
        return new ServiceProcess(process, new Uri(address));
    }

    /// <summary>Sends a video.</summary>
    /// <returns>The analysis's id; null where the queue is full or too much was sent.</returns>
    public async Task<string?> SendAsync(string video, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent
        {
            { new StreamContent(File.OpenRead(video)), "file", "video.mp4" },
        };
        using var answer = await Client.PostAsync("/v1/analyses", form, cancel);
        if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            return null;
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancel)).GetProperty("id").GetString()!;
    }

    /// <summary>An analysis as it stands.</summary>
    public Task<JsonElement> GetAsync(string id, CancellationToken cancel) =>
        Client.GetFromJsonAsync<JsonElement>($"/v1/analyses/{id}", cancel);

    /// <summary>An analysis as it stands; null where the service cannot say it now.</summary>
    public async Task<JsonElement?> TryGetAsync(string id, CancellationToken cancel)
    {
        using var answer = await Client.GetAsync($"/v1/analyses/{id}", cancel);
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable
            ? null
            : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancel);
    }

    /// <summary>Whether an analysis has ended.</summary>
    public static bool HasEnded(JsonElement analysis) =>
        analysis.GetProperty("state").GetString() is "done" or "failed";

    /// <summary>Kills the process with all that it started.</summary>
    public void Dispose()
    {
        Client.Dispose();
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
