using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Tests;
using Xunit;

namespace Argus.Detection.Tests.Library;

/// <summary>The programs of samples/, each in a process of its own, with the starter.</summary>
public sealed class SamplesTests
{
    private const string Listening = "Now listening on: ";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_program_judges_files_and_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        var video = await DrawVideoAsync(folder);
        folder.Write("words.txt", "no video");
        string[] places = ["home", "work", "tmp"];
        foreach (var place in places)
            Directory.CreateDirectory(folder[place]);
        using var program = Start("Program", folder, video, folder["words.txt"]);
        var error = program.StandardError.ReadToEndAsync(Cancel);
        var said = await program.StandardOutput.ReadToEndAsync(Cancel);
        await program.WaitForExitAsync(Cancel);
        Assert.True(program.ExitCode == 0, await error);
        Assert.Empty(await error);
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith($"{video}: ", lines[0], StringComparison.Ordinal);
        Assert.Contains("P(fake)", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{folder["words.txt"]}: cannot be judged: ", lines[^1], StringComparison.Ordinal);
        Assert.All(places, place => Assert.Empty(Directory.EnumerateFileSystemEntries(folder[place])));
    }

    [Fact]
    public async Task The_web_app_answers_uploads()
    {
        using var folder = new TemporaryFolder();
        foreach (var place in new[] { "home", "work", "tmp" })
            Directory.CreateDirectory(folder[place]);
        using var app = Start("Web", folder, "--urls", "http://127.0.0.1:0");
        try
        {
            using var client = new HttpClient { BaseAddress = await ReadAddressAsync(app) };
            using var answer = await SendAsync(client, await DrawVideoAsync(folder));
            var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
            Assert.True(answer.IsSuccessStatusCode, $"{json}");
            Assert.InRange(json.GetProperty("probability").GetDouble(), 0, 1);
            using var refused = await SendAsync(client, folder.Write("words.txt", "no video"));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder["tmp"]));
        }
        finally
        {
            app.Kill();
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string file)
    {
        await using var content = File.OpenRead(file);
        using var form = new MultipartFormDataContent
        {
            { new StreamContent(content), "video", Path.GetFileName(file) },
        };
        return await client.PostAsync("/verdicts", form, Cancel);
    }

    private static async Task<Uri> ReadAddressAsync(Process app)
    {
        while (await app.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
            {
                // Nobody reads further; a full pipe would stop it.
                _ = app.StandardOutput.ReadToEndAsync(CancellationToken.None);
                _ = app.StandardError.ReadToEndAsync(CancellationToken.None);
                return new Uri(line[(at + Listening.Length)..].Trim());
            }
        }
        throw new InvalidOperationException("The sample ended: " + await app.StandardError.ReadToEndAsync(Cancel));
    }

    private static Process Start(string sample, TemporaryFolder folder, params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;
        var program = Path.GetFullPath(
            $"../../../../../samples/Argus.Samples.{sample}/bin/{configuration}/net10.0/Argus.Samples.{sample}.dll",
            AppContext.BaseDirectory
        );
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = folder["work"],
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = folder["home"];
        start.Environment["TMPDIR"] = folder["tmp"];
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // a socket of the runtime's own in TMPDIR
        return Process.Start(start)!;
    }

    // Large enough for the starter's specialist.
    private static async Task<string> DrawVideoAsync(TemporaryFolder folder)
    {
        await SampleDataset.WriteAsync(
            folder["data"],
            new SampleOptions
            {
                SizePixels = 256,
                Seconds = 0.4,
                Quads = new Dictionary<ForgeryKind, QuadCounts> { [ForgeryKind.Resolution] = new(1, 0, 0) },
            },
            SilentLog.Instance,
            Cancel
        );
        return Directory.EnumerateFiles(folder["data"], "*.mp4", SearchOption.AllDirectories).First();
    }
}
